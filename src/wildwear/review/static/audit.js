// A sampled audit: a category's label precision from pictures drawn at random, each judged once.

import { get, post } from './api.js';
import { Sheet } from './sheet.js';

/** As many as are drawn. */
export const SIZE = 200;

/** @typedef {{size: number, judged: number, right: number, precision: number | null, low: number, high: number}} Outcome */

/** Draws a sample; gives the audit's name. @param {string} category @returns {Promise<string>} */
export async function drawSample(category) {
  const drawn = await post('api/audit', { category, size: SIZE });
  keep(drawn.audit, drawn);
  return drawn.audit;
}

/** The sample as a sheet on which nothing is judged but what this audit judged. @param {string} audit @param {import('./place.js').Place} place */
export async function openSample(audit, place) {
  const kept = JSON.parse(sessionStorage.getItem(`audit ${audit}`) ?? 'null');
  const { items, verdicts } = kept ?? (await get(`api/audit/${audit}`));
  return new Sheet({ sheet: '', items, verdicts: verdicts ?? new Array(items.length).fill(0) }, { ...place, order: 'random' });
}

/** @param {string} audit @returns {Promise<Outcome>} */
export const outcomeOf = (audit) => get(`api/audit/${audit}`);

/** Notes the sample's verdicts, so that a reload goes on with them. @param {string} audit @param {Sheet} sheet */
export function remember(audit, sheet) {
  keep(audit, { items: Array.from(sheet.items), verdicts: Array.from(sheet.verdicts) });
}

/** The outcome in words. @param {Outcome} outcome */
export function inWords({ size, judged, right, precision, low, high }) {
  const percent = (share) => `${(100 * share).toFixed(1)} %`;
  const found = judged ? ` · ${right} right · precision ${percent(precision)}, 95 % interval ${percent(low)} to ${percent(high)}` : '';
  return `${judged} of ${size} judged${found}`;
}

/** @param {string} audit @param {{items: number[], verdicts?: number[]}} sample */
function keep(audit, { items, verdicts }) {
  sessionStorage.setItem(`audit ${audit}`, JSON.stringify({ items, verdicts }));
}
