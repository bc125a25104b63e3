// The decisions of a review, on their way into the log.

import { post } from './api.js';
import { changesSince } from './changes.js';
import { Queue } from './queue.js';

/** As many decisions as one request carries. */
const TOGETHER = 2000;

/**
 * @typedef {object} Decision
 * @property {number} item
 * @property {'keep' | 'reject' | 'relabel' | 'clear'} verdict
 * @property {string} [category] for relabel
 * @property {string} [audit]
 */

/** @extends {Queue<Decision>} */
export class Decisions extends Queue {
  /** @param {string} who @param {string} keepsake under which what waits outlives a reload of the page */
  constructor(who, keepsake) {
    super(keepsake, {
      item: ({ item }) => item,
      most: TOGETHER,
      together: (one, other) => one.audit === other.audit,
      send: (batch) => send(batch, who),
      landed: (batch, since) => landed(batch, since, who),
    });
  }
}

/** @param {Decision[]} batch of one audit, or of none @param {string} who @returns {Promise<number[]>} */
async function send(batch, who) {
  const { audit } = batch[0];
  const decisions = batch.map(({ item, verdict, category }) => ({ item, verdict, ...(category && { category }) }));
  return (await post('api/decisions', { who, ...(audit && { audit }), decisions })).sequences;
}

/** @param {Decision[]} batch @param {number} since @param {string} who */
async function landed(batch, since, who) {
  const { changes } = await changesSince(since);
  const last = new Map(batch.map((decision) => [decision.item, decision]));
  for (const change of changes) {
    const mine = last.get(change.item);
    const same = mine?.verdict === change.verdict && (!mine.category || mine.category === change.category);
    if (change.who === who && same) last.delete(change.item);
  }
  return last.size === 0;
}
