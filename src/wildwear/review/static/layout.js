// Where pictures stand on the sheet: geometry alone, no elements.

/** Browsers cannot lay out elements of any height; beyond this, scrolling goes faster than the pictures. */
const TALLEST = 16_000_000;

/** A grid of square cells in the order of the sheet. Lengths are CSS pixels, `y` from the top of the first row's margin. */
export class Layout {
  /** @param {{width: number, height: number, tile: number, gap: number, margin: number, count: number}} of */
  constructor({ width, height, tile, gap, margin, count }) {
    this.height = height;
    this.gap = gap;
    this.margin = margin;
    this.count = count;
    this.columns = Math.max(1, Math.floor((width + gap) / (tile + gap)));
    this.side = Math.max(16, Math.floor((width + gap) / this.columns) - gap);
    this.pitch = this.side + gap;
    this.rows = Math.ceil(count / this.columns);
    this.whole = Math.max(0, this.rows * this.pitch - gap + 2 * margin);
    this.scrolled = Math.min(this.whole, TALLEST);
    this.ratio = this.scrolled < this.whole ? (this.whole - height) / (this.scrolled - height) : 1;
  }

  /** The highest `y` that can stand at the top of the window. */
  get last() {
    return Math.max(0, this.whole - this.height);
  }

  /** @param {number} y */
  clamp(y) {
    return Math.min(this.last, Math.max(0, y));
  }

  /** @param {number} position */
  row(position) {
    return Math.floor(position / this.columns);
  }

  /** The `y` of a row's upper edge. @param {number} row */
  top(row) {
    return this.margin + row * this.pitch;
  }

  /** The `y` of a window in which nothing of the row above is seen. @param {number} row */
  edge(row) {
    return row > 0 ? this.top(row) - this.gap : 0;
  }

  /** First and last row of which anything is seen; last < first where there is none. @param {number} y */
  seen(y) {
    const first = Math.max(0, Math.floor((y - this.margin + this.gap) / this.pitch));
    const last = Math.min(this.rows - 1, Math.floor((y + this.height - this.margin - 1) / this.pitch));
    return { first, last };
  }

  /** First and last row that is seen whole (the first one seen, where none is). @param {number} y */
  seenWhole(y) {
    const first = Math.max(0, Math.ceil((y - this.margin - 1) / this.pitch));
    const last = Math.min(this.rows - 1, Math.floor((y + this.height - this.margin - this.side + 1) / this.pitch));
    return last < first ? { first: this.seen(y).first, last: this.seen(y).first } : { first, last };
  }

  /** The position whose cell holds a point, -1 where there is none. @param {number} x @param {number} y */
  at(x, y) {
    const column = Math.floor(x / this.pitch);
    const row = Math.floor((y - this.margin) / this.pitch);
    const inCell = x - column * this.pitch < this.side && y - this.top(row) < this.side;
    const position = row * this.columns + column;
    const there = column >= 0 && column < this.columns && row >= 0 && position < this.count;
    return there && inCell ? position : -1;
  }

  /**
   * Positions whose cells a rectangle touches.
   * @param {{left: number, right: number, top: number, bottom: number}} box
   * @returns {number[]}
   */
  within({ left, right, top, bottom }) {
    const columnFrom = Math.max(0, Math.floor((left + this.gap) / this.pitch));
    const columnTo = Math.min(this.columns - 1, Math.floor(right / this.pitch));
    const rowFrom = Math.max(0, Math.floor((top - this.margin + this.gap) / this.pitch));
    const rowTo = Math.min(this.rows - 1, Math.floor((bottom - this.margin) / this.pitch));
    return this.block(rowFrom, rowTo, columnFrom, columnTo);
  }

  /** Positions of the rectangle that two cells span. @param {number} one @param {number} other @returns {number[]} */
  between(one, other) {
    const [rowFrom, rowTo] = sorted(this.row(one), this.row(other));
    const [columnFrom, columnTo] = sorted(one % this.columns, other % this.columns);
    return this.block(rowFrom, rowTo, columnFrom, columnTo);
  }

  /** @param {number} rowFrom @param {number} rowTo @param {number} columnFrom @param {number} columnTo */
  block(rowFrom, rowTo, columnFrom, columnTo) {
    const found = [];
    for (let row = rowFrom; row <= rowTo; row++) {
      for (let column = columnFrom; column <= columnTo; column++) {
        const position = row * this.columns + column;
        if (position < this.count) found.push(position);
      }
    }
    return found;
  }
}

/** @param {number} one @param {number} other */
const sorted = (one, other) => (one < other ? [one, other] : [other, one]);
