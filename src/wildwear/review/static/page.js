// One page over one collection: what is shown, and how the parts answer each other.

import { Refused, get } from './api.js';
import * as audits from './audit.js';
import { showControls, wireControls } from './controls.js';
import { Decisions } from './decisions.js';
import { Grid } from './grid.js';
import { Judge } from './judge.js';
import { Palette } from './palette.js';
import { Pictures, Sprites } from './pictures.js';
import { address, here, note } from './place.js';
import { Pointer } from './pointer.js';
import { Rail } from './rail.js';
import { Reviewer } from './reviewer.js';
import { say } from './say.js';
import { Sheet } from './sheet.js';
import { Status } from './status.js';
import { emptiness } from './empty.js';
import { Zoom } from './zoom.js';

const TILES = [56, 72, 96, 128, 160, 208, 264];
/** Device pixels of a cell beyond which a thumbnail looks soft, and the stored pictures are shown. */
const SOFT = 200;
const ORDERS = { suspicious: 'most suspicious first', clusters: 'look-alikes together', newest: 'newest first', random: 'random' };
/** How long after a movement the address notes where the cursor is: browsers fetch the icon anew each time. */
const NOTE = 800;
/** How long after a picture did not come it is asked for again. */
const TRY_AGAIN = 1000;
/** How long after the last decision the rail's counts are asked for anew. */
const SETTLED = 1500;

/** @param {string} id @returns {any} */
const at = (id) => document.getElementById(id);

/** One page, over one collection. */
export class Page {
  #turn = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #counting;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #noting;

  /** @param {any} collection the answer of `api/collection` @param {number} sequence the log's last number */
  constructor(collection, sequence) {
    this.collection = collection;
    this.place = here();
    this.decisions = new Decisions(collection.who, `waiting ${collection.name}`);
    this.decisions.known = sequence;
    this.judge = new Judge(this.decisions);
    this.zoom = new Zoom(at('panel'), () => this.reviewer.selectCluster());
    this.grid = new Grid(at('scroller'), at('sheet'), this.judge, (item) => this.zoom.title(item));
    this.status = new Status(this.decisions, this.judge, this.grid);
    this.palette = new Palette(at('palette'), collection.palette);
    this.rail = new Rail(at('rail'));
    this.reviewer = new Reviewer(this.grid, this.judge, this.zoom, this.palette);
    this.pointer = new Pointer(this.grid, at('rectangle'), {
      clicked: (position, event) => this.reviewer.clicked(position, event),
      drawn: (positions, event) => this.reviewer.drawn(positions, event),
      rested: (position) => this.#rest(position),
    });
    this.grid.tile = Number(localStorage.getItem('tile')) || this.grid.tile;
    this.#wire();
  }

  /** Shows what the address names. @param {Promise<any>} [early] the sheet's answer, if it was asked for already */
  async go(early) {
    const turn = ++this.#turn;
    const place = here();
    at('sheet').setAttribute('aria-busy', 'true');
    try {
      const sheet = await this.#bring(place, early);
      if (turn !== this.#turn) return;
      this.place = place;
      this.judge.audit = this.place.audit;
      this.zoom.blind = Boolean(this.place.audit);
      this.judge.open(sheet);
      this.#show(sheet);
      this.status.title(this.place, this.collection.name);
      at('empty').replaceChildren(...emptiness(sheet, this.collection, this.place));
    } catch (error) {
      if (turn !== this.#turn) return;
      this.place = place;
      at('empty').replaceChildren(...emptiness(null, this.collection, this.place, error));
    }
    at('empty').hidden = !at('empty').childElementCount;
    at('sheet').removeAttribute('aria-busy');
    showControls(this);
  }

  /** @param {Partial<import('./place.js').Place>} place */
  visit(place) {
    location.hash = address(place);
  }

  /** This sheet, asked for anew. */
  reload() {
    this.#noteCursor();
    void this.go();
  }

  /** @param {number} step */
  neighbour(step) {
    const category = this.rail.neighbour(this.place.category, step);
    if (category) this.visit({ category, order: this.place.order, state: this.place.state });
    else say('There is no category further on');
  }

  /** @param {number} tool */
  choose(tool) {
    this.reviewer.tool = tool;
    at('tools').elements.tool.value = String(tool);
    at('scroller').dataset.tool = String(tool);
  }

  /** @param {number} steps */
  scale(steps) {
    const index = TILES.findIndex((tile) => tile >= this.grid.tile);
    const tile = TILES[Math.max(0, Math.min(TILES.length - 1, index + steps))];
    localStorage.setItem('tile', String(tile));
    this.grid.resize(tile);
    this.#refine();
  }

  nextOrder() {
    const orders = Object.keys(ORDERS);
    this.order(orders[(orders.indexOf(this.place.order) + 1) % orders.length]);
  }

  /** @param {string} order */
  order(order) {
    const seed = order === 'random' ? 1 + Math.floor(Math.random() * 1e9) : 0;
    this.visit({ ...this.place, order, seed, at: -1 });
    say(`Order: ${ORDERS[order]}`);
  }

  lookCloser() {
    const { panel } = this.zoom;
    const shown = this.zoom.floats ? panel.classList.contains('open') : !document.body.classList.contains('no-panel');
    if (this.zoom.floats) return shown ? this.zoom.hide() : this.#look(this.grid.cursor, true);
    document.body.classList.toggle('no-panel', shown);
    return undefined;
  }

  async beginAudit() {
    if (!this.place.category) return say('Choose a category to audit');
    try {
      const audit = await audits.drawSample(this.place.category);
      this.visit({ category: this.place.category, audit });
      return say('Audit: keep what is right, reject what is not');
    } catch (error) {
      return say(`No audit: ${error.message}`);
    }
  }

  editQuery() {
    if (!at('query').hidden) at('query').click();
  }

  help() {
    at('help').showModal();
  }

  escape() {
    if (this.pointer.cancel() || this.reviewer.letGo()) return;
    this.rail.close();
    this.zoom.hide();
  }

  /** @param {import('./place.js').Place} place @param {Promise<any>} [early] @returns {Promise<Sheet>} */
  async #bring(place, early) {
    const { audit, at: _at, ...view } = place;
    if (audit) return audits.openSample(audit, place);
    return new Sheet(await (early ?? get('api/sheet', view)), view, this.collection.palette);
  }

  /** @param {Sheet} sheet */
  #show(sheet) {
    const position = this.place.at >= 0 ? Math.max(0, sheet.position(this.place.at)) : Math.max(0, sheet.unjudged(0));
    this.grid.show(sheet, this.#picturesOf(sheet), position);
    this.rail.show(this.collection, this.place);
    this.rail.close();
    this.status.progress();
    this.#auditSoFar().catch(() => this.#count());
    if (!document.querySelector('dialog[open]')) at('sheet').focus({ preventScroll: true });
  }

  /** Thumbnails, or the stored pictures where those would look soft. @param {Sheet} sheet */
  #picturesOf(sheet) {
    const large = this.grid.tile * devicePixelRatio > SOFT || this.place.audit;
    return new (large ? Pictures : Sprites)(sheet, () => this.grid.refresh(), (error) => this.#lost(sheet, error));
  }

  #refine() {
    const { sheet, pictures } = this.grid;
    if (!sheet) return;
    const better = this.#picturesOf(sheet);
    if (better.constructor === pictures.constructor) return better.close();
    this.grid.pictures = better;
    pictures.close();
    this.grid.redraw();
  }

  /** A picture did not come: the server forgot the sheet, or is away. @param {Sheet} sheet @param {Error} error */
  async #lost(sheet, error) {
    if (sheet !== this.grid.sheet) return;
    const isGone = error instanceof Refused && error.status === 404;
    if (isGone && this.grid.pictures instanceof Pictures) return;
    if (isGone) {
      const { audit, at: _at, ...view } = this.place;
      const anew = await get('api/sheet', view).catch(() => null);
      if (anew && String(anew.sheet) !== sheet.id) return this.reload();
    }
    setTimeout(() => this.grid.pictures?.retry(), TRY_AGAIN);
  }

  #wire() {
    const { grid, judge, decisions } = this;
    grid.addEventListener('cursor', () => this.#look(grid.cursor));
    grid.addEventListener('window', () => this.#noteLater());
    grid.addEventListener('selection', () => (at('actions').hidden = !grid.selection.size));
    this.zoom.addEventListener('known', () => grid.refresh());
    judge.addEventListener('judged', ({ detail }) => {
      grid.refresh();
      if (!detail.own) this.zoom.renew(detail.items);
    });
    decisions.addEventListener('saved', ({ detail }) => {
      grid.refresh();
      this.zoom.renew(detail.map(({ item }) => item));
      this.#count();
    });
    decisions.addEventListener('refused', ({ detail }) => {
      say(`Not saved: ${detail.reason}`);
      this.reload();
    });
    addEventListener('hashchange', () => void this.go());
    wireControls(this);
  }

  /** @param {number} position @param {boolean} [open] */
  #look(position, open = false) {
    const { sheet } = this.grid;
    if (!sheet?.count) return;
    this.zoom.restOn(sheet.items[position], () => this.grid.boxOf(position), { open });
  }

  /** @param {number} position */
  #rest(position) {
    if (position >= 0) this.#look(position, true);
    else if (this.zoom.floats) this.zoom.hide();
    else this.#look(this.grid.cursor);
  }

  /** Counts anew once decisions have settled. */
  #count() {
    clearTimeout(this.#counting);
    this.#counting = setTimeout(async () => {
      try {
        this.collection = await get('api/collection');
        this.rail.show(this.collection, this.place);
        await this.#auditSoFar();
      } catch {
        this.#count();
      }
    }, SETTLED);
  }

  async #auditSoFar() {
    if (!this.place.audit) return;
    const outcome = await audits.outcomeOf(this.place.audit);
    at('outcome').textContent = audits.inWords(outcome);
    at('interval').style.setProperty('--low', String(outcome.low));
    at('interval').style.setProperty('--high', String(outcome.high));
    at('interval').style.setProperty('--at', String(outcome.precision ?? 0));
    at('interval').hidden = !outcome.judged;
  }

  #noteLater() {
    this.#noting ??= setTimeout(() => this.#noteCursor(), NOTE);
  }

  /** Keeps in the address where the cursor is, or the first picture in sight. */
  #noteCursor() {
    this.#noting = undefined;
    const { sheet, cursor } = this.grid;
    const isLeaving = address(here()) !== address(this.place);
    if (!sheet?.count || isLeaving) return;
    const seen = this.grid.onScreen();
    const position = seen.includes(cursor) || !seen.length ? cursor : seen[0];
    this.place = { ...this.place, at: sheet.items[position] };
    note(this.place);
  }
}
