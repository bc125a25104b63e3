// A closer look at one picture: large, with its texts, and what the machine and people said of it.

import { get } from './api.js';
import { thousands } from './pace.js';
import { fileName, marked, modeInWords, suspicionInWords } from './words.js';

/** How long the pointer must rest, in milliseconds; a card that hides its neighbours waits longer. */
const REST = 120;
const REST_OF_CARD = 380;
const HELD = 500;
const MOST_ALIKE = 8;

/** Shows details beside the sheet, or in a card at the picture where there is no room for that. Event: `known` (an item's texts came). */
export class Zoom extends EventTarget {
  /** @type {Map<number, any>} */
  #details = new Map();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #resting;
  /** The item that is shown or about to be. */
  #item = -1;
  /** Whether to keep quiet about what the machine and others say: an audit shall not be led. */
  blind = false;
  /** @type {AbortController} */
  #asking = new AbortController();

  /** @param {HTMLElement} panel @param {() => void} wholeCluster chooses the look-alikes of the picture shown */
  constructor(panel, wholeCluster) {
    super();
    this.panel = panel;
    this.wholeCluster = wholeCluster;
  }

  /** The title of an item where it is known, else empty. @param {number} item @returns {string} */
  title(item) {
    return this.#details.get(item)?.title ?? '';
  }

  /** What is known of an item, if it was looked at. @param {number} item */
  details(item) {
    return this.#details.get(item);
  }

  /** Whether the panel lies over the sheet rather than beside it. */
  get floats() {
    return getComputedStyle(this.panel).position === 'fixed';
  }

  /**
   * Shows an item after a moment, unless another is meant by then.
   * @param {number} item @param {() => DOMRect} box where its cell is
   * @param {{open?: boolean}} [options] open a floating card too
   */
  restOn(item, box, { open = false } = {}) {
    clearTimeout(this.#resting);
    this.#item = item;
    const rest = open && !this.#seen ? REST_OF_CARD : REST;
    this.#resting = setTimeout(() => this.show(item, box, { open }), rest);
  }

  /** @param {number} item @param {() => DOMRect} box @param {{open?: boolean}} [options] */
  async show(item, box, { open = false } = {}) {
    clearTimeout(this.#resting);
    this.#item = item;
    if (this.floats && open) this.panel.classList.add('open');
    if (!this.#seen) return;
    this.#place(box);
    this.#asking.abort();
    this.#asking = new AbortController();
    try {
      const details = await get(`api/item/${item}`, {}, this.#asking.signal);
      this.#hold(item, details);
      if (this.#item !== item) return;
      this.#fill(details);
      this.#place(box);
    } catch (error) {
      if (error.name !== 'AbortError') this.#details.delete(item);
    }
  }

  /** Asks anew for what is shown: its verdict has changed. @param {number[]} items */
  renew(items) {
    if (items.includes(this.#item) && this.#seen) this.restOn(this.#item, () => new DOMRect());
  }

  hide() {
    clearTimeout(this.#resting);
    this.panel.classList.remove('open');
  }

  get #seen() {
    return !this.floats || this.panel.classList.contains('open');
  }

  /** Puts the card beside the picture's cell. @param {() => DOMRect} box empty to leave it where it is */
  #place(box) {
    if (!this.floats) return;
    const { left, right, top } = box();
    if (!right) return;
    const { offsetWidth: width, offsetHeight: height } = this.panel;
    const x = right + 10 + width < innerWidth ? right + 10 : Math.max(8, left - width - 10);
    this.panel.style.left = `${x}px`;
    this.panel.style.top = `${Math.max(8, Math.min(top, innerHeight - height - 8))}px`;
  }

  /** @param {number} item @param {any} details */
  #hold(item, details) {
    this.#details.delete(item);
    this.#details.set(item, details);
    if (this.#details.size > HELD) this.#details.delete(this.#details.keys().next().value);
    this.dispatchEvent(new Event('known'));
  }

  /** @param {any} it */
  #fill(it) {
    const words = (field) => (it.words ?? []).filter((word) => word.field === field);
    const title = element('h2', 'title');
    title.append(marked(it.title || `Picture ${it.item}`, words('title')));
    const description = element('p', 'description');
    description.append(marked(it.description ?? '', words('description')));
    this.panel.replaceChildren(
      largePicture(it), title, facts(this.blind ? unsaid(it) : it), this.#alike(it.look_alikes ?? []), description,
      historyOf(this.blind ? [] : it.history ?? []),
    );
  }

  /** @param {number[]} items */
  #alike(items) {
    const part = element('section', 'alikes');
    if (!items.length) return part;
    const choose = element('button', '', `${thousands(items.length + 1)} look alike: select all`);
    choose.addEventListener('click', this.wholeCluster);
    const strip = element('div', 'strip');
    for (const item of items.slice(0, MOST_ALIKE)) {
      const picture = new Image();
      picture.src = `picture/${item}.jpg`;
      picture.alt = '';
      strip.append(picture);
    }
    part.append(choose, strip);
    return part;
  }
}

/** @param {any} it */
function largePicture(it) {
  const frame = element('div', 'large');
  const picture = new Image();
  picture.src = `picture/${it.item}.jpg`;
  picture.alt = it.title || 'the picture';
  frame.append(picture);
  return frame;
}

/** Words that stand neither in the title nor in the description. @param {any} it @returns {string} */
function otherWords(it) {
  const others = (it.words ?? []).filter(({ field }) => field !== 'title' && field !== 'description');
  return [...new Set(others.map(({ word, field }) => `${word} (${field})`))].join(', ');
}

/** An item without the machine's opinion. @param {any} it */
const unsaid = (it) => ({ ...it, guess: null, suspicion: null });

/** @param {any} it */
function facts(it) {
  const suspected = it.suspicion !== null && it.suspicion !== undefined;
  const percent = Math.round(100 * it.suspicion);
  const rows = [
    ['label', (it.category ?? '').replaceAll('|', ' or ')],
    ['machine says', it.guess && it.guess !== it.category ? it.guess : it.guess && 'the same'],
    ['suspicion', suspected && `${percent} of 100${percent < 30 ? '' : `, ${suspicionInWords(percent)}`}`],
    ['photograph', modeInWords(it.mode)],
    ['matched', otherWords(it)],
    ['product', it.product_id],
    ['source', fileName(it.source)],
  ];
  const list = element('dl', 'facts');
  for (const [name, value] of rows) if (value) list.append(element('dt', '', name), element('dd', '', value));
  return list;
}

/** @param {{verdict: string, becomes: string | null, who: string, when: string}[]} history */
function historyOf(history) {
  const list = element('ol', 'history');
  for (const { verdict, becomes, who, when } of history.slice(-6).reverse()) {
    const told = verdict === 'clear' ? 'taken back' : [verdict, becomes && `to ${becomes}`].filter(Boolean).join(' ');
    list.append(element('li', verdict, `${told} · ${who} · ${when.slice(0, 16).replace('T', ' ')}`));
  }
  return list;
}

/** @param {string} name @param {string} className @param {string} [text] */
function element(name, className, text = '') {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}
