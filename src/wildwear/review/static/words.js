// What the page says in words: suspicion, modes, and texts with the words that made a query hold.

/** Beyond this many characters a description is cut around its first marked word. */
const LONG = 600;
const AROUND = 120;

/** @param {number | undefined} percent 0 to 100 @returns {string} empty where there is nothing to say */
export function suspicionInWords(percent) {
  if (percent === undefined || percent < 50) return ''; // from there on another category is likelier
  if (percent >= 97) return 'very likely wrong';
  return percent >= 80 ? 'probably wrong' : 'doubtful';
}

/** The last part of a path. @param {string | null} path */
export const fileName = (path) => (path ?? '').split(/[\\/]/).pop();

const MODES = { product: 'product alone', worn: 'worn by a model', wild: 'in the wild' };

/** @param {string | null} mode */
export const modeInWords = (mode) => MODES[mode] ?? mode ?? '';

/**
 * A text as nodes, with marks where words stand. Offsets count characters as Python does (code points).
 * @param {string} text
 * @param {{word: string, offset: number}[]} words
 * @returns {DocumentFragment}
 */
export function marked(text, words) {
  const characters = Array.from(text);
  const spans = words
    .map(({ word, offset }) => [offset, offset + Array.from(word).length])
    .filter(([start, end]) => start >= 0 && end <= characters.length)
    .sort(([one], [other]) => one - other);
  const fragment = document.createDocumentFragment();
  const long = characters.length > LONG;
  const begin = long && spans.length ? Math.max(0, spans[0][0] - AROUND) : 0;
  const close = long ? Math.min(characters.length, begin + LONG) : characters.length;
  const piece = (from, to) => characters.slice(from, Math.min(to, close)).join('');
  let at = begin;
  if (begin > 0) fragment.append('… ');
  for (const [start, end] of spans) {
    if (start < at || start >= close) continue;
    const mark = document.createElement('mark');
    mark.textContent = piece(start, end);
    fragment.append(piece(at, start), mark);
    at = end;
  }
  fragment.append(piece(at, close), close < characters.length ? ' …' : '');
  return fragment;
}
