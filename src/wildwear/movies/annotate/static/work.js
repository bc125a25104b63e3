// A pile of clips to go through: which comes next, what is done, what was put off.

export class Work {
  /** @type {Set<number>} */
  #putOff = new Set();

  /** @param {number[]} positions in the list of all clips, in order @param {(position: number) => boolean} isDone */
  constructor(positions, isDone) {
    this.positions = positions;
    this.isDone = isDone;
    this.index = 0;
  }

  /** The clip that is looked at, or -1. */
  get at() {
    return this.positions[this.index] ?? -1;
  }

  get done() {
    return this.positions.filter(this.isDone).length;
  }

  get total() {
    return this.positions.length;
  }

  get putOff() {
    return [...this.#putOff].filter((position) => !this.isDone(position)).length;
  }

  /** To the next one that is left, those put off coming last; whether there is one. @param {boolean} [fromHere] */
  goOn(fromHere = false) {
    const [next] = this.ahead(1, fromHere);
    if (next === undefined) return false;
    this.index = this.positions.indexOf(next);
    return true;
  }

  putOffThis() {
    this.#putOff.delete(this.at);
    this.#putOff.add(this.at);
  }

  /** @param {number} position */
  go(position) {
    const index = this.positions.indexOf(position);
    if (index >= 0) this.index = index;
    return index >= 0;
  }

  /** One on or back, whether it is done or not; whether there is one. @param {number} by */
  step(by) {
    const index = this.index + by;
    const there = index >= 0 && index < this.positions.length;
    if (there) this.index = index;
    return there;
  }

  /** The next that are left, at most so many. @param {number} count @param {boolean} [fromHere] the one looked at too */
  ahead(count, fromHere = false) {
    const { length } = this.positions;
    const found = [];
    for (let step = fromHere ? 0 : 1; step < length && found.length < count; step++) {
      const position = this.positions[(this.index + step) % length];
      if (!this.isDone(position) && !this.#putOff.has(position)) found.push(position);
    }
    const later = [...this.#putOff].filter((position) => !this.isDone(position) && (fromHere || position !== this.at));
    return [...found, ...later].slice(0, count);
  }
}
