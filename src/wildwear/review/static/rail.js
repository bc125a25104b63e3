// The rail on the left: what can be looked at, how much of it is judged, how right its labels were found to be.

import { fold } from './match.js';
import { thousands } from './pace.js';
import { address } from './place.js';
import { fileName, modeInWords } from './words.js';

const REGIONS = { upper: 'Upper body', lower: 'Lower body', full: 'Full body', accessory: 'Accessories' };

/** @param {{region: string | null}} category */
const regionOf = ({ region }) => (region && region in REGIONS ? region : '');

/** Categories as the rail lists them. @param {any[]} categories */
export function inOrder(categories) {
  const regions = [...Object.keys(REGIONS), ''];
  return [...categories].sort((one, other) => regions.indexOf(regionOf(one)) - regions.indexOf(regionOf(other)));
}

export class Rail {
  /** @param {HTMLElement} rail */
  constructor(rail) {
    this.rail = rail;
    this.input = /** @type {HTMLInputElement} */ (rail.querySelector('input'));
    this.list = /** @type {HTMLElement} */ (rail.querySelector('nav'));
    this.input.addEventListener('input', () => this.#narrow());
    this.input.addEventListener('keydown', (event) => this.#press(event));
    this.list.addEventListener('keydown', (event) => this.#step(event));
  }

  /** @param {any} collection the answer of `api/collection` @param {import('./place.js').Place} place */
  show(collection, place) {
    this.collection = collection;
    const order = { order: place.order, state: place.state };
    const sections = [this.#section('', [{ name: 'Everything', count: collection.count, view: {} }], order, place)];
    for (const [region, heading] of [...Object.entries(REGIONS), ['', 'Elsewhere']]) {
      const there = collection.categories.filter((category) => regionOf(category) === region);
      const rows = there.map((category) => ({ ...category, view: { category: category.name } }));
      sections.push(this.#section(heading, rows, order, place));
    }
    const modes = collection.modes.map(({ name, count }) => ({ name: modeInWords(name), count, view: { mode: name } }));
    const sources = collection.sources.map(({ name, count }) => ({ name: fileName(name), count, view: { source: name } }));
    sections.push(this.#section('Kind of photograph', modes, order, place));
    if (sources.length > 1) sections.push(this.#section(collection.kind === 'dataset' ? 'Split' : 'Source', sources, order, place));
    const focused = this.list.contains(document.activeElement) ? document.activeElement.dataset.name : undefined;
    const { scrollTop } = this.list;
    this.list.replaceChildren(...sections.filter(Boolean));
    this.list.scrollTop = scrollTop;
    if (focused) [...this.list.querySelectorAll('a')].find((each) => each.dataset.name === focused)?.focus();
    this.#narrow();
  }

  /** Goes to the field that searches. */
  focus() {
    this.rail.classList.add('open');
    this.input.focus();
    this.input.select();
  }

  close() {
    this.rail.classList.remove('open');
  }

  /** The category before or after one, in the rail's order. @param {string} category @param {number} step @returns {string | undefined} */
  neighbour(category, step) {
    const links = [...this.list.querySelectorAll('a[data-category]')];
    const at = links.findIndex((link) => link.dataset.category === category);
    return links[at < 0 && step < 0 ? links.length - 1 : at + step]?.dataset.category;
  }

  /** @param {string} heading @param {any[]} rows @param {object} order @param {import('./place.js').Place} place */
  #section(heading, rows, order, place) {
    if (!rows.length) return null;
    const section = document.createElement('section');
    if (heading) section.append(text('h2', '', heading));
    for (const row of rows) section.append(link(row, order, place));
    return section;
  }

  #narrow() {
    const wanted = fold(this.input.value);
    for (const section of this.list.children) {
      const links = [...section.querySelectorAll('a')];
      for (const each of links) each.hidden = wanted !== '' && !fold(each.dataset.name).includes(wanted);
      section.hidden = links.every((each) => each.hidden);
    }
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    const shown = this.#links();
    if (event.key === 'Enter' && shown.length) {
      this.input.value = '';
      shown[0].click();
    } else if (event.key === 'ArrowDown') {
      shown[0]?.focus();
      event.preventDefault();
    } else if (event.key === 'Escape') {
      this.input.value = '';
      this.#narrow();
      return;
    }
    event.stopPropagation();
  }

  /** @param {KeyboardEvent} event */
  #step(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const shown = this.#links();
    const at = shown.indexOf(/** @type {HTMLAnchorElement} */ (document.activeElement)) + step;
    if (at < 0) this.input.focus();
    else shown[at]?.focus();
    event.preventDefault();
    event.stopPropagation();
  }

  /** @returns {HTMLAnchorElement[]} */
  #links() {
    return [...this.list.querySelectorAll('a')].filter((each) => !each.hidden);
  }
}

/** @param {any} row @param {object} order @param {import('./place.js').Place} place */
function link({ name, count, judged, rejected, rare, audit, view }, order, place) {
  const made = document.createElement('a');
  made.href = address({ ...order, ...view });
  made.dataset.name = name;
  if (view.category) made.dataset.category = view.category;
  const facets = ['category', 'mode', 'source'];
  if (facets.every((facet) => (view[facet] ?? '') === place[facet]) && !place.query) made.setAttribute('aria-current', 'page');
  made.append(text('span', 'name', name));
  if (rare) made.append(text('small', 'rare', 'rare'));
  made.append(text('span', 'count', thousands(count)));
  if (judged) {
    made.append(progress(judged / count, (rejected ?? 0) / count));
    made.title = `${thousands(judged)} of ${thousands(count)} judged, ${thousands(rejected ?? 0)} rejected`;
  }
  if (audit) made.append(text('small', 'precision', precisionInWords(audit)));
  return made;
}

/** @param {{precision: number, low: number, high: number}} audit */
function precisionInWords({ precision, low, high }) {
  const percent = (share) => Math.round(100 * share);
  return `${percent(precision)} % right (${percent(low)} to ${percent(high)})`;
}

/** @param {number} judged @param {number} rejected shares */
function progress(judged, rejected) {
  const bar = text('span', 'progress', '');
  bar.style.setProperty('--judged', String(judged));
  bar.style.setProperty('--rejected', String(rejected));
  return bar;
}

/** @param {string} name @param {string} className @param {string} content */
function text(name, className, content) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.textContent = content;
  return made;
}
