// The review page begins here: loads what is reviewed, and follows what others decide.

import { Refused, get } from './api.js';
import { follow, lastSequence } from './changes.js';
import { listen } from './keys.js';
import { pictures } from './pace.js';
import { Page } from './page.js';
import { here, isNamed, note } from './place.js';
import { inOrder } from './rail.js';
import { say } from './say.js';

async function begin() {
  const { audit, at: _at, ...view } = here();
  const early = isNamed() && !audit ? get('api/sheet', view) : undefined;
  early?.catch(() => {});
  const [collection, sequence] = await Promise.all([get('api/collection'), lastSequence()]);
  const page = new Page(collection, sequence);
  page.judge.recall(page.decisions.takeUp());
  if (!isNamed()) note({ ...here(), category: firstToJudge(collection) });
  listen(page);
  await page.go(early);
  void follow(page.decisions, (changes) => {
    const news = page.judge.learn(changes).filter(({ who }) => who !== collection.who);
    const others = [...new Set(news.map(({ who }) => who))];
    if (news.length) say(`${others.join(' and ')} judged ${pictures(news.length)} meanwhile`);
  });
}

/** The first category with something left to judge. @param {any} collection */
function firstToJudge(collection) {
  const categories = inOrder(collection.categories);
  return (categories.find(({ count, judged }) => judged < count) ?? categories[0])?.name ?? '';
}

begin().catch((error) => {
  const empty = document.getElementById('empty');
  empty.hidden = false;
  empty.textContent = error instanceof Refused && error.lockedOut
    ? 'This page needs its key: open the address that wildwear review printed.'
    : `The page could not begin: ${error.message}. Reload it when the server runs.`;
});
