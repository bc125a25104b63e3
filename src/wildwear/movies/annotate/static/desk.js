// What an annotator does with the clip on the desk, however it is asked for: answer, undo, put off, look back.

import { NOTHING, inWords, isGiven, isSame } from './answers.js';
import { UndoStack } from './undo.js';
import { say } from './say.js';

/** Clips whose pictures are fetched before they are needed. */
const AHEAD = 8;

/** @typedef {import('./answers.js').Answer} Answer */

/**
 * A pile of clips and what is said of them. Events: `shown` (another clip, or its pictures came), `chosen` (what is
 * picked so far), `answered` (detail: {position, answer, own}).
 */
export class Desk extends EventTarget {
  /** @type {string[]} */
  chosen = [];
  /** Whether what is chosen is what was said before, so that one more key says something else. */
  #standsFromBefore = false;
  /** Whether picking goes on until Enter. */
  several = false;
  /** Nothing is left, and that is what is shown. */
  finished = false;
  /** @type {UndoStack<Answer>} */
  steps = new UndoStack();
  /** @type {Answer | null} */
  last = null;

  /**
   * @param {object} parts
   * @param {import('./clips.js').Clips} parts.clips @param {import('./answers.js').Answers} parts.answers
   * @param {import('./work.js').Work} parts.work @param {Map<number, Answer>} parts.said by position
   * @param {(position: number) => import('./options.js').Option[]} parts.offer
   * @param {boolean} parts.adjudicates
   */
  constructor({ clips, answers, work, said, offer, adjudicates }) {
    super();
    Object.assign(this, { clips, answers, work, said, adjudicates });
    this.offer = offer;
  }

  get at() {
    return this.finished ? -1 : this.work.at;
  }

  /** All of the clip on the desk, once it has come. */
  get clip() {
    return this.at < 0 ? undefined : this.clips.get(this.at);
  }

  get options() {
    return this.clip ? this.offer(this.at) : [];
  }

  /** Begins with the first clip that is left. */
  begin() {
    this.finished = !this.work.goOn(true);
    this.show();
  }

  /** Takes the clip at hand onto the desk. */
  show() {
    const answer = this.said.get(this.at) ?? NOTHING;
    this.chosen = [...answer.categories];
    this.#standsFromBefore = isGiven(answer);
    this.clips.want(this.at < 0 ? [] : [this.at, ...this.work.ahead(AHEAD)]);
    this.#tell('shown');
  }

  // Answers

  /** An option by its number. @param {number} index @param {boolean} more to be picked */
  pick(index, more) {
    const option = this.options[index];
    if (!option) return;
    if (option.answer.discard) this.answer(option.answer);
    else this.choose(option.answer.categories, more);
  }

  /** @param {string[]} categories @param {boolean} more to be picked */
  choose(categories, more) {
    if (!this.clip) return;
    if (more || this.several) {
      const taken = categories.every((name) => this.chosen.includes(name));
      this.chosen = this.chosen.filter((name) => !categories.includes(name));
      if (!taken) this.chosen.push(...categories);
      this.#standsFromBefore = false;
      this.#tell('chosen');
      return;
    }
    const kept = this.#standsFromBefore ? [] : this.chosen;
    this.answer({ categories: [...new Set([...kept, ...categories])], discard: null });
  }

  /** Says what is chosen; whether anything is. */
  take() {
    if (!this.chosen.length) return false;
    this.answer({ categories: this.chosen, discard: null });
    return true;
  }

  /** @param {string} reason */
  discard(reason) {
    this.answer({ categories: [], discard: reason });
  }

  /** Says of this clip what was said last. */
  repeat() {
    if (this.last) this.answer(this.last);
    else say('Nothing was answered yet that could be repeated');
  }

  /** @param {Answer} answer */
  answer(answer) {
    if (!this.clip) return;
    const { at } = this;
    const before = this.said.get(at) ?? NOTHING;
    this.last = answer;
    if (!isSame(before, answer)) {
      this.steps.push({ changes: [{ item: at, before, after: answer }] });
      this.#carryOut(at, answer);
    }
    this.#goOn();
  }

  /** @param {'undo' | 'redo'} which */
  turn(which) {
    const step = this.steps[which]();
    if (!step) return say(which === 'undo' ? 'Nothing to take back' : 'Nothing to do again');
    const [{ item, before, after }] = step.changes;
    this.#carryOut(item, which === 'undo' ? before : after);
    return this.visit(item);
  }

  // Going about

  putOff() {
    if (this.at < 0) return;
    this.work.putOffThis();
    if (!this.work.goOn()) say('This is the last clip that is left');
    this.show();
  }

  /** @param {number} by */
  step(by) {
    if (this.finished) this.finished = false;
    else if (!this.work.step(by)) return say(by < 0 ? 'This is the first clip' : 'This is the last clip');
    return this.show();
  }

  /** @param {number} position */
  visit(position) {
    if (!this.work.go(position)) return;
    this.finished = false;
    this.show();
  }

  toNextLeft() {
    this.finished = !this.work.goOn() && !this.work.goOn(true);
    this.show();
  }

  toggleSeveral() {
    this.several = !this.several;
    this.#tell('chosen');
  }

  /** Lets go of what was picked, and is not said; whether there was anything. */
  letGo() {
    const was = this.chosen.join();
    this.chosen = [...(this.said.get(this.at) ?? NOTHING).categories];
    this.#standsFromBefore = this.chosen.length > 0;
    this.#tell('chosen');
    return was !== this.chosen.join();
  }

  /** Notes what a page before this one could not save. @param {import('./answers.js').Said[]} said */
  recall(said) {
    for (const { clip, categories, discard } of said) this.#note(this.clips.ids.indexOf(clip), { categories, discard });
  }

  /** The server refused: it stands as if it had not been said. @param {import('./answers.js').Said[]} said */
  takeBack(said) {
    for (const { clip } of said) {
      const position = this.clips.ids.indexOf(clip);
      this.#note(position, NOTHING);
      this.#tell('answered', { position, answer: NOTHING, own: false });
    }
    this.show();
  }

  #goOn() {
    this.finished = !this.work.goOn(true);
    this.several = false;
    this.show();
  }

  /** @param {number} position @param {Answer} answer */
  #carryOut(position, answer) {
    this.#note(position, answer);
    this.answers.add([{ clip: this.clips.ids[position], ...answer, adjudicates: this.adjudicates }]);
    this.#tell('answered', { position, answer, own: true, words: inWords(answer) });
  }

  /** @param {number} position @param {Answer} answer */
  #note(position, answer) {
    if (isGiven(answer)) this.said.set(position, answer);
    else this.said.delete(position);
  }

  /** @param {string} name @param {object} [detail] */
  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
