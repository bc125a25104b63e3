// How far two people agree: kappa, what they take for what, what is left to settle.

import { get } from './api.js';
import { REASONS, spoken } from './answers.js';
import { pictures, thousands } from './pace.js';

/** Answers that the table shows, those first about which people differ most. */
const ROWS = 12;

/** Landis and Koch, 1977. @type {[number, string][]} */
const SCALE = [[0.8, 'almost perfect'], [0.6, 'substantial'], [0.4, 'moderate'], [0.2, 'fair'], [0, 'slight'], [-1, 'poor']];

/** @typedef {{first: string, second: string, count: number}} Confusion */

export class AgreementView {
  /** @param {HTMLElement} place */
  constructor(place) {
    this.place = place;
    place.addEventListener('change', () => {
      const [first, second] = [...place.querySelectorAll('select')].map((select) => select.value);
      if (first !== second) void this.show(first, second);
    });
  }

  /** @param {string} [first] @param {string} [second] without them, the two who share the most clips */
  async show(first, second) {
    this.place.setAttribute('aria-busy', 'true');
    try {
      this.place.replaceChildren(...sections(await get('api/agreement', { first, second })));
    } catch (error) {
      this.place.replaceChildren(element('p', { textContent: `This cannot be shown: ${error.message}` }));
    }
    this.place.removeAttribute('aria-busy');
  }
}

/** @param {any} view the answer of `api/agreement` */
function sections(view) {
  const { pair, annotators } = view;
  const parts = [people(view)];
  if (!pair) return [element('section', {}, element('h2', { textContent: 'One person alone' }), alone(annotators)), ...parts];
  return [headline(view), settle(view), pair.clips ? table(pair) : null, ...parts].filter(Boolean);
}

/** @param {any[]} annotators */
function alone(annotators) {
  const textContent = annotators.length
    ? 'Agreement needs two people who judge the same clips. Start a second sitting under another name:'
    : 'Nobody has said anything of a clip yet.';
  return element('p', { textContent }, ...(annotators.length ? [element('code', { textContent: 'wildwear clips annotate --as NAME' })] : []));
}

/** @param {any} view */
function headline({ pair, annotators }) {
  const { kappa, clips, agreed } = pair;
  const number = element('strong', { id: 'kappa', textContent: kappa === null ? '–' : kappa.toFixed(3) });
  const share = clips ? ` They say the same of ${thousands(agreed)}, ${((100 * agreed) / clips).toFixed(1)} %.` : '';
  const both = clips ? `Both judged ${pictures(clips, 'clip')}.${share}` : 'They have no clip in common yet.';
  return element(
    'section',
    { className: 'headline' },
    element('div', { className: 'figure' }, number, element('span', { textContent: 'Cohen’s kappa' }), scale(kappa)),
    element('div', {}, choice(pair, annotators), element('p', { id: 'both', textContent: both }), meaning(kappa, clips)),
  );
}

/** @param {number | null} kappa */
function scale(kappa) {
  const bar = element('i', { className: 'scale', hidden: kappa === null });
  bar.style.setProperty('--at', String(Math.max(0, kappa ?? 0)));
  return bar;
}

/** @param {number | null} kappa @param {number} clips */
function meaning(kappa, clips) {
  const none = clips ? 'Both say one and the same thing throughout: there is nothing that chance could not give.' : '';
  const textContent = kappa === null ? none : `On the scale of Landis and Koch that is ${SCALE.find(([from]) => kappa >= from)?.[1]}.`;
  return element('p', { className: 'quiet', textContent });
}

/** @param {any} pair @param {any[]} annotators */
function choice({ first, second }, annotators) {
  if (annotators.length < 3) return element('h2', { textContent: `${first} and ${second}` });
  const select = (/** @type {string} */ chosen, /** @type {string} */ label) => {
    const options = annotators.map(({ name }) => element('option', { textContent: name, value: name, selected: name === chosen }));
    const made = element('select', {}, ...options);
    made.setAttribute('aria-label', label);
    return made;
  };
  return element('h2', {}, select(first, 'First annotator'), ' and ', select(second, 'Second annotator'));
}

/** @param {any} view */
function settle({ open, final, clips }) {
  const { single = 0, agreed = 0, adjudicated = 0 } = final;
  const settled = single + agreed + adjudicated;
  const parts = [agreed && `${thousands(agreed)} agreed`, adjudicated && `${thousands(adjudicated)} adjudicated`, single && `${thousands(single)} by one person`];
  const made = parts.filter(Boolean).join(', ');
  const left = element('a', { className: 'button main', href: '#adjudicate', textContent: `Settle ${pictures(open.length, 'disagreement')}` });
  return element(
    'section',
    { className: 'settle' },
    open.length ? left : element('p', { textContent: 'There is nothing to settle.' }),
    element('p', { className: 'quiet', textContent: `${thousands(settled)} of ${pictures(clips, 'clip')} have a final answer${made && `: ${made}`}.` }),
  );
}

/** @param {{first: string, second: string, confusion: Confusion[]}} pair */
function table({ first, second, confusion }) {
  const names = mostConfused(confusion);
  if (!names.length) return element('section', {}, element('p', { className: 'quiet', textContent: 'They differ on no clip.' }));
  const counts = new Map(confusion.map((each) => [`${each.first}\n${each.second}`, each.count]));
  const most = Math.max(...confusion.filter((each) => each.first !== each.second).map(({ count }) => count));
  const head = element('tr', {}, element('td', {}), ...names.map((name) => element('th', { scope: 'col' }, element('span', { textContent: spoken(name) }))));
  const rows = names.map((row) =>
    element('tr', {}, element('th', { scope: 'row', textContent: spoken(row) }), ...names.map((column) => cell(row, column, counts, most, first, second))),
  );
  const drawn = element('table', { id: 'confusion' }, element('thead', {}, head), element('tbody', {}, ...rows));
  const scroller = element('div', { className: 'scroller', tabIndex: 0 }, drawn);
  return element('section', {}, element('h2', { textContent: 'What is taken for what' }), element('p', { className: 'quiet', textContent: `Rows: what ${first} says. Columns: what ${second} says.` }), scroller);
}

/** Answers about which people differ, the most frequent first. @param {Confusion[]} confusion */
function mostConfused(confusion) {
  /** @type {Map<string, number>} */
  const differ = new Map();
  for (const { first, second, count } of confusion) {
    if (first !== second) for (const name of [first, second]) differ.set(name, (differ.get(name) ?? 0) + count);
  }
  return [...differ].sort(([one, many], [other, more]) => more - many || one.localeCompare(other)).slice(0, ROWS).map(([name]) => name);
}

/** @param {string} row @param {string} column @param {Map<string, number>} counts @param {number} most @param {string} first @param {string} second */
function cell(row, column, counts, most, first, second) {
  const count = counts.get(`${row}\n${column}`) ?? 0;
  const made = element('td', { textContent: count ? thousands(count) : '', className: row === column ? 'same' : '' });
  if (count && row !== column) {
    made.style.setProperty('--share', String(0.15 + (0.85 * count) / most));
    made.title = `${first}: ${spoken(row)}. ${second}: ${spoken(column)}.`;
  }
  return made;
}

/** @param {any} view */
function people({ annotators, clips }) {
  const reasons = Object.entries(REASONS);
  const head = element('tr', {}, ...['Annotator', 'Clips', ...reasons.map(([, name]) => name)].map((name) => element('th', { scope: 'col', textContent: name })));
  const rows = annotators.map(({ name, judged, discards }) => {
    const counts = [`${thousands(judged)} of ${thousands(clips)}`, ...reasons.map(([key]) => thousands(discards[key] ?? 0))];
    return element('tr', {}, element('th', { scope: 'row', textContent: name }), ...counts.map((text) => element('td', { textContent: text })));
  });
  const drawn = element('table', { id: 'people' }, element('thead', {}, head), element('tbody', {}, ...rows));
  return element('section', {}, element('h2', { textContent: 'Who has judged what' }), element('div', { className: 'scroller', tabIndex: 0 }, drawn));
}

/**
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name @param {object} properties @param {(Node | string)[]} children
 */
function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}
