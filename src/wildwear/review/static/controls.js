// The buttons and fields around the sheet.

import { writeHelp } from './keyboard.js';
import { KEYS } from './keys.js';
import { KEEP, REJECT, RELABEL } from './sheet.js';

/** @param {string} id @returns {any} */
const at = (id) => document.getElementById(id);

/** @typedef {import('./page.js').Page} Page */

/** What buttons do, by their `data-do`. @type {Record<string, (page: Page) => void>} */
const ACTS = {
  undo: (page) => page.reviewer.turn('undo'),
  redo: (page) => page.reviewer.turn('redo'),
  reject: (page) => page.reviewer.judgeTargets(REJECT),
  keep: (page) => page.reviewer.judgeTargets(KEEP),
  relabel: (page) => page.reviewer.judgeTargets(RELABEL),
  fine: (page) => page.reviewer.fine(),
  larger: (page) => page.scale(1),
  smaller: (page) => page.scale(-1),
  help: (page) => page.help(),
  audit: (page) => page.beginAudit(),
  leave: (page) => page.visit({ category: page.place.category }),
  rail: (page) => page.rail.focus(),
  close: () => document.querySelector('dialog[open]')?.close(),
};

/** @param {Page} page */
export function wireControls(page) {
  at('tools').addEventListener('change', () => page.choose(Number(at('tools').elements.tool.value)));
  at('orders').addEventListener('change', (event) => page.order(event.target.value));
  at('state').addEventListener('change', (event) => page.visit({ ...page.place, state: event.target.value, at: -1 }));
  document.addEventListener('click', (event) => ACTS[event.target.closest('[data-do]')?.dataset.do]?.(page));
  for (const dialog of document.querySelectorAll('dialog')) {
    dialog.addEventListener('close', () => dialog.open || at('sheet').focus());
  }
  writeHelp(KEYS, at('keys'));
}

/** Shows what is chosen, and what can be chosen here. @param {Page} page */
export function showControls({ place, collection }) {
  const { order, state, category, audit, query } = place;
  for (const radio of at('orders').elements.order) radio.checked = radio.value === order;
  at('state').value = state;
  at('orders').hidden = at('state').hidden = Boolean(audit);
  at('begin-audit').hidden = !category || Boolean(audit);
  at('query').hidden = collection.kind !== 'catalogue';
  at('query').href = `queries#${encodeURIComponent(category)}`;
  at('audit').hidden = !audit;
  at('query-note').hidden = !query;
  at('query-note').textContent = query;
  at('uninspected').hidden = collection.inspected || !['suspicious', 'clusters'].includes(order);
}
