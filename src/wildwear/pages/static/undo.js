// Undo and redo without limit. What is undone is decided anew, so that the log keeps both.

/**
 * @typedef {object} Standing What holds for an item.
 * @property {number} verdict as sheets code it
 * @property {string} category of a relabel, else empty
 */

/**
 * @typedef {object} Step One act of the reviewer, however many pictures it was about.
 * @property {{item: number, before: Standing, after: Standing}[]} changes
 * @property {string} audit the audit it was made in, or empty
 */

export class UndoStack {
  /** @type {Step[]} */
  #done = [];
  /** @type {Step[]} */
  #undone = [];

  /** @param {Step} step */
  push(step) {
    this.#done.push(step);
    this.#undone = [];
  }

  /** Takes back the last step; undefined where there is none. @returns {Step | undefined} */
  undo() {
    return this.#move(this.#done, this.#undone);
  }

  /** @returns {Step | undefined} */
  redo() {
    return this.#move(this.#undone, this.#done);
  }

  get undoable() {
    return this.#done.length;
  }

  get redoable() {
    return this.#undone.length;
  }

  /** @param {Step[]} from @param {Step[]} to */
  #move(from, to) {
    const step = from.pop();
    if (step) to.push(step);
    return step;
  }
}
