// Clips by their position in the list: what is said of them and their pictures, fetched before they are needed.

import { Refused, get } from './api.js';
import { Bitmaps } from './bitmaps.js';

/** Pictures that are kept decoded. */
const ROOM = 40;
const TRY_AGAIN = 1000;

/**
 * @typedef {object} Details
 * @property {string} movie @property {string | null} person @property {string} timestamp
 * @property {number} start seconds @property {number} end seconds
 * @property {{time: number, box: number[]}[]} cells boxes as fractions of the cell
 * @property {number} cell_width @property {number} cell_height pixels
 * @property {number[]} box in pixels of the still picture
 * @property {{category: string, score: number}[] | null} top
 */

/** @typedef {{details: Details, sprite: ImageBitmap, still: ImageBitmap}} Clip */

export class Clips {
  /** @type {Map<number, Details>} */
  #details = new Map();
  /** @type {Set<number>} */
  #coming = new Set();
  /** @type {Map<number, string>} what is wrong with those that are not to be had */
  #missing = new Map();
  /** @type {number[]} */
  #wanted = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #again;

  /** @param {string[]} ids @param {number} version of the table @param {(position: number) => void} arrived */
  constructor(ids, version, arrived) {
    this.ids = ids;
    this.arrived = arrived;
    const bitmaps = (kind) =>
      new Bitmaps((position) => `${kind}/${ids[position]}.jpg?v=${version}`, arrived, {
        room: ROOM,
        lost: () => this.#tryAgain(),
      });
    this.sprites = bitmaps('sprite');
    this.stills = bitmaps('picture');
  }

  /** What is needed, most urgent first. @param {number[]} positions */
  want(positions) {
    this.#wanted = positions;
    this.sprites.want(positions);
    this.stills.want(positions);
    for (const position of positions) void this.#bring(position);
  }

  /** All of a clip; undefined until it has come. @param {number} position @returns {Clip | undefined} */
  get(position) {
    const details = this.#details.get(position);
    const sprite = this.sprites.get(position);
    const still = this.stills.get(position);
    return details && sprite && still && { details, sprite, still };
  }

  /** Why a clip is not to be had, or empty. @param {number} position */
  trouble(position) {
    return this.#missing.get(position) ?? '';
  }

  /** @param {number} position */
  async #bring(position) {
    if (this.#details.has(position) || this.#coming.has(position) || this.#missing.has(position)) return;
    this.#coming.add(position);
    try {
      this.#details.set(position, await get(`api/clip/${this.ids[position]}`));
      this.arrived(position);
    } catch (error) {
      if (error instanceof Refused && !error.lockedOut) this.#missing.set(position, error.message);
      else this.#tryAgain();
      this.arrived(position);
    } finally {
      this.#coming.delete(position);
    }
  }

  #tryAgain() {
    clearTimeout(this.#again);
    this.#again = setTimeout(() => {
      this.sprites.retry();
      this.stills.retry();
      this.want(this.#wanted);
    }, TRY_AGAIN);
  }
}
