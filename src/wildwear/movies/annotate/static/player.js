// Pictures with the box of the person who is meant: the second as a loop, and one frame of it in full detail.

/** @typedef {{left: number, top: number, width: number, height: number}} Rectangle */

/** Around the person in the still picture, as a share of the box's longer side. */
const MARGIN = 0.06;
const SHADE = 'rgb(0 0 0 / 38%)';

/** A canvas that fills its place at the screen's own resolution. */
class Pane {
  boxed = true;

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext('2d');
    new ResizeObserver(() => this.draw()).observe(canvas);
  }

  /** To be drawn whenever the place changes. */
  draw() {}

  /**
   * Draws a part of a picture, whole and in the middle.
   * @param {ImageBitmap} picture @param {Rectangle} part in its pixels @param {number[]} box fractions of the part
   */
  paint(picture, part, box) {
    const { canvas, context } = this;
    const ratio = devicePixelRatio;
    canvas.width = Math.max(1, Math.round(canvas.clientWidth * ratio));
    canvas.height = Math.max(1, Math.round(canvas.clientHeight * ratio));
    const scale = Math.min(canvas.width / part.width, canvas.height / part.height);
    const width = part.width * scale;
    const height = part.height * scale;
    const left = (canvas.width - width) / 2;
    const top = (canvas.height - height) / 2;
    context.imageSmoothingQuality = 'high';
    context.drawImage(picture, part.left, part.top, part.width, part.height, left, top, width, height);
    if (!this.boxed) return;
    const [x1, y1, x2, y2] = box;
    const person = [left + x1 * width, top + y1 * height, (x2 - x1) * width, (y2 - y1) * height];
    shade(context, [left, top, width, height], person);
    frame(context, person, ratio);
  }

  clear() {
    this.context.clearRect(0, 0, this.canvas.width, this.canvas.height);
  }
}

/** Darkens what lies around. @param {CanvasRenderingContext2D} context @param {number[]} whole @param {number[]} hole */
function shade(context, [x, y, width, height], [left, top, across, down]) {
  context.fillStyle = SHADE;
  context.beginPath();
  context.rect(x, y, width, height);
  context.rect(left, top, across, down);
  context.fill('evenodd');
}

/** @param {CanvasRenderingContext2D} context @param {number[]} person @param {number} ratio */
function frame(context, [left, top, across, down], ratio) {
  for (const [colour, thickness] of /** @type {const} */ ([['rgb(0 0 0 / 60%)', 4], ['#fff', 2]])) {
    context.strokeStyle = colour;
    context.lineWidth = thickness * ratio;
    context.strokeRect(left, top, across, down);
  }
}

/** The second, over and over. Events: `cell`, where another is shown. */
export class Player extends Pane {
  /** @type {import('./clips.js').Clip | null} */
  #clip = null;
  #began = 0;
  playing = true;
  cell = 0;
  /** @param {number} cell */
  moved = (cell) => {};

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    super(canvas);
    this.playing = !matchMedia('(prefers-reduced-motion: reduce)').matches;
    const tick = (/** @type {number} */ now) => {
      if (this.playing && this.#clip) this.#go(this.#at(now));
      requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  }

  /** @param {import('./clips.js').Clip | null} clip */
  show(clip) {
    this.#clip = clip;
    this.#began = performance.now();
    this.cell = -1;
    if (!clip) return this.clear();
    return this.#go(this.playing ? 0 : clip.details.cells.length >> 1);
  }

  toggle() {
    this.playing = !this.playing;
    const { cells } = this.#clip?.details ?? { cells: [] };
    if (this.playing && cells.length) this.#began = performance.now() - 1000 * (cells[this.cell].time - cells[0].time);
  }

  /** One frame on or back, standing still. @param {number} by */
  step(by) {
    if (!this.#clip) return;
    this.playing = false;
    const { length } = this.#clip.details.cells;
    this.#go((this.cell + by + length) % length);
  }

  draw() {
    if (!this.#clip || this.cell < 0) return;
    const { details, sprite } = this.#clip;
    const { cell_width: width, cell_height: height } = details;
    this.paint(sprite, { left: this.cell * width, top: 0, width, height }, details.cells[this.cell].box);
  }

  /** The cell that is due. @param {number} now milliseconds */
  #at(now) {
    const { cells, end, start } = this.#clip.details;
    const since = (Math.max(0, now - this.#began) / 1000) % Math.max(end - start, 0.1);
    const next = cells.findIndex(({ time }) => time - cells[0].time > since);
    return next < 0 ? cells.length - 1 : Math.max(0, next - 1);
  }

  /** @param {number} cell */
  #go(cell) {
    if (cell === this.cell) return;
    this.cell = cell;
    this.draw();
    this.moved(cell);
  }
}

/** The frame in the middle: the person alone, as large as there is room. */
export class Still extends Pane {
  /** @type {import('./clips.js').Clip | null} */
  #clip = null;
  boxed = false;

  /** @param {import('./clips.js').Clip | null} clip */
  show(clip) {
    this.#clip = clip;
    if (clip) this.draw();
    else this.clear();
  }

  draw() {
    if (!this.#clip) return;
    const { still, details } = this.#clip;
    const [x1, y1, x2, y2] = details.box;
    const margin = MARGIN * Math.max(x2 - x1, y2 - y1);
    const left = Math.max(0, x1 - margin);
    const top = Math.max(0, y1 - margin);
    const width = Math.min(still.width, x2 + margin) - left;
    const height = Math.min(still.height, y2 + margin) - top;
    const box = [(x1 - left) / width, (y1 - top) / height, (x2 - left) / width, (y2 - top) / height];
    this.paint(still, { left, top, width, height }, box);
  }
}
