// What holds for each picture, and how that changes: by decisions here, by undo, by what others decide.

import { NONE, RELABEL, VERDICTS } from './sheet.js';
import { UndoStack } from './undo.js';

/** @typedef {{verdict: number, category: string}} Standing a verdict as sheets code it, the category of a relabel else empty */

/**
 * Joins the sheet on screen, the undo stack and the queue of decisions. Events: `judged` (detail: {items, own}).
 */
export class Judge extends EventTarget {
  /** @type {Map<number, Standing>} what was learned since the page was opened */
  #standing = new Map();
  /** @type {import('./sheet.js').Sheet | null} */
  sheet = null;
  /** @type {UndoStack<Standing>} */
  steps = new UndoStack();
  /** The audit that decisions belong to now, or empty. */
  audit = '';

  /** @param {import('./decisions.js').Decisions} decisions */
  constructor(decisions) {
    super();
    this.decisions = decisions;
    decisions.addEventListener('refused', ({ detail }) => this.#takeBack(detail.decisions));
  }

  /** Shows a sheet: what waits to be saved stands against what the server knows. @param {import('./sheet.js').Sheet} sheet */
  open(sheet) {
    this.sheet = sheet;
    for (const [item, { verdict }] of this.#standing) if (this.decisions.waits(item)) sheet.mark(item, verdict);
  }

  /** @param {number} item @returns {Standing} */
  standing(item) {
    const position = this.sheet?.position(item) ?? -1;
    const learned = this.#standing.get(item);
    if (position < 0) return learned ?? { verdict: NONE, category: '' };
    const verdict = this.sheet.verdicts[position];
    if (verdict !== RELABEL) return { verdict, category: '' };
    return { verdict, category: learned?.verdict === RELABEL ? learned.category : this.sheet.becomes.get(item) ?? '' };
  }

  /**
   * Decides on items, as one step of undo; those that stand so already are left alone.
   * @param {number[]} items @param {number} verdict @param {string} [category] of a relabel
   * @returns {number} how many changed
   */
  decide(items, verdict, category = '') {
    const after = { verdict, category };
    const changes = items
      .map((item) => ({ item, before: this.standing(item), after }))
      .filter(({ before }) => this.audit !== '' || before.verdict !== verdict || before.category !== category);
    if (!changes.length) return 0;
    this.steps.push({ changes, audit: this.audit });
    this.#carryOut(changes.map(({ item, after: to }) => ({ item, ...to })), this.audit);
    return changes.length;
  }

  /** Takes back the last step. @returns {import('./undo.js').Step<Standing> | undefined} */
  undo() {
    const step = this.steps.undo();
    if (step) this.#carryOut(step.changes.map(({ item, before }) => ({ item, ...before })), step.audit);
    return step;
  }

  /** Does again what was taken back. @returns {import('./undo.js').Step<Standing> | undefined} */
  redo() {
    const step = this.steps.redo();
    if (step) this.#carryOut(step.changes.map(({ item, after }) => ({ item, ...after })), step.audit);
    return step;
  }

  /** Notes decisions that a page before this one left unsaved. @param {import('./decisions.js').Decision[]} decisions */
  recall(decisions) {
    for (const { item, verdict, category } of decisions) this.#note(item, VERDICTS.indexOf(verdict), category ?? '');
  }

  /**
   * Notes what the log says, where nothing of ours came after it.
   * @param {import('./changes.js').Change[]} changes
   * @returns {import('./changes.js').Change[]} those that changed something here
   */
  learn(changes) {
    const news = changes.filter(({ item, verdict, category, sequence }) => {
      if (this.decisions.supersedes(item, sequence)) return false;
      const standing = this.standing(item);
      return standing.verdict !== VERDICTS.indexOf(verdict) || (category && standing.category !== category);
    });
    for (const { item, verdict, category } of news) this.#note(item, VERDICTS.indexOf(verdict), category ?? '');
    if (news.length) this.#tell(news.map(({ item }) => item), false);
    return news;
  }

  /** @param {{item: number, verdict: number, category: string}[]} wanted @param {string} audit */
  #carryOut(wanted, audit) {
    for (const { item, verdict, category } of wanted) this.#note(item, verdict, category);
    this.decisions.add(
      wanted.map(({ item, verdict, category }) => ({
        item,
        verdict: VERDICTS[verdict],
        ...(category && { category }),
        ...(audit && { audit }),
      })),
    );
    this.#tell(wanted.map(({ item }) => item), true);
  }

  /** The server refused: the pictures stand as if nothing had been decided. @param {import('./decisions.js').Decision[]} decisions */
  #takeBack(decisions) {
    for (const { item } of decisions) this.#note(item, NONE, '');
    this.#tell(decisions.map(({ item }) => item), false);
  }

  /** @param {number} item @param {number} verdict @param {string} category */
  #note(item, verdict, category) {
    this.#standing.set(item, { verdict, category });
    this.sheet?.mark(item, verdict);
  }

  /** @param {number[]} items @param {boolean} own */
  #tell(items, own) {
    this.dispatchEvent(new CustomEvent('judged', { detail: { items, own } }));
  }
}
