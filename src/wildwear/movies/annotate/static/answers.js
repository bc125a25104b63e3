// What people say of clips, and its way into the log.

import { get, post } from './api.js';
import { Queue } from './queue.js';

/** As many answers as one request carries. */
const TOGETHER = 200;

/**
 * @typedef {object} Answer With neither categories nor a reason, there is none.
 * @property {string[]} categories the garment that is meant first, then others
 * @property {string | null} discard why the clip is of no use
 */

/** @typedef {Answer & {clip: string, adjudicates: boolean}} Said */

/** @type {Answer} */
export const NOTHING = { categories: [], discard: null };

export const REASONS = {
  face_only: 'Face only',
  not_in_lexicon: 'Not in the lexicon',
  too_few_pixels: 'Too few pixels',
  other: 'Other',
};

/** @param {Answer | undefined} answer */
export const isGiven = (answer) => Boolean(answer && (answer.discard || answer.categories.length));

/** @param {Answer} answer */
export function inWords({ categories, discard }) {
  if (discard) return REASONS[discard] ?? discard;
  return categories.length ? categories.join(' + ') : 'Taken back';
}

/** The same set of categories, or the same reason. @param {Answer} one @param {Answer} other */
export const isSame = (one, other) => keyOf(one) === keyOf(other);

/** @param {Answer} answer */
const keyOf = ({ categories, discard }) => JSON.stringify([[...categories].sort(), discard]);

/** What the log says in a page's answer. @param {string} text as the server compares it */
export const spoken = (text) => REASONS[text] ?? text.replaceAll('|', ' + ');

/** @extends {Queue<Said>} */
export class Answers extends Queue {
  /** @param {string} who */
  constructor(who) {
    super(`said by ${who}`, {
      item: ({ clip }) => clip,
      most: TOGETHER,
      together: () => true,
      send: async (batch) => (await post('api/annotations', { annotations: batch })).sequences,
      landed,
    });
  }
}

/** @param {Said[]} batch @param {number} since */
async function landed(batch, since) {
  const { said } = await get('api/own', { since });
  const wanted = new Map(batch.map((one) => [nameOf(one), one]));
  for (const one of said) {
    const mine = wanted.get(nameOf(one));
    if (mine && isSame(mine, one)) wanted.delete(nameOf(one));
  }
  return wanted.size === 0;
}

/** @param {Said} said */
const nameOf = ({ clip, adjudicates }) => `${adjudicates} ${clip}`;
