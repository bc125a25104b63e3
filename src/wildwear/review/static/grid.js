// The contact sheet on screen: only the rows in sight exist, whatever the number of pictures.

import { Layout } from './layout.js';
import { Row, spoken } from './row.js';
import { Selection } from './selection.js';
import { suspicionInWords } from './words.js';

const GAP = 4;
const MARGIN = 8;
/** Rows kept beyond the window on either side, for scrolling that runs ahead of us. */
const BEYOND = 2;
/** How long to wait after a leap before thinking of what is ahead, in milliseconds. */
const AFTER_A_LEAP = 150;

/**
 * Draws a sheet, and knows where its window, cursor and selection are. Events: `cursor`, `window`, `selection`.
 */
export class Grid extends EventTarget {
  /** @type {Map<number, Row>} */
  #rows = new Map();
  /** @type {Row[]} */
  #spare = [];
  #due = 0;
  #lastY = 0;
  #ahead = 1;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #leap;
  /** @type {import('./sheet.js').Sheet | null} */
  sheet = null;
  /** @type {import('./pictures.js').Sprites | import('./pictures.js').Pictures | null} */
  pictures = null;
  cursor = 0;
  selection = new Selection();
  /** @type {Set<number>} positions in the rectangle that is being drawn */
  touched = new Set();

  /**
   * @param {HTMLElement} scroller @param {HTMLElement} content inside it
   * @param {import('./judge.js').Judge} judge
   * @param {(item: number) => string} titleOf the title of an item where it is known, else empty
   */
  constructor(scroller, content, judge, titleOf) {
    super();
    this.scroller = scroller;
    this.content = content;
    this.judge = judge;
    this.titleOf = titleOf;
    this.tile = 96;
    this.layout = this.#newLayout();
    scroller.addEventListener('scroll', () => this.refresh(), { passive: true });
    new ResizeObserver(() => this.#lay()).observe(scroller);
  }

  /** The y of the window's upper edge. */
  get y() {
    return this.scroller.scrollTop * this.layout.ratio;
  }

  /**
   * Shows a sheet from its beginning, or with a position in sight.
   * @param {import('./sheet.js').Sheet} sheet
   * @param {import('./pictures.js').Sprites | import('./pictures.js').Pictures} pictures
   * @param {number} [at]
   */
  show(sheet, pictures, at = 0) {
    this.pictures?.close();
    this.sheet = sheet;
    this.pictures = pictures;
    this.selection.clear();
    this.touched.clear();
    this.cursor = Math.max(0, Math.min(at, sheet.count - 1));
    this.content.setAttribute('aria-rowcount', String(this.#newLayout().rows));
    this.#lay(true);
    this.dispatchEvent(new Event('selection'));
    this.dispatchEvent(new Event('cursor'));
  }

  /** @param {number} tile the least side of a cell in CSS pixels */
  resize(tile) {
    this.tile = tile;
    this.#lay();
  }

  /** Moves the cursor and brings it into sight. @param {number} position */
  moveTo(position) {
    if (!this.sheet?.count) return;
    this.cursor = Math.max(0, Math.min(position, this.sheet.count - 1));
    this.reveal(this.cursor);
    this.refresh();
    this.dispatchEvent(new Event('cursor'));
  }

  /** Scrolls as little as brings a position into sight. @param {number} position */
  reveal(position) {
    const { layout } = this;
    const top = layout.top(layout.row(position));
    if (top - GAP < this.y) this.scrollTo(layout.edge(layout.row(position)));
    else if (top + layout.side + GAP > this.y + layout.height) this.scrollTo(top + layout.side + GAP - layout.height);
  }

  /** @param {number} y */
  scrollTo(y) {
    this.scroller.scrollTop = this.layout.clamp(y) / this.layout.ratio;
    this.refresh();
  }

  /** Positions on screen whole, whose pictures have come. @returns {number[]} */
  onScreen() {
    const { first, last } = this.layout.seenWhole(this.y);
    return this.layout
      .block(first, last, 0, this.layout.columns - 1)
      .filter((position) => this.#rows.get(this.layout.row(position))?.shows(position % this.layout.columns));
  }

  /** Moves by whole screens, a row's edge at the window's. @param {number} screens */
  page(screens) {
    const { first, last } = this.layout.seenWhole(this.y);
    const rows = last - first + 1;
    const before = this.layout.row(this.cursor);
    const row = screens > 0 ? last + 1 + (screens - 1) * rows : first - rows * -screens;
    this.scrollTo(this.layout.edge(Math.max(0, row)));
    const offset = Math.max(0, before - first);
    const target = Math.max(0, Math.min(this.layout.rows - 1, row + Math.min(offset, rows - 1)));
    this.moveTo(target * this.layout.columns + (this.cursor % this.layout.columns));
  }

  /** The position under a point of the screen, or -1. @param {number} clientX @param {number} clientY */
  at(clientX, clientY) {
    const { x, y } = this.toSheet(clientX, clientY);
    return this.layout.at(x, y);
  }

  /** A point of the screen in the sheet's coordinates. @param {number} clientX @param {number} clientY */
  toSheet(clientX, clientY) {
    const left = this.content.getBoundingClientRect().left;
    return { x: clientX - left, y: clientY - this.scroller.getBoundingClientRect().top + this.y };
  }

  /** A cell's place on the screen. @param {number} position */
  boxOf(position) {
    const { layout } = this;
    const left = this.content.getBoundingClientRect().left + (position % layout.columns) * layout.pitch;
    const top = this.scroller.getBoundingClientRect().top + layout.top(layout.row(position)) - this.y;
    return new DOMRect(left, top, layout.side, layout.side);
  }

  /** Draws anew what has changed, with the next frame. */
  refresh() {
    this.#due ||= requestAnimationFrame(() => {
      this.#due = 0;
      this.#draw();
    });
  }

  /** Draws every picture anew. */
  redraw() {
    for (const row of this.#rows.values()) this.#putAway(row);
    this.#rows.clear();
    this.refresh();
  }

  #newLayout() {
    const { clientWidth: width, clientHeight: height } = this.scroller;
    const inner = this.content.clientWidth || width;
    return new Layout({ width: inner, height, tile: this.tile, gap: GAP, margin: MARGIN, count: this.sheet?.count ?? 0 });
  }

  /** Lays the sheet out for the room there is; what was in sight stays so. @param {boolean} [anew] a new sheet */
  #lay(anew = false) {
    const kept = anew ? this.cursor : this.layout.row(0) + this.layout.seenWhole(this.y).first * this.layout.columns;
    const inSight = anew || this.onScreen().includes(this.cursor);
    this.layout = this.#newLayout();
    this.content.style.height = `${this.layout.scrolled}px`;
    this.content.style.setProperty('--columns', String(this.layout.columns));
    this.content.style.setProperty('--side', `${this.layout.side}px`);
    this.content.setAttribute('aria-rowcount', String(this.layout.rows));
    this.content.setAttribute('aria-colcount', String(this.layout.columns));
    const row = this.layout.row(Math.min(kept, Math.max(0, this.layout.count - 1)));
    this.scrollTo(this.layout.edge(row));
    if (inSight && this.sheet?.count) this.reveal(this.cursor);
    this.redraw();
    this.#draw();
  }

  #draw() {
    if (!this.sheet || !this.pictures) return;
    const { y, layout } = this;
    const seen = layout.seen(y);
    const shift = this.scroller.scrollTop - y;
    const moved = y - this.#lastY;
    this.#lastY = y;
    const [from, to] = [Math.max(0, seen.first - BEYOND), Math.min(layout.rows - 1, seen.last + BEYOND)];
    for (const [index, row] of this.#rows) {
      if (index >= from && index <= to) continue;
      this.#rows.delete(index);
      this.#putAway(row);
    }
    for (let index = from; index <= to; index++) this.#drawRow(index, layout.top(index) + shift);
    this.#want(moved);
    this.content.setAttribute('aria-activedescendant', this.sheet.count ? `cell-${this.cursor}` : '');
    this.dispatchEvent(new Event('window'));
  }

  /** Asks for what is in sight, and for what is ahead unless this was a leap: then once it turns out to be the end of it. @param {number} moved */
  #want(moved) {
    const { first, last } = this.layout.seen(this.#lastY);
    if (last < first) return;
    if (moved) this.#ahead = Math.sign(moved);
    const leapt = Math.abs(moved) > 2 * this.layout.height;
    const end = Math.min(this.layout.count, (last + 1) * this.layout.columns) - 1;
    this.pictures.want(first * this.layout.columns, end, leapt ? 0 : this.#ahead);
    clearTimeout(this.#leap);
    if (leapt) this.#leap = setTimeout(() => this.#want(0), AFTER_A_LEAP);
  }

  /** @param {number} index @param {number} top */
  #drawRow(index, top) {
    let row = this.#rows.get(index);
    if (!row) {
      row = this.#spare.pop() ?? new Row();
      row.element.hidden = false;
      this.content.insertBefore(row.element, this.#rows.get(index + 1)?.element ?? null);
      this.#rows.set(index, row);
    }
    row.place(index, this.layout, devicePixelRatio);
    row.moveTo(top);
    for (let column = 0; column < row.filled; column++) {
      const position = index * this.layout.columns + column;
      const look = this.#look(position);
      row.say(column, look, spoken(look, this.sheet.count, this.titleOf(this.sheet.items[position])));
      row.draw(column, this.pictures.piece(position), look.verdict, this.pictures.missing(position));
    }
  }

  /** @param {number} position @returns {import('./row.js').Look} */
  #look(position) {
    const { sheet } = this;
    const item = sheet.items[position];
    const { verdict, category } = this.judge.standing(item);
    return {
      position,
      verdict,
      category,
      waits: this.judge.decisions.waits(item),
      selected: this.selection.has(position),
      current: position === this.cursor,
      touched: this.touched.has(position),
      cluster: sheet.view.order === 'clusters' ? this.#joint(position) : '',
      alike: sheet.clusters[position] ? sheet.lookAlikes(position).length : 1,
      suspicion: suspicionInWords(sheet.suspicion[position]),
    };
  }

  /** How a cell joins the cells of its cluster beside it. @param {number} position */
  #joint(position) {
    const { clusters } = this.sheet;
    const cluster = clusters[position];
    if (!cluster || this.sheet.lookAlikes(position).length < 2) return '';
    const before = position % this.layout.columns > 0 && clusters[position - 1] === cluster;
    const after = (position + 1) % this.layout.columns > 0 && clusters[position + 1] === cluster;
    if (before) return after ? 'inner' : 'last';
    return after ? 'first' : 'lone';
  }

  /** @param {Row} row */
  #putAway(row) {
    row.element.hidden = true;
    row.index = -1;
    this.#spare.push(row);
  }
}
