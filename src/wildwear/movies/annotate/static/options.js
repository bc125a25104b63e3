// What is offered for a clip, by number: the model's guesses, what is answered most, or what others have said.

import { inWords } from './answers.js';

/** As many as there are keys that are quick to reach. */
const MOST = 5;

/**
 * @typedef {object} Option
 * @property {string} label @property {import('./answers.js').Answer} answer
 * @property {string} note whence it comes, or where it is worn
 * @property {number} [score] 0 to 1
 */

/** @param {import('./match.js').Category[]} palette */
export const regionsOf = (palette) => new Map(palette.map(({ name, region }) => [name, region]));

/**
 * The model's likeliest categories; where no model has looked, those that were answered most.
 * @param {import('./clips.js').Details} details @param {Map<string, string>} regions
 * @param {Iterable<import('./answers.js').Answer>} said
 * @returns {Option[]}
 */
export function guessed(details, regions, said) {
  if (!details.top?.length) return frequent(regions, said);
  return details.top
    .filter(({ category }) => regions.has(category))
    .slice(0, MOST)
    .map(({ category, score }) => ({ ...offered(category, regions), score }));
}

/** @param {Map<string, string>} regions @param {Iterable<import('./answers.js').Answer>} said @returns {Option[]} */
function frequent(regions, said) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const { categories } of said) for (const name of categories) counts.set(name, (counts.get(name) ?? 0) + 1);
  const most = [...counts].filter(([name]) => regions.has(name)).sort(([one, many], [other, more]) => more - many || one.localeCompare(other));
  return most.slice(0, MOST).map(([name]) => offered(name, regions));
}

/** @param {string} category @param {Map<string, string>} regions @returns {Option} */
function offered(category, regions) {
  return { label: category, answer: { categories: [category], discard: null }, note: regions.get(category) };
}

/**
 * The different answers of those who judged a clip.
 * @param {{who: string, categories: string[], discard: string | null}[]} said @returns {Option[]}
 */
export function disputed(said) {
  /** @type {Map<string, Option>} */
  const answers = new Map();
  for (const { who, categories, discard } of said) {
    const key = JSON.stringify([[...categories].sort(), discard]);
    const held = answers.get(key);
    if (held) held.note += `, ${who}`;
    else answers.set(key, { label: inWords({ categories, discard }), answer: { categories, discard }, note: who });
  }
  return [...answers.values()];
}
