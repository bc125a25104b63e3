// A field that finds a category: type a few letters, arrows, Enter.

import { matches } from './match.js';

/** As many as are offered before anything is typed, of those picked last. */
const RECENT = 5;

/** @typedef {import('./match.js').Category} Category */

/** Events: `picked` (detail: {name, more}), `more` being whether Shift was held. */
export class Combobox extends EventTarget {
  /** @type {string[]} */
  #recent = [];
  /** @type {import('./match.js').Match[]} */
  #shown = [];
  #at = 0;
  /** @type {string[]} */
  #first = [];

  /** @param {HTMLInputElement} input @param {HTMLElement} list @param {Category[]} categories */
  constructor(input, list, categories) {
    super();
    this.input = input;
    this.list = list;
    this.categories = categories;
    input.addEventListener('input', () => this.#search());
    input.addEventListener('keydown', (event) => this.#press(event));
    list.addEventListener('mousedown', (event) => event.preventDefault());
    list.addEventListener('click', (event) => this.#click(event));
  }

  /** Begins anew. @param {string[]} first names to offer first, such as the machine's guess */
  begin(first) {
    this.#first = [...new Set([...first, ...this.#recent])].filter(Boolean);
    this.input.value = '';
    this.#search();
  }

  #search() {
    const typed = this.input.value.trim();
    this.#shown = matches(typed, this.categories);
    if (!typed) this.#shown.sort((one, other) => this.#rank(one) - this.#rank(other));
    this.#at = 0;
    this.list.replaceChildren(...this.#shown.map((match, index) => this.#option(match, index)));
    if (!this.#shown.length) this.list.append(nothing(typed));
    this.#point(0);
  }

  /** @param {import('./match.js').Match} match */
  #rank({ category }) {
    const at = this.#first.indexOf(category.name);
    return at < 0 ? this.#first.length : at;
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };
    if (event.key in steps) {
      this.#point(this.#at + steps[event.key]);
      event.preventDefault();
    } else if (event.key === 'Enter') {
      event.preventDefault();
      this.#choose(this.#at, event.shiftKey);
    }
    if (event.key !== 'Escape') event.stopPropagation();
  }

  /** @param {MouseEvent} event */
  #click(event) {
    const option = /** @type {HTMLElement} */ (event.target).closest('[role=option]');
    if (option) this.#choose(Number(option.dataset.index), event.shiftKey);
  }

  /** @param {number} index @param {boolean} more */
  #choose(index, more) {
    const match = this.#shown[index];
    if (!match) return;
    const { name } = match.category;
    this.#recent = [name, ...this.#recent.filter((each) => each !== name)].slice(0, RECENT);
    this.dispatchEvent(new CustomEvent('picked', { detail: { name, more } }));
  }

  /** @param {number} index */
  #point(index) {
    const options = [...this.list.querySelectorAll('[role=option]')];
    this.#at = Math.max(0, Math.min(index, options.length - 1));
    options.forEach((option, each) => option.setAttribute('aria-selected', String(each === this.#at)));
    options[this.#at]?.scrollIntoView({ block: 'nearest' });
    this.input.setAttribute('aria-activedescendant', options[this.#at]?.id ?? '');
  }

  /** @param {import('./match.js').Match} match @param {number} index */
  #option({ category, by }, index) {
    const option = document.createElement('li');
    option.id = `option-${index}`;
    option.dataset.index = String(index);
    option.setAttribute('role', 'option');
    const name = document.createElement('span');
    name.textContent = category.name;
    const aside = document.createElement('small');
    const offered = !this.input.value && this.#first.includes(category.name);
    aside.textContent = [by, offered && 'offered', category.region].filter(Boolean).join(' · ');
    option.append(name, aside);
    return option;
  }
}

/** @param {string} typed */
function nothing(typed) {
  const line = document.createElement('li');
  line.className = 'nothing';
  line.textContent = `No category is called “${typed}”.`;
  return line;
}
