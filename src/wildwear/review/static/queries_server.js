// Questions that may be given up, and answers whose failures are in the server's own words.

import { Refused, Unreachable } from './api.js';

/**
 * @param {string} path
 * @param {object} body sent as JSON
 * @param {AbortSignal} [signal] gives the question up: the server stops working on it
 * @returns {Promise<any>}
 */
export async function ask(path, body, signal) {
  let response;
  try {
    response = await fetch(path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
      credentials: 'same-origin',
      signal,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Unreachable('The server does not answer: is “wildwear review” still running?');
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refused(answer.error?.message ?? `the server says ${response.status}`, response.status);
  return answer;
}
