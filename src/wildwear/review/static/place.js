// Where the reviewer is, in the address: a reload returns there, and Back goes to the sheet before.

/** @type {import('./sheet.js').View} */
const DEFAULT = { category: '', mode: '', source: '', query: '', order: 'suspicious', state: 'all', seed: 0 };
const ORDERS = ['suspicious', 'clusters', 'newest', 'random'];
const STATES = ['all', 'unjudged', 'rejected', 'kept', 'relabelled'];

/**
 * @typedef {import('./sheet.js').View & {at: number, audit: string}} Place
 * The sheet, the item under the cursor (-1 none) and the audit, if it is one.
 */

/** @returns {Place} what the address says; nonsense in it is passed over */
export function here() {
  const given = new URLSearchParams(location.hash.slice(1));
  const text = (name) => given.get(name) ?? DEFAULT[name] ?? '';
  const number = (name, otherwise) => (/^\d+$/.test(given.get(name) ?? '') ? Number(given.get(name)) : otherwise);
  return {
    category: text('category'),
    mode: text('mode'),
    source: text('source'),
    query: text('query'),
    order: ORDERS.includes(text('order')) ? text('order') : DEFAULT.order,
    state: STATES.includes(text('state')) ? text('state') : DEFAULT.state,
    seed: number('seed', 0),
    audit: text('audit'),
    at: number('at', -1),
  };
}

/** Whether the address names a sheet at all. */
export const isNamed = () => location.hash.length > 1;

/** @param {Partial<Place>} place @returns {string} */
export function address(place) {
  const given = Object.entries(place).filter(
    ([name, value]) => value !== '' && value !== undefined && value !== DEFAULT[name] && !(name === 'at' && value < 0),
  );
  return `#${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`;
}

/** Notes where the cursor is, without a new entry in the history. @param {Place} place */
export function note(place) {
  history.replaceState(null, '', address(place));
}
