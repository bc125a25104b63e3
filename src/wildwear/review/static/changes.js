// What the log holds since a sequence number, and following it: that is how others' decisions appear.

import { get } from './api.js';

const EVERY = 2000;
/** Larger than any sequence number that a log reaches. */
const END = 2 ** 52;

/**
 * @typedef {object} Change
 * @property {number} sequence @property {number} item @property {string} verdict
 * @property {string | null} category of a relabel @property {string} who
 */

/** Everything after a sequence number. @param {number} since @returns {Promise<{last: number, changes: Change[]}>} */
export async function changesSince(since) {
  const answer = await get('api/changes', { since });
  const { changes } = answer;
  let { last } = answer;
  for (let more = answer; more.changes.length && more.last > since; last = more.last) {
    since = more.last;
    more = await get('api/changes', { since });
    changes.push(...more.changes);
  }
  return { last, changes };
}

/** The log's last sequence number now. */
export const lastSequence = async () => (await get('api/changes', { since: END })).last;

/**
 * Asks again and again for what is new; goes on when the server was away.
 * @param {import('./decisions.js').Decisions} decisions whose `known` sequence number is kept in step
 * @param {(changes: Change[]) => void} learned
 */
export async function follow(decisions, learned) {
  let since = decisions.known;
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, EVERY));
    if (document.hidden) continue;
    try {
      const { last, changes } = await changesSince(since);
      since = last;
      decisions.known = Math.max(decisions.known, last);
      if (changes.length) learned(changes);
      decisions.retry();
    } catch {
      // The queue of decisions says that the server is away, if anything waits; here the next turn asks again.
    }
  }
}
