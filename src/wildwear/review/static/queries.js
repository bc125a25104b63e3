// The query view: a category's query in an editor, and what an edit of it changes, before it is saved.

import { get } from './api.js';
import { fold } from './match.js';
import { thousands } from './pace.js';
import { Editor } from './queries_editor.js';
import { columns, figures, savedAs } from './queries_outcome.js';
import { ask } from './queries_server.js';

/** How long after the last key the edit is looked at. */
const QUIET = 220;
const REGIONS = { upper: 'Upper body', lower: 'Lower body', full: 'Full body', accessory: 'Accessories', several: 'Umbrellas' };

/** @param {string} id @returns {any} */
const at = (id) => document.getElementById(id);

class Page {
  /** @type {Map<string, string>} what is written and not saved, by category */
  #drafts = new Map();
  /** @type {AbortController | undefined} */
  #looking;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #waiting;

  constructor() {
    this.editor = new Editor(at('text'), at('colours'), at('mistake'));
    at('text').addEventListener('input', () => this.#edited());
    at('save-query').addEventListener('click', () => this.save());
    at('revert').addEventListener('click', () => this.revert());
    document.addEventListener('keydown', (event) => this.#press(event));
    this.search = at('rail').querySelector('input');
    this.search.addEventListener('input', () => this.#narrow());
    at('rail').addEventListener('keydown', (event) => this.#walk(event));
    window.addEventListener('hashchange', () => this.open(named()));
    window.addEventListener('beforeunload', (event) => {
      if (this.#drafts.size) event.preventDefault();
    });
  }

  /** Asks for all queries; drafts stay. */
  async load() {
    try {
      this.all = await get('api/queries');
    } catch (error) {
      return trouble(error.message);
    }
    trouble('');
    at('size').textContent = `${thousands(this.all.products)} products`;
    this.open(named() || (this.all.queries.find((query) => query.count) ?? this.all.queries[0]).category);
  }

  /** @param {string} category */
  open(category) {
    const query = this.all?.queries.find((each) => each.category === category);
    if (!query) return trouble(`There is no category ${category}.`);
    trouble('');
    this.query = query;
    at('category').textContent = category;
    at('from').textContent = query.file ? `from ${query.file}` : 'no query yet';
    at('saved').hidden = true;
    this.editor.show(this.#drafts.get(category) ?? query.text);
    this.#minus();
    this.#rail();
    this.#controls();
    for (const section of at('columns').children) section.querySelector('.tiles').scrollTop = 0;
    return this.look();
  }

  /** What the edit would change: the newest question wins. */
  async look() {
    if (!this.query) return undefined;
    clearTimeout(this.#waiting);
    this.#looking?.abort();
    this.preview = undefined;
    const looking = (this.#looking = new AbortController());
    const { category, text: saved } = this.query;
    const { text } = this.editor;
    if (!text.trim()) return this.#nothing(saved ? 'an empty query matches nothing: write a word to look for' : '');
    at('columns').setAttribute('aria-busy', 'true');
    try {
      const preview = await ask('api/queries/preview', { category, text }, looking.signal);
      if (looking !== this.#looking) return undefined;
      trouble('');
      this.editor.fault(preview.error);
      if (preview.ok) this.#show(preview);
      at('columns').classList.toggle('stale', !preview.ok);
    } catch (error) {
      if (looking !== this.#looking) return undefined;
      trouble(error.message);
    }
    at('columns').setAttribute('aria-busy', 'false');
    this.#controls();
    return undefined;
  }

  async save() {
    if (at('save-query').disabled) return;
    await this.look();
    const { query, preview } = this;
    if (!preview) return; // what is wrong is said
    const { text } = this.editor;
    at('save-query').disabled = true;
    try {
      const answer = await ask('api/queries/save', { category: query.category, text, version: this.all.version });
      this.all = await get('api/queries');
      if (this.editor.text === text) this.#drafts.delete(query.category);
      this.open(query.category);
      at('saved').replaceChildren(...savedAs(answer.file, query.category, preview.labels));
      at('saved').hidden = false;
    } catch (error) {
      trouble(error.message, error.status === 409 ? () => this.load() : undefined);
      this.#controls();
    }
  }

  revert() {
    this.#drafts.delete(this.query.category);
    this.open(this.query.category);
    at('text').focus();
  }

  #edited() {
    const { category, text } = this.query;
    if (this.editor.text === text) this.#drafts.delete(category);
    else this.#drafts.set(category, this.editor.text);
    at('saved').hidden = true;
    this.#controls();
    this.#rail();
    clearTimeout(this.#waiting);
    this.#waiting = setTimeout(() => this.look(), QUIET);
  }

  /** @param {any} preview */
  #show(preview) {
    this.preview = preview;
    at('figures').replaceChildren(...figures(preview, this.#drafts.has(this.query.category)));
    columns(at('columns'), preview);
  }

  /** @param {string} why */
  #nothing(why) {
    this.editor.fault(why ? { message: why, position: 0 } : undefined);
    at('figures').textContent = why ? '' : 'Write a query, and see what it would bring in.';
    columns(at('columns'), undefined);
    at('columns').setAttribute('aria-busy', 'false');
    this.#controls();
  }

  #controls() {
    const edited = this.#drafts.has(this.query.category);
    at('save-query').disabled = !edited || this.editor.faulty || !this.editor.text.trim();
    at('revert').disabled = !edited;
    document.title = `${edited ? '• ' : ''}${this.query.category} · Queries`;
  }

  #minus() {
    const terms = this.query.minus.map((number) => this.all.minus_terms[number]);
    at('minus').hidden = !terms.length;
    at('minus').querySelector('summary').textContent = `and none of ${terms.length} minus-terms, which stand in the file`;
    at('minus').querySelector('ul').replaceChildren(...terms.map((term) => made('li', '', term)));
  }

  #rail() {
    const sections = Object.entries(REGIONS).map(([region, heading]) => {
      const queries = this.all.queries.filter((query) => query.region === region);
      const section = document.createElement('section');
      section.append(made('h2', '', heading), ...queries.map((query) => this.#link(query)));
      section.hidden = !queries.length;
      return section;
    });
    const nav = at('rail').querySelector('nav');
    const { scrollTop } = nav;
    nav.replaceChildren(...sections);
    nav.scrollTop = scrollTop;
    nav.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' });
    this.#narrow();
  }

  /** @param {any} query */
  #link(query) {
    const link = document.createElement('a');
    const isEdited = this.#drafts.has(query.category);
    link.href = `#${encodeURIComponent(query.category)}`;
    link.dataset.name = query.category;
    if (query === this.query) link.setAttribute('aria-current', 'page');
    link.append(made('span', 'name', query.category));
    if (isEdited) link.append(made('small', 'rare', 'edited'));
    else if (query.file && query.file !== 'shipped.toml') link.append(made('small', 'rare', 'own'));
    link.append(made('span', 'count', this.all.labelled ? thousands(query.count) : ''));
    return link;
  }

  #narrow() {
    const wanted = fold(this.search.value);
    for (const link of at('rail').querySelectorAll('a')) link.hidden = !fold(link.dataset.name).includes(wanted);
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    const control = event.ctrlKey || event.metaKey;
    if (control && event.key === 'Enter') void this.look();
    else if (control && event.key.toLowerCase() === 's') void this.save();
    else if (event.altKey && ['ArrowUp', 'ArrowDown'].includes(event.key)) this.#step(event.key === 'ArrowUp' ? -1 : 1);
    else if (event.key === '/' && document.activeElement?.matches('body, a, .tiles')) this.search.focus();
    else return;
    event.preventDefault();
  }

  /** Goes to the category before or after this one. @param {number} step */
  #step(step) {
    const links = this.#links();
    links[links.findIndex((link) => link.hasAttribute('aria-current')) + step]?.click();
  }

  /** Keys in the list of categories. @param {KeyboardEvent} event */
  #walk(event) {
    const links = this.#links();
    const index = links.indexOf(document.activeElement);
    if (event.altKey) return;
    if (event.key === 'ArrowDown') links[index + 1]?.focus();
    else if (event.key === 'ArrowUp') (links[index - 1] ?? this.search).focus();
    else if (event.key === 'Enter' && index < 0 && links.length) {
      this.search.value = '';
      links[0].click();
      this.editor.area.focus();
    } else return;
    event.preventDefault();
  }

  /** @returns {any[]} */
  #links() {
    return [...at('rail').querySelectorAll('a:not([hidden])')];
  }
}

/** The category that the address names. */
const named = () => decodeURIComponent(location.hash.slice(1));

/** @param {string} message empty to take it away @param {() => void} [again] */
function trouble(message, again) {
  at('trouble').hidden = !message;
  at('trouble').textContent = message;
  if (!again) return;
  const button = made('button', '', 'Load again (your edit stays)');
  button.addEventListener('click', again);
  at('trouble').append(' ', button);
}

/** @param {string} name @param {string} className @param {string} content */
function made(name, className, content) {
  const element = document.createElement(name);
  if (className) element.className = className;
  element.textContent = content;
  return element;
}

void new Page().load();
