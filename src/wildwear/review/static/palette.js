// The palette that asks for a category.

import { Combobox } from './combobox.js';

export class Palette {
  /** @type {(name: string | null) => void} */
  #answer = () => {};

  /** @param {HTMLDialogElement} dialog @param {import('./match.js').Category[]} categories */
  constructor(dialog, categories) {
    this.dialog = dialog;
    this.heading = /** @type {HTMLElement} */ (dialog.querySelector('h2'));
    const input = /** @type {HTMLInputElement} */ (dialog.querySelector('input'));
    this.combobox = new Combobox(input, /** @type {HTMLElement} */ (dialog.querySelector('[role=listbox]')), categories);
    this.combobox.addEventListener('picked', (/** @type {CustomEvent} */ { detail }) => {
      this.#answer(detail.name);
      dialog.close();
    });
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
    this.combobox.begin(first);
    this.dialog.showModal();
    return new Promise((resolve) => {
      this.#answer = (name) => {
        this.#answer = () => {};
        resolve(name);
      };
    });
  }
}
