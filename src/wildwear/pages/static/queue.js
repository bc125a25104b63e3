// The queue between a page and the log: in order, one request at a time, nothing lost and nothing twice.

import { Refused } from './api.js';

const FIRST_PAUSE = 400;
const LONGEST_PAUSE = 4000;

/**
 * @template Decision
 * @typedef {object} Wire How decisions travel.
 * @property {(decision: Decision) => number | string} item what a decision is about
 * @property {(one: Decision, other: Decision) => boolean} together whether one request may carry both
 * @property {number} most decisions in one request
 * @property {(batch: Decision[]) => Promise<number[]>} send gives their sequence numbers once they are on the disk
 * @property {(batch: Decision[], since: number) => Promise<boolean>} landed whether a batch, which the log holds whole or
 *   not at all, stands in the log after a sequence number
 */

/**
 * Holds decisions until the server has them on its disk. Events: `change` (the status), `saved` (detail: decisions),
 * `refused` (detail: {decisions, reason}).
 * @template Decision
 */
export class Queue extends EventTarget {
  /** @type {Decision[]} */
  #queue = [];
  /** @type {Map<number | string, number>} item to how many of its decisions wait */
  #waiting = new Map();
  /** How many at the head of the queue were sent without an answer: they may be in the log. */
  #unsure = 0;
  /** The log's last sequence number before those were sent. */
  #before = 0;
  /** @type {Map<number | string, number>} item to the sequence number of our last decision on it */
  #sequences = new Map();
  #running = false;
  /** @type {(() => void) | null} */
  #wake = null;
  /** @type {'saved' | 'saving' | 'offline' | 'locked'} */
  status = 'saved';

  /** @param {string} keepsake under which what waits outlives a reload of the page @param {Wire<Decision>} wire */
  constructor(keepsake, wire) {
    super();
    this.keepsake = keepsake;
    this.wire = wire;
    /** The highest sequence number that the server has told of. */
    this.known = 0;
    addEventListener('online', () => this.#wake?.());
  }

  get count() {
    return this.#queue.length;
  }

  /** Whether a decision on that item is not saved yet. @param {number | string} item */
  waits(item) {
    return this.#waiting.has(item);
  }

  /** Whether what the log says of an item is older than our own last decision on it. @param {number | string} item @param {number} sequence */
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
    if (this.#unsure && (await this.wire.landed(this.#queue.slice(0, this.#unsure), this.#before))) {
      this.#settle(this.#unsure);
      return;
    }
    const batch = this.#unsure ? this.#queue.slice(0, this.#unsure) : this.#nextBatch();
    if (!this.#unsure) this.#before = this.known;
    this.#unsure = batch.length;
    if (this.status === 'saved') this.#say('saving');
    this.#remember();
    const sequences = await this.wire.send(batch);
    batch.forEach((decision, index) => this.#sequences.set(this.wire.item(decision), sequences[index]));
    this.known = Math.max(this.known, sequences.at(-1));
    this.#settle(batch.length);
  }

  /** The decisions at the head of the queue that may travel together. */
  #nextBatch() {
    const [head] = this.#queue;
    const end = this.#queue.findIndex((decision, index) => index >= this.wire.most || !this.wire.together(head, decision));
    return this.#queue.slice(0, end < 0 ? undefined : end);
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
    for (const item of decisions.map(this.wire.item)) this.#waiting.set(item, (this.#waiting.get(item) ?? 0) + 1);
    this.dispatchEvent(new Event('change'));
  }

  /** @param {Decision[]} decisions */
  #forget(decisions) {
    for (const item of decisions.map(this.wire.item)) {
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

  /** @param {Queue<Decision>['status']} status */
  #say(status) {
    this.status = status;
    this.dispatchEvent(new Event('change'));
  }
}
