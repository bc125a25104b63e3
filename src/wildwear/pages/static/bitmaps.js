// Pictures in memory: asked for as they come into sight, decoded off the main thread, a bounded number kept.

import { Refused, blob } from './api.js';

const AT_ONCE = 4;

/**
 * Decoded images by number. The most urgent are asked for first, a few at once; what is under way is let finish, for
 * the server would draw it all the same. The longest unused are let go beyond `room`.
 */
export class Bitmaps {
  /** @type {Map<number, ImageBitmap>} in order of use, oldest first */
  #kept = new Map();
  /** @type {Set<number>} */
  #coming = new Set();
  /** @type {number[]} */
  #wanted = [];
  /** @type {Set<number>} asked for, and not to be had */
  #missing = new Set();
  #closed = false;

  /**
   * @param {(number: number) => string} address
   * @param {(number: number) => void} arrived
   * @param {{room: number, lost?: (error: Error) => void}} options
   */
  constructor(address, arrived, { room, lost = () => {} }) {
    this.address = address;
    this.arrived = arrived;
    this.lost = lost;
    this.room = room;
  }

  /** @param {number} number @returns {ImageBitmap | undefined} */
  get(number) {
    const bitmap = this.#kept.get(number);
    if (bitmap) {
      this.#kept.delete(number);
      this.#kept.set(number, bitmap);
    }
    return bitmap;
  }

  /** Whether there is no such picture to be had. @param {number} number */
  missing(number) {
    return this.#missing.has(number);
  }

  /** What is needed now, most urgent first; replaces what was wanted before. @param {number[]} numbers */
  want(numbers) {
    this.#wanted = numbers;
    this.#fill();
  }

  /** Asks again for what could not be had. */
  retry() {
    this.#missing.clear();
    this.#fill();
  }

  close() {
    this.#closed = true;
    this.want([]);
    for (const bitmap of this.#kept.values()) bitmap.close();
    this.#kept.clear();
  }

  #fill() {
    for (const number of this.#wanted) {
      if (this.#coming.size >= AT_ONCE) return;
      if (!this.#kept.has(number) && !this.#coming.has(number) && !this.#missing.has(number)) this.#bring(number);
    }
  }

  /** @param {number} number */
  async #bring(number) {
    this.#coming.add(number);
    try {
      const bitmap = await createImageBitmap(await blob(this.address(number)));
      if (this.#closed) return bitmap.close();
      this.#keep(number, bitmap);
      this.arrived(number);
    } catch (error) {
      if (this.#closed) return;
      this.#missing.add(number);
      if (error instanceof Refused) this.arrived(number);
      this.lost(error);
    } finally {
      this.#coming.delete(number);
      if (!this.#closed) this.#fill();
    }
  }

  /** @param {number} number @param {ImageBitmap} bitmap */
  #keep(number, bitmap) {
    this.#kept.set(number, bitmap);
    for (const [old, unused] of this.#kept) {
      if (this.#kept.size <= this.room) break;
      if (this.#wanted.includes(old)) continue;
      this.#kept.delete(old);
      unused.close();
    }
  }
}
