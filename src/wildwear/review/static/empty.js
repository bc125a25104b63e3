// What an empty sheet says, and what to do about it.

import { address } from './place.js';

/**
 * @param {import('./sheet.js').Sheet | null} sheet @param {any} collection
 * @param {import('./place.js').Place} place @param {Error} [error]
 * @returns {HTMLElement[]} nothing where there are pictures
 */
export function emptiness(sheet, collection, place, error) {
  if (error) return lines(['This sheet cannot be shown', error.message]);
  if (sheet?.count) return [];
  if (!collection.count) return lines(['No picture has a label yet', 'Fetch pictures and label products, then open this page again:'], ['wildwear fetch', 'wildwear label']);
  if (place.state === 'unjudged') {
    const next = collection.categories.find(({ count, judged, name }) => judged < count && name !== place.category);
    const further = next && link(`Next: ${next.name}, ${next.count - next.judged} to judge`, address({ category: next.name, order: place.order, state: 'unjudged' }));
    return [...lines(['All of it is judged', 'Nothing here waits for a verdict.']), ...(further ? [further] : [])];
  }
  if (place.state !== 'all') return lines([`Nothing here is ${place.state}`, 'Choose “all” above to see every picture.']);
  return lines(['No picture here', 'Choose another category on the left.']);
}

/** @param {string[]} said heading and remark @param {string[]} [commands] */
function lines([heading, remark], commands = []) {
  const made = [text('h2', heading), text('p', remark)];
  return [...made, ...commands.map((command) => text('code', command))];
}

/** @param {string} name @param {string} content */
function text(name, content) {
  return Object.assign(document.createElement(name), { textContent: content });
}

/** @param {string} content @param {string} href */
function link(content, href) {
  return Object.assign(document.createElement('a'), { textContent: content, href });
}
