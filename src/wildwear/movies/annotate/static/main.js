// The page begins here.

import { Refused, get } from './api.js';
import { listen } from './keys.js';
import { Page } from './page.js';

async function begin() {
  const page = new Page(await get('api/opening'));
  document.getElementById('who').textContent = page.opening.who;
  document.title = `Clips · ${page.opening.who} · wildwear`;
  listen(page);
  await page.go();
}

begin().catch((error) => {
  const waiting = document.getElementById('waiting');
  waiting.hidden = false;
  waiting.textContent =
    error instanceof Refused && error.lockedOut
      ? 'This page needs its key: open the address that wildwear clips annotate printed.'
      : `The page could not begin: ${error.message}. Reload it when the server runs.`;
});
