// Which categories a few typed letters mean.

/**
 * @typedef {object} Category
 * @property {string} name @property {string} region @property {string[]} synonyms
 */

/**
 * @typedef {object} Match
 * @property {Category} category @property {string} by the synonym that was meant, or empty
 */

/**
 * Categories that `typed` may mean, the likeliest first: beginnings of names, of synonyms, of words in them, then
 * parts of names, then letters in order. Case, accents and hyphens do not count.
 * @param {string} typed @param {Category[]} categories @returns {Match[]}
 */
export function matches(typed, categories) {
  const wanted = fold(typed);
  if (!wanted) return categories.map((category) => ({ category, by: '' }));
  return categories
    .map((category) => best(wanted, category))
    .filter(({ score }) => score > 0)
    .sort((one, other) => other.score - one.score || one.category.name.localeCompare(other.category.name))
    .map(({ category, by }) => ({ category, by }));
}

/** @param {string} text */
export const fold = (text) => text.normalize('NFD').replace(/[\u0300-\u036f\s-]/g, '').toLowerCase();

/** @param {string} wanted @param {Category} category */
function best(wanted, category) {
  let found = { category, by: '', score: score(wanted, category.name) };
  for (const synonym of category.synonyms) {
    const points = score(wanted, synonym) - 0.5;
    if (points > found.score) found = { category, by: synonym, score: points };
  }
  return found;
}

/** @param {string} wanted @param {string} name */
function score(wanted, name) {
  const whole = fold(name);
  if (whole === wanted) return 5;
  if (whole.startsWith(wanted)) return 4;
  if (name.split(/[\s-]+/).some((word) => fold(word).startsWith(wanted))) return 3;
  if (whole.includes(wanted)) return 2;
  return isSubsequence(wanted, whole) ? 1 : 0;
}

/** @param {string} letters @param {string} text */
function isSubsequence(letters, text) {
  let at = 0;
  for (const letter of text) if (letter === letters[at]) at++;
  return at === letters.length;
}
