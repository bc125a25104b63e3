// Undo and redo without limit. What is undone is decided anew, so that the log keeps both.

/**
 * @template Standing what holds for an item
 * @typedef {object} Step One act of a person, however many items it was about.
 * @property {{item: number, before: Standing, after: Standing}[]} changes
 * @property {string} [audit] the audit it was made in, or empty
 */

/** @template Standing */
export class UndoStack {
  /** @type {Step<Standing>[]} */
  #done = [];
  /** @type {Step<Standing>[]} */
  #undone = [];

  /** @param {Step<Standing>} step */
  push(step) {
    this.#done.push(step);
    this.#undone = [];
  }

  /** Takes back the last step; undefined where there is none. @returns {Step<Standing> | undefined} */
  undo() {
    return this.#move(this.#done, this.#undone);
  }

  /** @returns {Step<Standing> | undefined} */
  redo() {
    return this.#move(this.#undone, this.#done);
  }

  get undoable() {
    return this.#done.length;
  }

  get redoable() {
    return this.#undone.length;
  }

  /** @param {Step<Standing>[]} from @param {Step<Standing>[]} to */
  #move(from, to) {
    const step = from.pop();
    if (step) to.push(step);
    return step;
  }
}
