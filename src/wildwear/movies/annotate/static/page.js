// One page for one person: the pile of clips to annotate, what is left to settle, and how far people agree.

import { AgreementView } from './agreement.js';
import { Answers, isGiven } from './answers.js';
import { get } from './api.js';
import { Clips } from './clips.js';
import { Desk } from './desk.js';
import { DeskView } from './desk_view.js';
import { writeHelp } from './keyboard.js';
import { KEYS } from './keys.js';
import { disputed, guessed, regionsOf } from './options.js';
import { Pace, inWords, pictures, thousands } from './pace.js';
import { say } from './say.js';
import { showSaving } from './saving.js';
import { Work } from './work.js';

/** @param {string} id @returns {any} */
const at = (id) => document.getElementById(id);

/** What buttons do, by their `data-do`. @type {Record<string, (page: Page) => void>} */
const ACTS = {
  undo: (page) => page.desk.turn('undo'),
  redo: (page) => page.desk.turn('redo'),
  skip: (page) => page.desk.putOff(),
  repeat: (page) => page.desk.repeat(),
  take: (page) => page.take(),
  several: (page) => page.desk.toggleSeveral(),
  closer: (page) => page.view.lookCloser(),
  hold: (page) => page.view.player.toggle(),
  help: (page) => page.help(),
  close: () => document.querySelector('dialog[open]')?.close(),
};

export class Page {
  pace = new Pace();
  #due = 0;
  /** @type {'annotate' | 'adjudicate' | 'agreement'} */
  place = 'annotate';

  /** @param {any} opening the answer of `api/opening` */
  constructor(opening) {
    this.opening = opening;
    this.answers = new Answers(opening.who);
    this.answers.known = opening.last;
    this.regions = regionsOf(opening.palette);
    this.clips = new Clips(opening.clips.ids, opening.version, (position) => this.view.arrived(position));
    this.view = new DeskView(opening);
    this.agreement = new AgreementView(at('agreement'));
    this.annotating = this.#annotating();
    this.desk = this.annotating;
    const recalled = this.answers.takeUp();
    this.annotating.recall(recalled.filter(({ adjudicates }) => !adjudicates));
    this.#wire();
  }

  get isAtDesk() {
    return this.place !== 'agreement';
  }

  /** Shows what the address names. */
  async go() {
    const wanted = location.hash.slice(1);
    this.place = wanted === 'agreement' || wanted === 'adjudicate' ? wanted : 'annotate';
    at('desk').hidden = !this.isAtDesk;
    at('agreement').hidden = this.isAtDesk;
    for (const link of document.querySelectorAll('header nav a')) {
      const isHere = link.getAttribute('href') === `#${this.place}`;
      if (isHere) link.setAttribute('aria-current', 'page');
      else link.removeAttribute('aria-current');
    }
    if (this.place === 'agreement') return this.#compare();
    return this.#sitDown(this.place === 'adjudicate' ? await this.#adjudicating() : this.annotating);
  }

  /** What is chosen; with nothing chosen, the search. */
  take() {
    if (!this.desk.take()) this.view.focusSearch();
  }

  help() {
    at('help').showModal();
  }

  /** @returns {Desk} */
  #annotating() {
    const { ids } = this.opening.clips;
    const places = new Map(ids.map((id, position) => [id, position]));
    const said = new Map(
      Object.entries(this.opening.said)
        .filter(([id]) => places.has(id))
        .map(([id, answer]) => [places.get(id), answer]),
    );
    const work = new Work(ids.map((_, position) => position), (position) => said.has(position));
    const offer = (position) => guessed(this.clips.get(position).details, this.regions, said.values());
    return this.#heeded({ work, said, offer, adjudicates: false });
  }

  /** The clips on which people differ, each with what they said. */
  async #adjudicating() {
    await this.#settled();
    const { open } = await get('api/agreement');
    const places = new Map(this.opening.clips.ids.map((id, position) => [id, position]));
    const differ = new Map(open.map(({ clip, said }) => [places.get(clip), disputed(said)]));
    const said = new Map();
    const work = new Work([...differ.keys()], (position) => said.has(position));
    const offer = (position) => differ.get(position) ?? [];
    return this.#heeded({ work, said, offer, adjudicates: true });
  }

  /** @param {any} pile @returns {Desk} */
  #heeded(pile) {
    const desk = new Desk({ clips: this.clips, answers: this.answers, ...pile });
    desk.addEventListener('answered', ({ detail }) => this.#answered(detail));
    desk.addEventListener('shown', () => this.#soon());
    return desk;
  }

  /** @param {Desk} desk */
  #sitDown(desk) {
    this.desk = desk;
    this.view.open(desk);
    desk.begin();
    this.progress();
  }

  async #compare() {
    await this.#settled();
    await this.agreement.show();
  }

  /** Once nothing waits to be saved, or the server is away. */
  #settled() {
    return new Promise((resolve) => {
      const look = () => (this.answers.count && this.answers.status === 'saving' ? setTimeout(look, 20) : resolve(undefined));
      look();
    });
  }

  /** @param {{answer: import('./answers.js').Answer, own: boolean}} detail */
  #answered({ answer, own }) {
    if (own && isGiven(answer)) this.pace.add(1);
    this.#soon();
  }

  #wire() {
    const { answers } = this;
    answers.addEventListener('change', () => (at('save').dataset.status === 'saved' ? this.saving() : this.#soon()));
    answers.addEventListener('saved', () => this.view.strip.draw());
    answers.addEventListener('refused', ({ detail }) => {
      say(`Not saved: ${detail.reason}`);
      this.desk.takeBack(detail.decisions);
    });
    addEventListener('hashchange', () => void this.go());
    addEventListener('beforeunload', (event) => answers.count && event.preventDefault());
    setInterval(() => this.progress(), 5000);
    document.addEventListener('click', (event) => {
      const target = /** @type {HTMLElement} */ (event.target);
      if (event.detail) target.closest('button')?.blur(); // else Enter would press it again
      const button = target.closest('[data-do], [data-discard]');
      if (button instanceof HTMLElement && button.dataset.discard) this.desk.discard(button.dataset.discard);
      else if (button instanceof HTMLElement) ACTS[button.dataset.do]?.(this);
    });
    writeHelp(KEYS, at('keys'));
  }

  /** Says all of it with the next frame, however much happened before. */
  #soon() {
    this.#due ||= requestAnimationFrame(() => {
      this.#due = 0;
      this.saving();
      this.progress();
    });
  }

  saving() {
    showSaving(this.answers, `clips annotate --as ${this.opening.who}`);
  }

  progress() {
    const { work, adjudicates, steps } = this.desk;
    const { done, total, putOff } = work;
    const rate = this.pace.perMinute;
    at('done').textContent = `${thousands(done)} of ${pictures(total, 'clip')} ${adjudicates ? 'settled' : 'annotated'}`;
    at('put-off').textContent = putOff ? `${thousands(putOff)} put off` : '';
    at('pace').textContent = rate ? `${thousands(Math.round(rate))} a minute` : '';
    at('left').textContent = rate && done < total ? `${inWords((total - done) / rate)} left` : '';
    at('bar').style.setProperty('--judged', String(total ? done / total : 0));
    at('undo').toggleAttribute('disabled', !steps.undoable);
    at('redo').toggleAttribute('disabled', !steps.redoable);
    this.#finish(done, adjudicates);
  }

  /** What is said where nothing is left. @param {number} done @param {boolean} adjudicates */
  #finish(done, adjudicates) {
    const { said } = this.desk;
    const discarded = [...said.values()].filter(({ discard }) => discard).length;
    at('finished-heading').textContent = adjudicates
      ? done ? 'All of it is settled' : 'There is nothing to settle'
      : `All ${pictures(done, 'clip')} are annotated`;
    at('finished-remark').textContent = adjudicates
      ? 'Where people differ about a clip, it comes here.'
      : `${thousands(done - discarded)} show something of the lexicon, ${thousands(discarded)} are of no use.`;
  }
}
