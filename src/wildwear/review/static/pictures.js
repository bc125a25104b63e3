// Where the pixels of a sheet's cells come from: thumbnails packed 64 to an image, or the stored pictures one by one.

import { Bitmaps } from './bitmaps.js';

/** 4 MB each once decoded. */
const SPRITES_KEPT = 40;
/** At most 1 MB each. */
const PICTURES_KEPT = 400;

/**
 * @typedef {object} Piece A rectangle of a bitmap.
 * @property {ImageBitmap} bitmap @property {number} x @property {number} y @property {number} width @property {number} height
 */

/** Thumbnails of a sheet, 64 to an image. */
export class Sprites {
  /**
   * @param {import('./sheet.js').Sheet} sheet
   * @param {(first: number, last: number) => void} arrived positions that can be drawn now
   * @param {(error: Error) => void} lost
   */
  constructor(sheet, arrived, lost) {
    this.sheet = sheet;
    this.each = sheet.spriteColumns * sheet.spriteRows;
    this.last = Math.ceil(sheet.count / this.each) - 1;
    this.bitmaps = new Bitmaps(
      (k) => `sprite/${encodeURIComponent(sheet.id)}/${k}.jpg`,
      (k) => arrived(k * this.each, (k + 1) * this.each - 1),
      { room: SPRITES_KEPT, lost },
    );
  }

  /** @param {number} position @returns {Piece | null} */
  piece(position) {
    const bitmap = this.bitmaps.get(Math.floor(position / this.each));
    if (!bitmap) return null;
    const { spriteColumns, spriteTile: tile } = this.sheet;
    const at = position % this.each;
    return { bitmap, x: (at % spriteColumns) * tile, y: Math.floor(at / spriteColumns) * tile, width: tile, height: tile };
  }

  /** @param {number} position */
  missing(position) {
    return this.bitmaps.missing(Math.floor(position / this.each));
  }

  /** Positions in sight, and more in the direction of scrolling (1 or -1; 0 none). @param {number} first @param {number} last @param {number} ahead */
  want(first, last, ahead) {
    const from = Math.floor(first / this.each);
    const to = Math.floor(last / this.each);
    const seen = range(from, to);
    if (!ahead) return this.bitmaps.want(seen);
    const after = range(to + 1, Math.min(this.last, to + 2 * seen.length));
    const before = range(Math.max(0, from - seen.length), from - 1).reverse();
    return this.bitmaps.want([...seen, ...(ahead < 0 ? before : after)]);
  }

  retry() {
    this.bitmaps.retry();
  }

  close() {
    this.bitmaps.close();
  }
}

/** The stored pictures of a sheet's items: for samples, and for cells larger than a thumbnail. */
export class Pictures {
  /**
   * @param {import('./sheet.js').Sheet} sheet
   * @param {(first: number, last: number) => void} arrived
   * @param {(error: Error) => void} lost
   */
  constructor(sheet, arrived, lost) {
    this.sheet = sheet;
    this.bitmaps = new Bitmaps(
      (position) => `picture/${sheet.items[position]}.jpg`,
      (position) => arrived(position, position),
      { room: PICTURES_KEPT, lost },
    );
  }

  /** @param {number} position @returns {Piece | null} */
  piece(position) {
    const bitmap = this.bitmaps.get(position);
    return bitmap ? { bitmap, x: 0, y: 0, width: bitmap.width, height: bitmap.height } : null;
  }

  /** @param {number} position */
  missing(position) {
    return this.bitmaps.missing(position);
  }

  /** @param {number} first @param {number} last @param {number} ahead */
  want(first, last, ahead) {
    const length = last - first + 1;
    const seen = range(first, last);
    if (!ahead) return this.bitmaps.want(seen);
    const after = range(last + 1, Math.min(this.sheet.count - 1, last + length));
    const before = range(Math.max(0, first - length), first - 1).reverse();
    return this.bitmaps.want([...seen, ...(ahead < 0 ? before : after)]);
  }

  retry() {
    this.bitmaps.retry();
  }

  close() {
    this.bitmaps.close();
  }
}

/** @param {number} from @param {number} to inclusive @returns {number[]} */
const range = (from, to) => Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
