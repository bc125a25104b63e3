// What others decide meanwhile.

import { get } from './api.js';

const EVERY = 2000;

/**
 * Asks again and again for what is new in the log; goes on when the server was away.
 * @param {import('./decisions.js').Decisions} decisions whose `known` sequence number is kept in step
 * @param {(changes: {item: number, verdict: string, category: string | null, who: string}[]) => void} learned
 */
export async function follow(decisions, learned) {
  let since = decisions.known;
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, EVERY));
    if (document.hidden) continue;
    try {
      const { last, changes } = await get('api/changes', { since });
      since = last;
      decisions.known = Math.max(decisions.known, last);
      if (changes.length) learned(changes);
    } catch {
      decisions.retry();
    }
  }
}
