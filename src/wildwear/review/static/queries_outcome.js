// What an edit changes, in figures and in pictures. Every text of a product is shown as text.

import { thousands } from './pace.js';

/** After how many milliseconds a picture that did not come is asked for again, once. */
const RETRY = 1000;

/**
 * @typedef {object} Product
 * @property {string} product_id @property {string} title @property {string} excerpt
 * @property {[number, number][]} highlights in code points of the excerpt
 * @property {boolean} wins @property {string} other @property {string} why @property {number | null} item
 */

/** The edit in one line. @param {any} preview @param {boolean} edited @returns {Node[]} */
export function figures(preview, edited) {
  const { before, after, matched_before, matched_after } = preview;
  const elsewhere = matched_after - after;
  const said = edited
    ? [big(before), ' → ', big(after), ` products (${signed(after - before)}); matches ${thousands(matched_before)} → ${thousands(matched_after)}`]
    : [big(after), ` products; matches ${thousands(matched_after)}`];
  return [...said, elsewhere > 0 ? `, ${thousands(elsewhere)} of which another category wins` : ''].map(node);
}

/** @param {HTMLElement} columns @param {any} preview undefined where there is none */
export function columns(columns, preview) {
  const near = preview ? Object.values(preview.near).reduce((sum, count) => sum + count, 0) : 0;
  const still = preview?.holds.products.length > 0;
  columns.classList.toggle('still', still);
  fill(columns.querySelector('.comes-in'), preview?.comes_in, incoming);
  fill(columns.querySelector('.falls-out'), preview?.falls_out, outgoing);
  fill(columns.querySelector('.has'), still ? { ...part(preview.holds, true), count: preview.after } : undefined, () => '');
  fill(columns.querySelector('.loses'), still ? { ...part(preview.holds, false), count: preview.holds.only_match } : undefined, rival);
  fill(columns.querySelector('.near'), preview && { count: near, only_match: 0, products: preview.near_products }, (product) => product.why);
  const kinds = preview ? Object.entries(preview.near).filter(([, count]) => count) : [];
  columns.querySelector('.near h2 small').textContent = kinds.map(([kind, count]) => `${kind}: ${thousands(count)}`).join(' · ');
}

/** What a person does next. @param {string} file @param {string} category @param {any} labels @returns {Node[]} */
export function savedAs(file, category, { before, after, gained, lost }) {
  const change = gained || lost ? `${thousands(gained)} gained, ${thousands(lost)} lost` : 'no change';
  return [
    ...['Saved to ', code(file), '. Labels change when you run ', code('wildwear label'), '. '],
    ...[code('label --diff'), ` will say: ${category} ${thousands(before)} → ${thousands(after)}, ${change}.`],
  ].map(node);
}

/** @param {Element} section @param {any} change @param {(product: Product) => string} note */
function fill(section, change, note) {
  section.querySelector('.number').textContent = change ? thousands(change.count) : '';
  const rest = change?.only_match ? `and ${thousands(change.only_match)} that match, but another category wins` : '';
  section.querySelector('h2 small').textContent = rest;
  const tiles = section.querySelector('.tiles');
  tiles.replaceChildren(...(change?.products ?? []).map((product) => tile(product, note(product))));
  const total = change ? change.count + change.only_match : 0;
  const shown = change?.products.length ?? 0;
  if (shown < total) tiles.append(element('p', 'more', `${thousands(shown)} shown, spread evenly over all ${thousands(total)}`));
  else if (change && !total) tiles.append(element('p', 'more', 'nothing'));
}

/** The products of a change that the category wins, or that another does. @param {any} change @param {boolean} wins */
const part = (change, wins) => ({ only_match: 0, products: change.products.filter((product) => product.wins === wins) });

/** @param {Product} product */
const rival = ({ other }) => `goes to ${other}`;

/** @param {Product} product */
function incoming({ wins, other }) {
  if (!wins) return `stays ${other || 'without a label'}`;
  return other ? `was ${other}` : 'had no label';
}

/** @param {Product} product */
function outgoing({ wins, other }) {
  if (!wins) return `stays ${other || 'without a label'}`;
  return other ? `becomes ${other}` : 'has no label then';
}

/** @param {Product} product @param {string} note */
function tile(product, note) {
  const made = element('figure', product.wins ? 'tile wins' : 'tile', '');
  made.setAttribute('role', 'listitem');
  made.title = `${product.product_id}: ${product.why}`;
  const caption = document.createElement('figcaption');
  caption.append(marked(product.excerpt, product.highlights));
  if (note) caption.append(element('small', 'note', note));
  made.append(thumbnail(product), caption);
  return made;
}

/** @param {Product} product */
function thumbnail({ item, title }) {
  if (item === null || item === undefined) return element('span', 'none', 'no picture');
  const image = document.createElement('img');
  image.loading = 'lazy';
  image.decoding = 'async';
  image.alt = title;
  image.src = `picture/${item}.jpg`;
  image.addEventListener('error', () => {
    if (image.src.endsWith('?again')) image.replaceWith(element('span', 'none', 'no picture'));
    else setTimeout(() => (image.src += '?again'), RETRY);
  });
  return image;
}

/** @param {string} text @param {[number, number][]} spans */
function marked(text, spans) {
  const characters = Array.from(text);
  const made = element('span', 'excerpt', '');
  made.classList.toggle('whole', characters.length > 110);
  let at = 0;
  for (const [start, end] of [...spans].sort(([one], [other]) => one - other)) {
    if (start < at) continue;
    made.append(characters.slice(at, start).join(''), element('mark', '', characters.slice(start, end).join('')));
    at = end;
  }
  made.append(characters.slice(at).join(''));
  return made;
}

/** @param {number} count */
const signed = (count) => (count > 0 ? '+' : count < 0 ? '−' : '±') + thousands(Math.abs(count));

/** @param {number} count */
const big = (count) => element('strong', '', thousands(count));

/** @param {string} content */
const code = (content) => element('code', '', content);

/** @param {Node | string} content */
const node = (content) => (typeof content === 'string' ? document.createTextNode(content) : content);

/** @param {string} name @param {string} className @param {string} content */
function element(name, className, content) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.textContent = content;
  return made;
}
