// The queue between the page and the log: in order, one request at a time, nothing lost and nothing twice.

import { Refused, post } from './api.js';
import { changesSince } from './changes.js';

/** As many decisions as one request carries. */
const TOGETHER = 2000;
const FIRST_PAUSE = 400;
const LONGEST_PAUSE = 4000;

/**
 * @typedef {object} Decision
 * @property {number} item
 * @property {'keep' | 'reject' | 'relabel' | 'clear'} verdict
 * @property {string} [category] for relabel
 * @property {string} [audit]
 */

/**
 * Holds decisions until the server has them on its disk. Events: `change` (the status), `saved` (detail: decisions),
 * `refused` (detail: {decisions, reason}).
 */
export class Decisions extends EventTarget {
  /** @type {Decision[]} */
  #queue = [];
  /** @type {Map<number, number>} item to how many of its decisions wait */
  #waiting = new Map();
  /** How many at the head of the queue were sent without an answer: they may be in the log. */
  #unsure = 0;
  /** The log's last sequence number before those were sent. */
  #before = 0;
  /** @type {Map<number, number>} item to the sequence number of our last decision on it */
  #sequences = new Map();
  #running = false;
  /** @type {(() => void) | null} */
  #wake = null;
  /** @type {'saved' | 'saving' | 'offline' | 'locked'} */
  status = 'saved';

  /** @param {string} who @param {string} keepsake under which what waits outlives a reload of the page */
  constructor(who, keepsake) {
    super();
    this.who = who;
    this.keepsake = keepsake;
    /** The highest sequence number that the server has told of. */
    this.known = 0;
    addEventListener('online', () => this.#wake?.());
  }

  get count() {
    return this.#queue.length;
  }

  /** Whether a decision on that item is not saved yet. @param {number} item */
  waits(item) {
    return this.#waiting.has(item);
  }

  /** Whether what the log says of an item is older than our own last decision on it. @param {number} item @param {number} sequence */
  supersedes(item, sequence) {
    return this.waits(item) || sequence <= (this.#sequences.get(item) ?? 0);
  }

  /** @param {Decision[]} decisions */
  add(decisions) {
    this.#enqueue(decisions);
    this.#remember();
    void this.#run();
  }

  /** Takes up what a page that was left or reloaded could not save. @returns {Decision[]} */
  takeUp() {
    const kept = JSON.parse(sessionStorage.getItem(this.keepsake) ?? 'null');
    if (!kept) return [];
    this.#enqueue(kept.decisions);
    this.#unsure = kept.unsure;
    this.#before = kept.before;
    void this.#run();
    return kept.decisions;
  }

  /** Tries at once instead of waiting out the pause. */
  retry() {
    this.#wake?.();
  }

  async #run() {
    if (this.#running) return;
    this.#running = true;
    let pause = FIRST_PAUSE;
    while (this.#queue.length) {
      try {
        await this.#sendSome();
        pause = FIRST_PAUSE;
      } catch (error) {
        const locked = error instanceof Refused && error.lockedOut;
        if (error instanceof Refused && !locked) {
          this.#giveUp(error.message);
          continue;
        }
        this.#say(locked ? 'locked' : 'offline');
        await this.#rest(pause);
        pause = Math.min(2 * pause, LONGEST_PAUSE);
      }
    }
    this.#running = false;
    if (!this.#queue.length) this.#say('saved');
  }

  async #sendSome() {
    if (this.#unsure && (await this.#landed(this.#queue.slice(0, this.#unsure)))) {
      this.#settle(this.#unsure);
      return;
    }
    const batch = this.#unsure ? this.#queue.slice(0, this.#unsure) : this.#nextBatch();
    if (!this.#unsure) this.#before = this.known;
    this.#unsure = batch.length;
    if (this.status === 'saved') this.#say('saving');
    this.#remember();
    const { audit } = batch[0];
    const decisions = batch.map(({ item, verdict, category }) => ({ item, verdict, ...(category && { category }) }));
    const { sequences } = await post('api/decisions', { who: this.who, ...(audit && { audit }), decisions });
    batch.forEach(({ item }, index) => this.#sequences.set(item, sequences[index]));
    this.known = Math.max(this.known, sequences.at(-1));
    this.#settle(batch.length);
  }

  /** The decisions at the head of the queue that belong to one audit, or to none. */
  #nextBatch() {
    const { audit } = this.#queue[0];
    const end = this.#queue.findIndex((decision, index) => index >= TOGETHER || decision.audit !== audit);
    return this.#queue.slice(0, end < 0 ? undefined : end);
  }

  /** Whether a batch that was sent without an answer is in the log: it is there whole or not at all. */
  async #landed(batch) {
    const { changes } = await changesSince(this.#before);
    const last = new Map(batch.map((decision) => [decision.item, decision]));
    for (const { item, verdict, category, who } of changes) {
      const mine = last.get(item);
      if (who === this.who && mine?.verdict === verdict && (!mine.category || mine.category === category)) last.delete(item);
    }
    return last.size === 0;
  }

  /** @param {number} count of decisions that are on the disk now */
  #settle(count) {
    const saved = this.#queue.splice(0, count);
    this.#unsure = 0;
    this.#forget(saved);
    this.dispatchEvent(new CustomEvent('saved', { detail: saved }));
    this.#say(this.#queue.length ? 'saving' : 'saved');
  }

  /** @param {string} reason */
  #giveUp(reason) {
    const decisions = this.#queue.splice(0, this.#unsure);
    this.#unsure = 0;
    this.#forget(decisions);
    this.dispatchEvent(new CustomEvent('refused', { detail: { decisions, reason } }));
  }

  /** @param {Decision[]} decisions */
  #enqueue(decisions) {
    this.#queue.push(...decisions);
    if (this.status === 'saved') this.status = 'saving';
    for (const { item } of decisions) this.#waiting.set(item, (this.#waiting.get(item) ?? 0) + 1);
    this.dispatchEvent(new Event('change'));
  }

  /** @param {Decision[]} decisions */
  #forget(decisions) {
    for (const { item } of decisions) {
      const left = this.#waiting.get(item) - 1;
      if (left) this.#waiting.set(item, left);
      else this.#waiting.delete(item);
    }
    this.#remember();
  }

  #remember() {
    if (!this.#queue.length) return sessionStorage.removeItem(this.keepsake);
    const kept = { decisions: this.#queue, unsure: this.#unsure, before: this.#before };
    try {
      return sessionStorage.setItem(this.keepsake, JSON.stringify(kept));
    } catch {
      return undefined; // the browser gives no more room: what waits is in memory, and leaving warns
    }
  }

  /** @param {number} milliseconds */
  #rest(milliseconds) {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#wake = null;
        resolve(undefined);
      };
      const timer = setTimeout(done, milliseconds);
      this.#wake = done;
    });
  }

  /** @param {Decisions['status']} status */
  #say(status) {
    this.status = status;
    this.dispatchEvent(new Event('change'));
  }
}
