// The keys, in one table: what they do, and what the help says of them.

import { listenTo } from './keyboard.js';

/** @typedef {import('./keyboard.js').Key<import('./page.js').Page>} Key */

/** @param {number} number from 1 @returns {Key[]} */
const picking = (number) => [
  { keys: [String(number)], does: '', run: (it) => it.desk.pick(number - 1, false) },
  { keys: [`Shift+${number}`], does: '', run: (it) => it.desk.pick(number - 1, true) },
];

/** @type {Record<string, Key[]>} by what the help heads them with */
export const KEYS = {
  Answer: [
    { keys: ['1 – 5'], does: 'this category, and on to the next clip', run: () => {} },
    { keys: ['⇧ 1 – 5'], does: 'this one and more: the clip stays', run: () => {} },
    { keys: ['/'], does: 'find any category; Enter takes it, Shift Enter stays', run: (it) => it.view.focusSearch() },
    { keys: ['Enter'], does: 'what is chosen; with nothing chosen, find a category', run: (it) => it.take() },
    { keys: ['r'], does: 'the same as was answered last', run: (it) => it.desk.repeat() },
    { keys: ['m'], does: 'several garments, without holding Shift', run: (it) => it.desk.toggleSeveral() },
  ],
  'Of no use': [
    { keys: ['f'], does: 'face only: no clothing in the box', run: (it) => it.desk.discard('face_only') },
    { keys: ['l'], does: 'what is worn is not in the lexicon', run: (it) => it.desk.discard('not_in_lexicon') },
    { keys: ['p'], does: 'too few pixels to tell', run: (it) => it.desk.discard('too_few_pixels') },
    { keys: ['o'], does: 'another reason', run: (it) => it.desk.discard('other') },
  ],
  'Go about': [
    { keys: ['z', 'Backspace', 'Ctrl+z'], does: 'undo, and look at that clip again', run: (it) => it.desk.turn('undo') },
    { keys: ['Shift+z', 'Ctrl+Shift+z', 'Ctrl+y'], does: 'redo', run: (it) => it.desk.turn('redo') },
    { keys: ['s'], does: 'put off: it comes back at the end', run: (it) => it.desk.putOff() },
    { keys: ['ArrowLeft'], does: 'the clip before, answered or not', run: (it) => it.desk.step(-1) },
    { keys: ['ArrowRight'], does: 'the clip after', run: (it) => it.desk.step(1) },
    { keys: ['n'], does: 'the next that is left', run: (it) => it.desk.toNextLeft() },
    { keys: ['Escape'], does: 'let go of what is chosen', run: (it) => it.desk.letGo() },
  ],
  Look: [
    { keys: ['Space'], does: 'hold the second, or let it run', run: (it) => it.view.player.toggle() },
    { keys: ['.'], does: 'a frame on', run: (it) => it.view.player.step(1) },
    { keys: [','], does: 'a frame back', run: (it) => it.view.player.step(-1) },
    { keys: ['i'], does: 'the still picture large, or both', run: (it) => it.view.lookCloser() },
    { keys: ['b'], does: 'the box, or the picture without it', run: (it) => it.view.toggleBox() },
    { keys: ['?'], does: 'these keys', run: (it) => it.help() },
  ],
};

/** Listens to the keys of the whole page. @param {import('./page.js').Page} page */
export function listen(page) {
  const digits = [1, 2, 3, 4, 5].flatMap(picking);
  listenTo([...Object.values(KEYS).flat(), ...digits], page, { digitsByPlace: true, when: () => page.isAtDesk });
}
