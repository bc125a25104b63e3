// The keys, in one table: what they do, and what the help says of them.

import { listenTo } from './keyboard.js';
import { KEEP, NONE, REJECT, RELABEL } from './sheet.js';
import { SELECT } from './reviewer.js';

/** @typedef {import('./keyboard.js').Key<import('./page.js').Page>} Key */

const LETTERS = { h: [-1, 0], j: [0, 1], k: [0, -1], l: [1, 0] };
const ARROWS = { ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1], ArrowRight: [1, 0] };

/** @param {boolean} extend @returns {Key[]} */
const moves = (extend) =>
  Object.entries({ ...ARROWS, ...LETTERS }).map(([key, [across, down]]) => ({
    keys: [extend ? `Shift+${key}` : key],
    does: '',
    run: (it) => it.reviewer.move(across, down, extend),
  }));

/** @type {Record<string, Key[]>} by what the help heads them with */
export const KEYS = {
  'Go about': [
    { keys: ['← ↑ ↓ →', 'h j k l'], does: 'to the picture beside', run: () => {} },
    { keys: ['n'], does: 'to the next without a verdict', run: (it) => it.reviewer.toUnjudged(1) },
    { keys: ['Shift+n'], does: 'to the one before', run: (it) => it.reviewer.toUnjudged(-1) },
    { keys: ['PageDown'], does: 'a screen on', run: (it) => it.grid.page(1) },
    { keys: ['PageUp'], does: 'a screen back', run: (it) => it.grid.page(-1) },
    { keys: ['Home'], does: 'to the first picture', run: (it) => it.grid.moveTo(0) },
    { keys: ['End'], does: 'to the last picture', run: (it) => it.grid.moveTo(Infinity) },
    { keys: [']'], does: 'next category', run: (it) => it.neighbour(1) },
    { keys: ['['], does: 'category before', run: (it) => it.neighbour(-1) },
    { keys: ['/'], does: 'find a category', run: (it) => it.rail.focus() },
  ],
  Judge: [
    { keys: ['x'], does: 'reject', run: (it) => it.reviewer.judgeTargets(REJECT) },
    { keys: ['Space'], does: 'keep', run: (it) => it.reviewer.judgeTargets(KEEP) },
    { keys: ['r'], does: 'relabel: opens the palette', run: (it) => it.reviewer.judgeTargets(RELABEL) },
    { keys: ['c', 'Backspace'], does: 'clear the verdict', run: (it) => it.reviewer.judgeTargets(NONE) },
    { keys: ['Enter'], does: 'the rest of this screen is fine: keep it, show the next', run: (it) => it.reviewer.fine() },
    { keys: ['z', 'Ctrl+z'], does: 'undo', run: (it) => it.reviewer.turn('undo') },
    { keys: ['Shift+z', 'Ctrl+Shift+z', 'Ctrl+y'], does: 'redo', run: (it) => it.reviewer.turn('redo') },
  ],
  Select: [
    { keys: ['g'], does: 'all look-alikes of this picture', run: (it) => it.reviewer.selectCluster() },
    { keys: ['Shift+← ↑ ↓ →'], does: 'a rectangle', run: () => {} },
    { keys: ['Ctrl+a'], does: 'the whole screen', run: (it) => it.reviewer.selectScreen() },
    { keys: ['Escape'], does: 'let go', run: (it) => it.escape() },
    { keys: ['1'], does: 'click and rectangle reject', run: (it) => it.choose(REJECT) },
    { keys: ['2'], does: 'click and rectangle keep', run: (it) => it.choose(KEEP) },
    { keys: ['3'], does: 'click and rectangle relabel', run: (it) => it.choose(RELABEL) },
    { keys: ['4'], does: 'click and rectangle select', run: (it) => it.choose(SELECT) },
  ],
  View: [
    { keys: ['i'], does: 'look closer, or no more', run: (it) => it.lookCloser() },
    { keys: ['+', '='], does: 'larger pictures', run: (it) => it.scale(1) },
    { keys: ['-'], does: 'smaller pictures', run: (it) => it.scale(-1) },
    { keys: ['o'], does: 'next order', run: (it) => it.nextOrder() },
    { keys: ['s'], does: 'this sheet anew', run: (it) => it.reload() },
    { keys: ['a'], does: 'audit this category: 200 at random', run: (it) => it.beginAudit() },
    { keys: ['e'], does: 'edit this category’s query', run: (it) => it.editQuery() },
    { keys: ['?'], does: 'these keys', run: (it) => it.help() },
  ],
};

/** Listens to the keys of the whole page. @param {import('./page.js').Page} page */
export const listen = (page) => listenTo([...moves(false), ...moves(true), ...Object.values(KEYS).flat()], page);
