// A sampled audit: a category's label precision from pictures drawn at random, each judged once.

import { get, post } from './api.js';
import { Sheet, VERDICTS } from './sheet.js';

/** As many as are drawn. */
const SIZE = 200;

/** @typedef {{size: number, judged: number, right: number, precision: number | null, low: number, high: number}} Outcome */

/** Draws a sample; gives the audit's name. @param {string} category @returns {Promise<string>} */
export const drawSample = async (category) => (await post('api/audit', { category, size: SIZE })).audit;

/** @param {string} audit @returns {Promise<Outcome>} */
export const outcomeOf = (audit) => get(`api/audit/${audit}`);

/**
 * The sample as a sheet on which nothing is judged but what this audit judged.
 * @param {string} audit @param {import('./place.js').Place} place
 */
export async function openSample(audit, place) {
  const { items, verdicts } = await get(`api/audit/${audit}`);
  const codes = verdicts.map((verdict) => Math.max(0, VERDICTS.indexOf(verdict)));
  return new Sheet({ items, verdicts: codes }, { ...place, order: 'random' });
}

/** The outcome in words. @param {Outcome} outcome */
export function inWords({ size, judged, right, precision, low, high }) {
  const percent = (share) => `${(100 * share).toFixed(1)} %`;
  const found = judged ? ` · ${right} right · precision ${percent(precision)}, 95 % interval ${percent(low)} to ${percent(high)}` : '';
  return `${judged} of ${size} judged${found}`;
}
