// One row of the sheet: a canvas with its pictures, and over it the cells that carry marks, focus and words.

import { KEEP, NONE, REJECT, RELABEL } from './sheet.js';

const MARKS = { [NONE]: '', [KEEP]: '✓', [REJECT]: '✕', [RELABEL]: '→' };
const CLASSES = { [NONE]: '', [KEEP]: 'kept', [REJECT]: 'rejected', [RELABEL]: 'relabelled' };
const SPOKEN = { [NONE]: 'not judged', [KEEP]: 'kept', [REJECT]: 'rejected', [RELABEL]: 'relabelled' };
/** How much of a picture is left to see once it is judged. */
const INK = { [NONE]: 1, [KEEP]: 0.72, [REJECT]: 0.2, [RELABEL]: 0.5 };
const GROUND = '#1b1b1b';
const BLANK = '#242424';

/**
 * @typedef {object} Look What a cell shows, beside its picture.
 * @property {number} position @property {number} verdict @property {string} category of a relabel
 * @property {boolean} waits not saved yet @property {boolean} selected @property {boolean} current
 * @property {boolean} touched by the rectangle that is being drawn
 * @property {string} cluster how it joins its neighbours: '', 'first', 'inner', 'last' or 'lone'
 * @property {number} alike how many look alike @property {string} suspicion in words, or empty
 */

/** Reused for whichever row comes into sight. */
export class Row {
  /** @type {HTMLDivElement[]} */
  #cells = [];
  /** @type {string[]} what each cell says now */
  #said = [];
  /** @type {string[]} what each cell's pixels are now */
  #drawn = [];
  #top = NaN;

  constructor() {
    this.element = document.createElement('div');
    this.element.className = 'row';
    this.element.setAttribute('role', 'row');
    this.canvas = document.createElement('canvas');
    this.canvas.setAttribute('aria-hidden', 'true');
    this.element.append(this.canvas);
    this.index = -1;
  }

  /**
   * Makes it the row of that number.
   * @param {number} index @param {import('./layout.js').Layout} layout @param {number} scale device pixels a CSS pixel
   */
  place(index, layout, scale) {
    if (this.index === index && this.layout === layout) return;
    if (this.layout !== layout) this.#resize(layout, scale);
    this.index = index;
    this.#drawn.fill('');
    this.element.setAttribute('aria-rowindex', String(index + 1));
    const filled = Math.min(layout.columns, layout.count - index * layout.columns);
    this.#cells.forEach((cell, column) => (cell.hidden = column >= filled));
    this.filled = filled;
  }

  /** @param {number} top */
  moveTo(top) {
    if (this.#top === top) return;
    this.#top = top;
    this.element.style.transform = `translateY(${top}px)`;
  }

  /** Shows one cell as it is now. @param {number} column @param {Look} look @param {string} label */
  say(column, look, label) {
    const key = Object.values(look).join('|') + label;
    if (this.#said[column] === key) return;
    this.#said[column] = key;
    const cell = this.#cells[column];
    cell.id = `cell-${look.position}`;
    const classes = ['cell', CLASSES[look.verdict], look.cluster && `cluster ${look.cluster}`];
    for (const flag of ['waits', 'selected', 'current', 'touched']) if (look[flag]) classes.push(flag);
    cell.className = classes.filter(Boolean).join(' ');
    cell.setAttribute('aria-selected', String(look.selected));
    cell.setAttribute('aria-label', label);
    const [mark, note, alike] = cell.children;
    mark.textContent = MARKS[look.verdict];
    note.textContent = look.verdict === RELABEL ? look.category : '';
    alike.textContent = look.alike > 1 ? String(look.alike) : '';
  }

  /**
   * Draws one cell's picture, or its absence.
   * @param {number} column @param {import('./pictures.js').Piece | null} piece @param {number} verdict @param {boolean} missing
   */
  draw(column, piece, verdict, missing) {
    const key = `${piece ? 'drawn' : missing ? 'missing' : 'blank'}${INK[verdict]}`;
    if (this.#drawn[column] === key) return;
    this.#drawn[column] = key;
    this.#cells[column].dataset.picture = piece ? 'drawn' : missing ? 'missing' : 'blank';
    const context = this.canvas.getContext('2d', { alpha: false });
    const { side, pitch } = this.layout;
    const x = column * pitch;
    context.globalAlpha = 1;
    context.fillStyle = piece ? GROUND : BLANK;
    context.fillRect(x, 0, side, side);
    if (missing) writeMissing(context, x, side);
    if (!piece) return;
    const fit = side / Math.max(piece.width, piece.height);
    const [width, height] = [piece.width * fit, piece.height * fit];
    context.globalAlpha = INK[verdict];
    context.drawImage(
      piece.bitmap, piece.x, piece.y, piece.width, piece.height,
      x + (side - width) / 2, (side - height) / 2, width, height,
    );
  }

  /** Whether a cell's picture is on screen. @param {number} column */
  shows(column) {
    return this.#drawn[column]?.startsWith('drawn') ?? false;
  }

  /** @param {import('./layout.js').Layout} layout @param {number} scale */
  #resize(layout, scale) {
    this.layout = layout;
    const width = layout.columns * layout.pitch - layout.gap;
    this.canvas.width = Math.round(width * scale);
    this.canvas.height = Math.round(layout.side * scale);
    this.canvas.style.width = `${width}px`;
    this.canvas.style.height = `${layout.side}px`;
    const context = this.canvas.getContext('2d', { alpha: false });
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.imageSmoothingQuality = 'medium';
    context.fillStyle = GROUND;
    context.fillRect(0, 0, width, layout.side);
    while (this.#cells.length < layout.columns) this.#cells.push(makeCell(this.#cells.length));
    while (this.#cells.length > layout.columns) this.#cells.pop().remove();
    this.element.append(...this.#cells);
    this.#said = Array(layout.columns).fill('');
    this.#drawn = Array(layout.columns).fill('');
  }
}

/** What is said of a cell. @param {Look} look @param {number} count @param {string} title where it is known */
export function spoken(look, count, title) {
  const parts = [title || `Picture ${look.position + 1} of ${count}`, look.suspicion];
  parts.push(look.verdict === RELABEL && look.category ? `relabelled ${look.category}` : SPOKEN[look.verdict]);
  if (look.waits) parts.push('not saved yet');
  if (look.alike > 1) parts.push(`${look.alike} look alike`);
  return parts.filter(Boolean).join(', ');
}

/** @param {number} column */
function makeCell(column) {
  const cell = document.createElement('div');
  cell.setAttribute('role', 'gridcell');
  cell.setAttribute('aria-colindex', String(column + 1));
  for (const name of ['mark', 'note', 'alike']) {
    const part = document.createElement('span');
    part.className = name;
    part.setAttribute('aria-hidden', 'true');
    cell.append(part);
  }
  return cell;
}

/** @param {CanvasRenderingContext2D} context @param {number} x @param {number} side */
function writeMissing(context, x, side) {
  context.fillStyle = '#8a8a8a';
  context.font = '11px sans-serif';
  context.textAlign = 'center';
  context.fillText('no picture', x + side / 2, side / 2 + 4, side - 8);
}
