// The desk on screen: the clip, what is offered, what is chosen, what was answered just now.

import { inWords, isGiven, isSame } from './answers.js';
import { Combobox } from './combobox.js';
import { Player, Still } from './player.js';
import { Strip } from './strip.js';

/** @param {string} id @returns {any} */
const at = (id) => document.getElementById(id);

export class DeskView {
  /** @type {import('./desk.js').Desk | null} */
  desk = null;
  /** @type {AbortController | undefined} */
  #listening;
  /** What is on screen whole. */
  #shown = -1;

  /** @param {any} opening the answer of `api/opening` */
  constructor(opening) {
    this.opening = opening;
    this.player = new Player(at('loop'));
    this.still = new Still(at('still'));
    this.player.moved = (cell) => this.#tick(cell);
    this.search = new Combobox(at('search'), at('found'), opening.palette);
    this.search.addEventListener('picked', (/** @type {CustomEvent} */ { detail }) => this.#found(detail));
    this.strip = new Strip(at('strip'), (position) => this.desk.visit(position));
    at('options').addEventListener('click', (event) => this.#click(event));
    at('chosen').addEventListener('click', (event) => this.#click(event));
    at('search').addEventListener('focus', () => this.#openSearch());
    at('search').addEventListener('blur', () => this.#closeSearch());
    at('search').addEventListener('keydown', (event) => event.key === 'Escape' && at('search').blur());
  }

  /** Puts another pile on the desk. @param {import('./desk.js').Desk} desk */
  open(desk) {
    this.#listening?.abort();
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    this.desk = desk;
    this.strip.begin(desk);
    desk.addEventListener('shown', () => this.show(), { signal });
    desk.addEventListener('chosen', () => this.choices(), { signal });
    desk.addEventListener('answered', ({ detail }) => this.#answered(detail), { signal });
    at('desk').dataset.mode = desk.adjudicates ? 'adjudicate' : 'annotate';
    at('hints').hidden = desk.adjudicates;
    at('question').textContent = desk.adjudicates ? 'Who is right?' : 'What is worn?';
  }

  /** The clip on the desk, as far as it has come. */
  show() {
    const { desk } = this;
    const { clip } = desk;
    if (document.activeElement === at('search')) at('search').blur();
    this.#shown = clip ? desk.at : -1;
    at('finished').hidden = !desk.finished;
    at('stage').hidden = at('panel').hidden = desk.finished;
    at('waiting').hidden = Boolean(clip) || desk.finished;
    at('waiting').textContent = desk.at < 0 ? '' : desk.clips.trouble(desk.at) || 'The clip is coming …';
    this.player.show(clip ?? null);
    this.still.show(clip ?? null);
    this.#caption(clip);
    this.choices();
    at('desk').dataset.clip = clip ? desk.clips.ids[desk.at] : '';
  }

  /** Something came that was asked for. @param {number} position */
  arrived(position) {
    if (this.desk && position === this.desk.at && this.#shown !== position) this.show();
  }

  /** What is offered, and what is picked of it. */
  choices() {
    const { desk } = this;
    const answer = desk.said.get(desk.at);
    at('options').replaceChildren(...desk.options.map((option, index) => this.#option(option, index, answer)));
    at('unguessed').hidden = Boolean(desk.options.length) || !desk.clip;
    at('chosen').replaceChildren(...desk.chosen.map(chip));
    at('take').hidden = !desk.chosen.length;
    at('several').setAttribute('aria-pressed', String(desk.several));
    at('before').hidden = !isGiven(answer);
    at('before').textContent = isGiven(answer) ? `Answered: ${inWords(answer)}` : '';
    for (const button of document.querySelectorAll('[data-discard]')) {
      button.setAttribute('aria-pressed', String(answer?.discard === /** @type {HTMLElement} */ (button).dataset.discard));
    }
  }

  focusSearch() {
    at('search').focus();
  }

  /** One picture large, or both. */
  lookCloser() {
    at('stage').classList.toggle('closer');
  }

  toggleBox() {
    this.player.boxed = !this.player.boxed;
    this.player.draw();
  }

  /** @param {import('./clips.js').Clip | undefined} clip */
  #caption(clip) {
    const { movie, timestamp, person } = clip?.details ?? {};
    at('movie').textContent = movie ?? '';
    at('when').textContent = clip ? clock(Number(timestamp)) : '';
    at('person').textContent = person ? `person ${person}` : '';
    at('ticks').replaceChildren(...(clip?.details.cells ?? []).map(() => document.createElement('i')));
    this.#tick(this.player.cell);
  }

  /** @param {number} cell */
  #tick(cell) {
    at('loop').dataset.cell = String(cell);
    [...at('ticks').children].forEach((tick, index) => tick.classList.toggle('now', index === cell));
  }

  /** @param {{position: number, answer: import('./answers.js').Answer, words?: string}} detail */
  #answered({ position, words }) {
    this.strip.note(position);
    if (words) at('heard').textContent = words;
  }

  /** @param {MouseEvent} event */
  #click(event) {
    const target = /** @type {HTMLElement} */ (event.target).closest('button');
    if (!target) return;
    if (target.dataset.category) this.desk.choose([target.dataset.category], true);
    else this.desk.pick(Number(target.dataset.option), event.shiftKey);
  }

  /** @param {{name: string, more: boolean}} detail */
  #found({ name, more }) {
    if (more || this.desk.several) this.search.begin(this.#first());
    else at('search').blur();
    this.desk.choose([name], more);
  }

  #openSearch() {
    this.search.begin(this.#first());
    at('panel').classList.add('searching');
    at('found').hidden = false;
    at('search').setAttribute('aria-expanded', 'true');
  }

  #closeSearch() {
    at('search').value = '';
    at('panel').classList.remove('searching');
    at('found').hidden = true;
    at('search').setAttribute('aria-expanded', 'false');
  }

  #first() {
    return this.desk.options.flatMap(({ answer }) => answer.categories);
  }

  /** @param {import('./options.js').Option} option @param {number} index @param {import('./answers.js').Answer} [said] */
  #option({ label, answer, note, score }, index, said) {
    const item = document.createElement('li');
    const button = document.createElement('button');
    button.dataset.option = String(index);
    const { chosen } = this.desk;
    const isChosen = answer.discard ? Boolean(said && isSame(said, answer)) : answer.categories.every((name) => chosen.includes(name));
    button.setAttribute('aria-pressed', String(isChosen));
    const name = Object.assign(document.createElement('span'), { className: 'name', textContent: label });
    const aside = Object.assign(document.createElement('small'), { textContent: note });
    button.append(key(String(index + 1)), name, aside);
    if (score !== undefined) button.append(meter(score));
    item.append(button);
    return item;
  }
}

/** @param {string} text */
const key = (text) => Object.assign(document.createElement('kbd'), { textContent: text });

/** @param {number} score 0 to 1 */
function meter(score) {
  const bar = Object.assign(document.createElement('i'), { className: 'meter', title: `${Math.round(100 * score)} %` });
  bar.style.setProperty('--score', String(score));
  return bar;
}

/** @param {string} category */
function chip(category) {
  const button = document.createElement('button');
  button.dataset.category = category;
  button.title = 'Take away';
  button.append(category, Object.assign(document.createElement('span'), { textContent: '×' }));
  button.setAttribute('aria-label', `Take away ${category}`);
  return button;
}

/** Seconds as a player shows them. @param {number} seconds */
function clock(seconds) {
  const whole = Math.floor(seconds);
  const two = (/** @type {number} */ value) => String(value).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  const rest = `${two(whole % 60)}.${Math.floor(10 * (seconds - whole))}`;
  return hours ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`;
}
