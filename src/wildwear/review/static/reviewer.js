// What a reviewer can do, however it is asked for: by key, click or rectangle.

import { pictures } from './pace.js';
import { say } from './say.js';
import { KEEP, NONE, REJECT, RELABEL } from './sheet.js';

const DONE = { [NONE]: 'Verdict taken away', [KEEP]: 'Kept', [REJECT]: 'Rejected', [RELABEL]: 'Relabelled' };

/** What a click or a rectangle does: a verdict, or only to select. */
export const SELECT = -1;

export class Reviewer {
  tool = REJECT;

  /**
   * @param {import('./grid.js').Grid} grid @param {import('./judge.js').Judge} judge
   * @param {import('./zoom.js').Zoom} zoom @param {import('./palette.js').Palette} palette
   */
  constructor(grid, judge, zoom, palette) {
    this.grid = grid;
    this.judge = judge;
    this.zoom = zoom;
    this.palette = palette;
  }

  /** The selected positions, or the cursor's. @returns {number[]} */
  get targets() {
    const { selection, sheet, cursor } = this.grid;
    if (selection.size) return selection.all();
    return sheet?.count ? [cursor] : [];
  }

  /** Judges what is selected, or the picture under the cursor, and goes on to the next. @param {number} verdict */
  async judgeTargets(verdict) {
    const { selection, sheet, cursor } = this.grid;
    const positions = this.targets;
    const wasSelected = selection.size > 0;
    if (!positions.length || !(await this.#decide(positions, verdict)) || sheet !== this.grid.sheet) return;
    selection.clear();
    this.grid.dispatchEvent(new Event('selection'));
    const next = wasSelected ? sheet.unjudged(cursor) : cursor + 1;
    if (verdict !== NONE && next >= 0) this.grid.moveTo(next);
    else this.grid.refresh();
  }

  /** Keeps every picture on screen that nobody has judged, and shows the next screen. */
  fine() {
    const { grid, judge } = this;
    if (!grid.sheet?.count) return;
    const rest = grid.onScreen().filter((position) => grid.sheet.verdicts[position] === NONE);
    grid.selection.clear();
    const kept = judge.decide(this.#items(rest), KEEP);
    const atEnd = grid.y >= grid.layout.last - 1;
    if (!atEnd) grid.page(1);
    const left = grid.sheet.unjudged(0) < 0 ? 'All of this sheet is judged: ] goes to the next category' : 'This is the end of the sheet';
    say([kept ? `${pictures(kept)} kept` : 'Nothing on this screen was left to keep', atEnd && left].filter(Boolean).join('. '));
  }

  /** @param {'undo' | 'redo'} which */
  turn(which) {
    const step = this.judge[which]();
    if (!step) return say(which === 'undo' ? 'Nothing to take back' : 'Nothing to do again');
    const positions = step.changes.map(({ item }) => this.grid.sheet.position(item)).filter((position) => position >= 0);
    if (positions.length) this.grid.moveTo(Math.min(...positions));
    const elsewhere = positions.length ? '' : ', on another sheet';
    return say(`${which === 'undo' ? 'Taken back' : 'Done again'}: ${pictures(step.changes.length)}${elsewhere}`);
  }

  /** Selects all look-alikes of the picture under the cursor. */
  selectCluster() {
    const { grid } = this;
    const positions = grid.sheet?.count ? grid.sheet.lookAlikes(grid.cursor) : [];
    if (positions.length < 2) return say('Nothing on this sheet looks like this picture');
    this.#select(positions);
    return say(`${pictures(positions.length)} that look alike are selected`);
  }

  selectScreen() {
    this.#select(this.grid.onScreen());
    say(`${pictures(this.grid.selection.size)} selected`);
  }

  /** Lets go of the selection; whether there was one. */
  letGo() {
    const had = this.grid.selection.size > 0;
    this.#select([]);
    this.grid.selection.anchor = -1;
    return had;
  }

  /** @param {number} across @param {number} down @param {boolean} [extend] the selection */
  move(across, down, extend = false) {
    const { grid } = this;
    const { layout, selection } = grid;
    const target = grid.cursor + across + down * layout.columns;
    if (!grid.sheet?.count || target < 0 || (target >= grid.sheet.count && across)) return;
    if (target >= grid.sheet.count && layout.row(grid.cursor) === layout.rows - 1) return;
    if (extend && selection.anchor < 0) selection.anchor = grid.cursor;
    grid.moveTo(target);
    if (extend) this.#select(layout.between(selection.anchor, grid.cursor));
    else selection.anchor = -1;
  }

  /** To the next picture without a verdict. @param {number} step 1 or -1 */
  toUnjudged(step) {
    const next = this.grid.sheet?.unjudged(this.grid.cursor + step, step) ?? -1;
    if (next < 0) say('No picture without a verdict in that direction');
    else this.grid.moveTo(next);
  }

  /** A click on a picture: the tool's verdict, and a second click takes it back. @param {number} position @param {MouseEvent} event */
  async clicked(position, event) {
    const { grid } = this;
    if (event.shiftKey && grid.selection.anchor < 0) grid.selection.anchor = grid.cursor;
    const { anchor } = grid.selection;
    grid.moveTo(position);
    if (event.shiftKey) return this.#select(grid.layout.between(anchor, position));
    if (event.ctrlKey || event.metaKey || this.tool === SELECT) {
      grid.selection.toggle(position);
      return this.#selected();
    }
    const same = grid.sheet.verdicts[position] === this.tool && this.tool !== RELABEL;
    await this.#decide(grid.selection.has(position) ? grid.selection.all() : [position], same ? NONE : this.tool);
    return this.letGo();
  }

  /** A rectangle was drawn. @param {number[]} positions @param {MouseEvent} event */
  async drawn(positions, event) {
    if (!positions.length) return;
    if (this.tool === SELECT || event.shiftKey || event.ctrlKey || event.metaKey) {
      this.#select(positions, event.ctrlKey || event.metaKey);
      say(`${pictures(this.grid.selection.size)} selected`);
      return;
    }
    this.grid.cursor = positions[0];
    if (this.tool === RELABEL) this.#select(positions);
    await this.#decide(positions, this.tool);
    this.letGo();
  }

  /** @param {number[]} positions @param {number} verdict @returns {Promise<boolean>} whether it was decided */
  async #decide(positions, verdict) {
    const items = this.#items(positions);
    const category = verdict === RELABEL ? await this.#askCategory(items) : '';
    if (category === null) return false;
    const changed = this.judge.decide(items, verdict, category);
    const what = items.length === 1 ? this.zoom.title(items[0]) || `picture ${positions[0] + 1}` : pictures(items.length);
    say(`${DONE[verdict]}${category && ` as ${category}`}: ${what}${changed ? '' : ' (as before)'}`);
    return true;
  }

  /** @param {number[]} items */
  #askCategory(items) {
    const guess = items.length === 1 ? this.zoom.details(items[0])?.guess : '';
    return this.palette.ask(`Relabel ${pictures(items.length)} as`, [guess]);
  }

  /** @param {number[]} positions */
  #items(positions) {
    return positions.map((position) => this.grid.sheet.items[position]);
  }

  /** @param {number[]} positions @param {boolean} [keep] */
  #select(positions, keep = false) {
    this.grid.selection.choose(positions, { keep });
    this.#selected();
  }

  #selected() {
    this.grid.refresh();
    this.grid.dispatchEvent(new Event('selection'));
  }
}
