// Keys by a table: what they do, and what the help says of them.

/**
 * @template Page
 * @typedef {object} Key
 * @property {string[]} keys as `named` names them; the first ones are shown
 * @property {string} does what the help says
 * @property {(it: Page) => void} run
 */

/**
 * A digit goes by its place on the keyboard where `byPlace`, so that it can be had with Shift too, on every layout.
 * @param {KeyboardEvent} event @param {boolean} byPlace @returns {string} as tables name it
 */
function named(event, byPlace) {
  const digit = byPlace && /^(?:Digit|Numpad)(\d)$/.exec(event.code)?.[1];
  const key = digit || (event.key === ' ' ? 'Space' : event.key.length === 1 ? event.key.toLowerCase() : event.key);
  const shifts = key.length > 1 || /[a-z]/.test(key) || digit;
  const held = [(event.ctrlKey || event.metaKey) && 'Ctrl', event.shiftKey && shifts && 'Shift'].filter(Boolean);
  return [...held, key].join('+');
}

/**
 * Listens to the keys of the whole page; fields and dialogs keep theirs.
 * @template Page
 * @param {Key<Page>[]} keys @param {Page} page
 * @param {{digitsByPlace?: boolean, when?: () => boolean}} [options]
 */
export function listenTo(keys, page, { digitsByPlace = false, when = () => true } = {}) {
  const table = new Map(keys.flatMap((key) => key.keys.map((name) => [name, key])));
  document.addEventListener('keydown', (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    if (event.defaultPrevented || event.altKey || !when() || document.querySelector('dialog[open]')) return;
    if (target.closest('input, select, textarea, [data-own-keys]')) return;
    const name = named(event, digitsByPlace);
    const onControl = target.closest('button, a') && ['Enter', 'Space'].includes(name);
    const key = table.get(name);
    if (!key || onControl) return;
    event.preventDefault();
    key.run(page);
  });
}

/** Writes a table into the help. @param {Record<string, Key<any>[]>} sections by heading @param {HTMLElement} into */
export function writeHelp(sections, into) {
  for (const [heading, keys] of Object.entries(sections)) {
    const section = document.createElement('section');
    section.append(Object.assign(document.createElement('h3'), { textContent: heading }));
    const list = document.createElement('dl');
    for (const { keys: names, does } of keys) {
      const term = document.createElement('dt');
      names.forEach((name) => term.append(Object.assign(document.createElement('kbd'), { textContent: shown(name) })));
      list.append(term, Object.assign(document.createElement('dd'), { textContent: does }));
    }
    section.append(list);
    into.append(section);
  }
}

const SHOWN = { Enter: '↵', Escape: 'Esc', Backspace: '⌫', PageDown: 'PgDn', PageUp: 'PgUp', '-': '−', ArrowLeft: '←', ArrowRight: '→' };

/** @param {string} name */
const shown = (name) => SHOWN[name] ?? name.replace('Shift+', '⇧ ').replace('Ctrl+', 'Ctrl ');
