// How quickly somebody goes, and how long the rest will take.

const WINDOW = 5 * 60_000;
/** A pause that is longer counts as this long: the reviewer was away. */
const LONGEST_GAP = 15_000;

export class Pace {
  /** @type {{time: number, count: number}[]} */
  #acts = [];

  /** @param {number} count pictures that were judged at once @param {number} [time] milliseconds */
  add(count, time = performance.now()) {
    this.#acts.push({ time, count });
    this.#acts = this.#acts.filter((act) => act.time >= time - WINDOW);
  }

  /** Pictures a minute over the last minutes of work; 0 before it can be told. */
  get perMinute() {
    if (this.#acts.length < 2) return 0;
    let worked = 0;
    for (let index = 1; index < this.#acts.length; index++) {
      worked += Math.min(this.#acts[index].time - this.#acts[index - 1].time, LONGEST_GAP);
    }
    const counted = this.#acts.slice(1).reduce((sum, act) => sum + act.count, 0);
    return worked > 2000 ? (counted / worked) * 60_000 : 0;
  }
}

/** A duration as one says it, of work without a pause. @param {number} minutes */
export function inWords(minutes) {
  if (minutes < 1) return 'less than a minute';
  if (minutes < 90) return `about ${Math.round(minutes)} min`;
  if (minutes < 36 * 60) return `about ${(minutes / 60).toFixed(1)} h`;
  return `about ${(minutes / 60 / 24).toFixed(1)} days`;
}

const NUMBERS = new Intl.NumberFormat('en-GB');

/** @param {number} count */
export const thousands = (count) => NUMBERS.format(count);

/** @param {number} count @param {string} [noun] */
export const pictures = (count, noun = 'picture') => `${thousands(count)} ${noun}${count === 1 ? '' : 's'}`;
