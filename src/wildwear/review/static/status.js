// What the bars say: whether all is saved, how far the sheet is, how quickly it goes, what is selected.

import { Pace, inWords, pictures, thousands } from './pace.js';
import { showSaving } from './saving.js';

/** @param {string} id @returns {HTMLElement} */
const at = (id) => document.getElementById(id);

export class Status {
  pace = new Pace();
  #due = 0;

  /** @param {import('./decisions.js').Decisions} decisions @param {import('./judge.js').Judge} judge @param {import('./grid.js').Grid} grid */
  constructor(decisions, judge, grid) {
    this.decisions = decisions;
    this.judge = judge;
    this.grid = grid;
    decisions.addEventListener('change', () => (at('save').dataset.status === 'saved' ? this.saving() : this.#soon()));
    judge.addEventListener('judged', ({ detail }) => {
      if (detail.own) this.pace.add(detail.items.length);
      this.#soon();
    });
    grid.addEventListener('selection', () => this.selected());
    setInterval(() => this.progress(), 5000);
    addEventListener('beforeunload', (event) => decisions.count && event.preventDefault());
  }

  /** Says all of it with the next frame, however much happened before. */
  #soon() {
    this.#due ||= requestAnimationFrame(() => {
      this.#due = 0;
      this.saving();
      this.progress();
    });
  }

  saving() {
    showSaving(this.decisions, 'review');
  }

  progress() {
    const { sheet } = this.grid;
    if (!sheet) return;
    const left = sheet.count - sheet.judged;
    const rate = this.pace.perMinute;
    at('done').textContent = `${thousands(sheet.judged)} of ${thousands(sheet.count)} judged`;
    at('pace').textContent = rate ? `${thousands(Math.round(rate))} a minute` : '';
    at('left').textContent = rate && left ? `${inWords(left / rate)} left` : '';
    at('bar').style.setProperty('--judged', String(sheet.count ? sheet.judged / sheet.count : 0));
    at('undo').toggleAttribute('disabled', !this.judge.steps.undoable);
    at('redo').toggleAttribute('disabled', !this.judge.steps.redoable);
  }

  selected() {
    const { size } = this.grid.selection;
    at('chosen').textContent = size ? `${pictures(size)} selected` : '';
  }

  /** Names the sheet. @param {import('./place.js').Place} place @param {string} name what is reviewed */
  title(place, name) {
    const shown = place.category || place.mode || place.source || (place.query ? 'A query' : 'Everything');
    at('view').textContent = shown;
    at('size').textContent = this.grid.sheet ? pictures(this.grid.sheet.count) : '';
    document.title = `${shown} · ${name} · wildwear review`;
  }
}
