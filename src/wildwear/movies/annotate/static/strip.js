// What was answered just now: a small picture and a word each, a click away.

import { NOTHING, inWords } from './answers.js';

const SHOWN = 8;
const SIDE = 48;

export class Strip {
  /** @type {number[]} positions, the newest first */
  #recent = [];
  /** @type {Map<number, HTMLCanvasElement>} */
  #thumbnails = new Map();
  /** @type {import('./desk.js').Desk | null} */
  #desk = null;

  /** @param {HTMLElement} place @param {(position: number) => void} visit */
  constructor(place, visit) {
    this.place = place;
    place.addEventListener('click', (event) => {
      const button = /** @type {HTMLElement} */ (event.target).closest('button');
      if (button) visit(Number(button.dataset.position));
    });
  }

  /** @param {import('./desk.js').Desk} desk */
  begin(desk) {
    this.#desk = desk;
    this.#recent = [];
    this.#thumbnails.clear();
    this.draw();
  }

  /** An answer was given, or taken back. @param {number} position */
  note(position) {
    this.#recent = [position, ...this.#recent.filter((each) => each !== position)].slice(0, SHOWN);
    const clip = this.#desk.clips.get(position);
    if (clip && !this.#thumbnails.has(position)) this.#thumbnails.set(position, thumbnail(clip));
    for (const old of [...this.#thumbnails.keys()]) if (!this.#recent.includes(old)) this.#thumbnails.delete(old);
    this.draw();
  }

  /** Draws all of it; what is not saved yet says so. */
  draw() {
    this.place.replaceChildren(...this.#recent.map((position) => this.#item(position)));
  }

  /** @param {number} position */
  #item(position) {
    const { answers, clips, said } = this.#desk;
    const answer = said.get(position) ?? NOTHING;
    const waits = answers.waits(clips.ids[position]);
    const button = document.createElement('button');
    button.dataset.position = String(position);
    button.classList.toggle('waits', waits);
    button.classList.toggle('discarded', Boolean(answer.discard));
    button.title = waits ? 'Not saved yet' : 'Look again';
    button.append(...[this.#thumbnails.get(position)].filter(Boolean), inWords(answer));
    return button;
  }
}

/** The person in a square. @param {import('./clips.js').Clip} clip */
function thumbnail({ still, details }) {
  const canvas = Object.assign(document.createElement('canvas'), { width: 2 * SIDE, height: 2 * SIDE });
  const [x1, y1, x2, y2] = details.box;
  const side = Math.min(Math.max(x2 - x1, y2 - y1), still.width, still.height);
  const left = Math.max(0, Math.min((x1 + x2 - side) / 2, still.width - side));
  const top = Math.max(0, Math.min((y1 + y2 - side) / 2, still.height - side));
  canvas.getContext('2d').drawImage(still, left, top, side, side, 0, 0, canvas.width, canvas.height);
  return canvas;
}
