// Which pictures are selected, and from where a range is drawn.

export class Selection {
  /** @type {Set<number>} */
  #chosen = new Set();
  /** Where ranges start; -1 before there is one. */
  anchor = -1;

  get size() {
    return this.#chosen.size;
  }

  /** @param {number} position */
  has(position) {
    return this.#chosen.has(position);
  }

  /** In the order of the sheet. @returns {number[]} */
  all() {
    return [...this.#chosen].sort((one, other) => one - other);
  }

  /** @param {Iterable<number>} positions @param {{keep?: boolean}} [options] keep what was selected before */
  choose(positions, { keep = false } = {}) {
    if (!keep) this.#chosen.clear();
    for (const position of positions) this.#chosen.add(position);
  }

  /** @param {number} position */
  toggle(position) {
    if (!this.#chosen.delete(position)) this.#chosen.add(position);
    this.anchor = position;
  }

  clear() {
    this.#chosen.clear();
    this.anchor = -1;
  }
}
