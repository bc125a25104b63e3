// Talking to the server of this page. Every failure is one of two kinds: worth trying again, or not.

/** Nobody answered, or not now (a lost connection, 429, 5xx): the same request may succeed later. */
export class Unreachable extends Error {}

/** The server understood and said no; the message is its own. */
export class Refused extends Error {
  /** @param {string} message @param {number} status */
  constructor(message, status) {
    super(message);
    this.status = status;
  }

  /** Whether this page has lost its key: the server was started again with another one. */
  get lockedOut() {
    return this.status === 401 || this.status === 403;
  }
}

/**
 * @param {string} path
 * @param {Record<string, string | number | undefined>} [query] empty and undefined values are left out
 * @param {AbortSignal} [signal]
 * @returns {Promise<any>}
 */
export function get(path, query = {}, signal = undefined) {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
  return ask(given.length ? `${path}?${search}` : path, { signal }).then((response) => response.json());
}

/**
 * @param {string} path
 * @param {object} body sent as JSON
 * @param {number} [timeout] milliseconds until the answer is given up
 * @returns {Promise<any>}
 */
export async function post(path, body, timeout = 20_000) {
  const response = await ask(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(timeout),
  });
  return response.json();
}

/**
 * @param {string} path
 * @returns {Promise<Blob>}
 */
export async function blob(path) {
  return (await ask(path, {})).blob();
}

/** @param {string} path @param {RequestInit} options @returns {Promise<Response>} */
async function ask(path, options) {
  let response;
  try {
    response = await fetch(path, { credentials: 'same-origin', ...options });
  } catch (error) {
    if (options.signal?.aborted && error.name === 'AbortError') throw error;
    throw new Unreachable('the server does not answer');
  }
  if (response.ok) return response;
  if (response.status === 429 || response.status >= 500) throw new Unreachable(`the server says ${response.status}`);
  throw new Refused(await reason(response), response.status);
}

/** @param {Response} response */
async function reason(response) {
  const text = await response.text();
  try {
    return JSON.parse(text).error.message;
  } catch {
    return text.slice(0, 200) || `the server says ${response.status}`;
  }
}
