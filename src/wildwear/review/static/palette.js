// The palette that asks for a category: type a few letters, arrows, Enter.

import { matches } from './match.js';

/** As many as are shown before anything is typed, of those used last. */
const RECENT = 5;

/** @typedef {import('./match.js').Category} Category */

export class Palette {
  /** @type {string[]} */
  #recent = [];
  /** @type {import('./match.js').Match[]} */
  #shown = [];
  #at = 0;
  /** @type {(name: string | null) => void} */
  #answer = () => {};
  /** @type {string[]} */
  #first = [];

  /** @param {HTMLDialogElement} dialog @param {Category[]} categories */
  constructor(dialog, categories) {
    this.dialog = dialog;
    this.categories = categories;
    this.input = /** @type {HTMLInputElement} */ (dialog.querySelector('input'));
    this.list = /** @type {HTMLElement} */ (dialog.querySelector('[role=listbox]'));
    this.heading = /** @type {HTMLElement} */ (dialog.querySelector('h2'));
    this.input.addEventListener('input', () => this.#search());
    this.input.addEventListener('keydown', (event) => this.#press(event));
    this.list.addEventListener('mousedown', (event) => event.preventDefault());
    this.list.addEventListener('click', (event) => this.#click(event));
    dialog.addEventListener('close', () => dialog.open || this.#answer(null));
    dialog.addEventListener('click', (event) => event.target === dialog && dialog.close());
  }

  /**
   * Asks for a category; null where the reviewer thought better of it.
   * @param {string} heading @param {string[]} first names to offer first, such as the machine's guess
   * @returns {Promise<string | null>}
   */
  ask(heading, first) {
    this.#answer(null);
    this.heading.textContent = heading;
    this.#first = [...new Set([...first, ...this.#recent])].filter(Boolean);
    this.input.value = '';
    this.#search();
    this.dialog.showModal();
    return new Promise((resolve) => {
      this.#answer = (name) => {
        this.#answer = () => {};
        if (name) this.#recent = [name, ...this.#recent.filter((each) => each !== name)].slice(0, RECENT);
        resolve(name);
      };
    });
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
      this.#choose(this.#at);
    }
    if (event.key !== 'Escape') event.stopPropagation();
  }

  /** @param {MouseEvent} event */
  #click(event) {
    const option = /** @type {HTMLElement} */ (event.target).closest('[role=option]');
    if (option) this.#choose(Number(option.dataset.index));
  }

  /** @param {number} index */
  #choose(index) {
    const match = this.#shown[index];
    if (!match) return;
    this.#answer(match.category.name);
    this.dialog.close();
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
