// Whether all is saved, in `#save`, and what to do where it is not, in `#trouble`.

import { thousands } from './pace.js';

/** @param {string} id @returns {HTMLElement} */
const at = (id) => document.getElementById(id);

/** @param {import('./queue.js').Queue<any>} queue @param {string} verb that started the server */
export function showSaving({ count, status }, verb) {
  const waiting = `${thousands(count)} waiting`;
  const said = {
    saved: 'All saved',
    saving: waiting,
    offline: `Offline, will retry · ${waiting}`,
    locked: `Locked out · ${waiting}`,
  };
  const save = at('save');
  save.dataset.status = count ? status : 'saved';
  save.querySelector('span').textContent = count ? said[status] : said.saved;
  at('trouble').hidden = !count || status === 'saved' || status === 'saving';
  at('trouble').textContent = remedy(status, verb);
}

/** @param {string} status @param {string} verb */
function remedy(status, verb) {
  if (status === 'locked') {
    return 'The server was started again with a new key. Open the address it printed in another tab: this page then saves what waits.';
  }
  const again = `wildwear ${verb} --port ${location.port}`;
  return `Nothing is lost: what waits is sent when the server answers again. Has it ended? Start it with ${again} and open the address it prints.`;
}
