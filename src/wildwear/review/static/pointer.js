// The pointer on the sheet: a click, a rectangle that is drawn, a rest.

/** Pixels beyond which a press is a drag. */
const SLACK = 5;
/** How near the window's edge a drag scrolls, and how far with each frame. */
const EDGE = 28;
const PULL = 14;

/**
 * @typedef {object} Actions
 * @property {(position: number, event: MouseEvent) => void} clicked
 * @property {(positions: number[], event: MouseEvent) => void} drawn over
 * @property {(position: number) => void} rested on; -1 when the pointer leaves the pictures
 */

export class Pointer {
  /** @type {{x: number, y: number} | null} where the press began, on the sheet */
  #from = null;
  /** @type {PointerEvent | null} */
  #latest = null;
  #drawing = false;
  #over = -1;

  /** @param {import('./grid.js').Grid} grid @param {HTMLElement} rectangle @param {Actions} actions */
  constructor(grid, rectangle, actions) {
    this.grid = grid;
    this.rectangle = rectangle;
    this.actions = actions;
    const { scroller } = grid;
    scroller.addEventListener('pointerdown', (event) => this.#press(event));
    scroller.addEventListener('pointermove', (event) => this.#move(event));
    scroller.addEventListener('pointerup', (event) => this.#release(event));
    scroller.addEventListener('pointercancel', () => this.cancel());
    scroller.addEventListener('pointerleave', () => this.#rest(-1));
  }

  /** Gives up the rectangle; whether there was one. */
  cancel() {
    const was = this.#drawing;
    this.#from = null;
    this.#drawing = false;
    this.rectangle.hidden = true;
    this.#touch([]);
    return was;
  }

  /** @param {PointerEvent} event */
  #press(event) {
    const onScrollbar = event.offsetX > this.grid.scroller.clientWidth && event.target === this.grid.scroller;
    if (event.button !== 0 || onScrollbar || !this.grid.sheet?.count) return;
    event.preventDefault();
    this.grid.content.focus({ preventScroll: true });
    this.#from = this.grid.toSheet(event.clientX, event.clientY);
  }

  /** @param {PointerEvent} event */
  #move(event) {
    this.#latest = event;
    if (!this.#from) return this.#rest(this.grid.at(event.clientX, event.clientY));
    const at = this.grid.toSheet(event.clientX, event.clientY);
    if (!this.#drawing && Math.hypot(at.x - this.#from.x, at.y - this.#from.y) > SLACK) {
      this.#drawing = true;
      this.grid.scroller.setPointerCapture(event.pointerId);
      this.#rest(-1);
      requestAnimationFrame(() => this.#pull());
    }
    if (this.#drawing) this.#stretch(at);
    return undefined;
  }

  /** @param {PointerEvent} event */
  #release(event) {
    if (!this.#from) return;
    const drawing = this.#drawing;
    const positions = drawing ? this.grid.layout.within(this.#box(this.grid.toSheet(event.clientX, event.clientY))) : [];
    this.cancel();
    const clicked = this.grid.at(event.clientX, event.clientY);
    if (drawing) this.actions.drawn(positions, event);
    else if (clicked >= 0) this.actions.clicked(clicked, event);
  }

  /** Scrolls while the rectangle is held at the window's edge. */
  #pull() {
    if (!this.#drawing || !this.#latest) return;
    const { top, bottom } = this.grid.scroller.getBoundingClientRect();
    const { clientX, clientY } = this.#latest;
    const pull = clientY < top + EDGE ? -PULL : clientY > bottom - EDGE ? PULL : 0;
    if (pull) {
      this.grid.scrollTo(this.grid.y + pull);
      this.#stretch(this.grid.toSheet(clientX, clientY));
    }
    requestAnimationFrame(() => this.#pull());
  }

  /** @param {{x: number, y: number}} at */
  #stretch(at) {
    const { left, right, top, bottom } = this.#box(at);
    const { style } = this.rectangle;
    const shift = this.grid.scroller.scrollTop - this.grid.y;
    this.rectangle.hidden = false;
    style.transform = `translate(${left}px, ${top + shift}px)`;
    style.width = `${right - left}px`;
    style.height = `${bottom - top}px`;
    this.#touch(this.grid.layout.within({ left, right, top, bottom }));
  }

  /** @param {{x: number, y: number}} at */
  #box(at) {
    const from = this.#from;
    return {
      left: Math.min(from.x, at.x),
      right: Math.max(from.x, at.x),
      top: Math.min(from.y, at.y),
      bottom: Math.max(from.y, at.y),
    };
  }

  /** @param {number[]} positions */
  #touch(positions) {
    this.grid.touched = new Set(positions);
    this.grid.refresh();
  }

  /** @param {number} position */
  #rest(position) {
    if (position === this.#over) return;
    this.#over = position;
    this.actions.rested(position);
  }
}
