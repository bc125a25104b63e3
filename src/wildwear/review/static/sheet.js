// One contact sheet as the server gave it: columns in the order in which pictures are shown.

/** Verdicts as the sheet's columns code them, and as the log names them. */
export const NONE = 0;
export const KEEP = 1;
export const REJECT = 2;
export const RELABEL = 3;
export const VERDICTS = /** @type {const} */ (['clear', 'keep', 'reject', 'relabel']);

/**
 * @typedef {object} View What a sheet shows.
 * @property {string} category @property {string} mode @property {string} source @property {string} query
 * @property {string} order suspicious, clusters, newest or random
 * @property {string} state all, unjudged, rejected, kept or relabelled
 * @property {number} seed of the random order
 */

export class Sheet {
  /** @type {Map<number, number> | null} item to position, made when first asked for */
  #positions = null;
  /** @type {Map<number, number[]> | null} */
  #clusters = null;

  /** @param {any} data the answer of `api/sheet` @param {View} view @param {{name: string}[]} [palette] */
  constructor(data, view, palette = []) {
    this.view = view;
    this.id = String(data.sheet ?? '');
    this.count = data.items.length;
    this.spriteColumns = data.columns ?? 8;
    this.spriteRows = data.rows ?? 8;
    this.spriteTile = data.tile ?? 128;
    this.items = Int32Array.from(data.items);
    this.clusters = Int32Array.from(data.clusters ?? []);
    this.verdicts = Uint8Array.from(data.verdicts ?? new Uint8Array(this.count));
    this.suspicion = Uint8Array.from(data.suspicion ?? []);
    /** @type {Map<number, string>} item to what it was relabelled to */
    this.becomes = new Map(
      Object.entries(data.becomes ?? {}).map(([position, place]) => [data.items[position], palette[place].name]),
    );
    this.judged = this.verdicts.reduce((sum, verdict) => sum + (verdict === NONE ? 0 : 1), 0);
  }

  /** Where an item stands, -1 if it is not on this sheet. @param {number} item */
  position(item) {
    this.#positions ??= new Map(Array.from(this.items, (each, position) => [each, position]));
    return this.#positions.get(item) ?? -1;
  }

  /** Notes a verdict, and gives the item's position or -1. @param {number} item @param {number} verdict */
  mark(item, verdict) {
    const position = this.position(item);
    if (position < 0) return -1;
    this.judged += Number(verdict !== NONE) - Number(this.verdicts[position] !== NONE);
    this.verdicts[position] = verdict;
    return position;
  }

  /** The positions of all look-alikes of a picture, itself among them. @param {number} position @returns {number[]} */
  lookAlikes(position) {
    const cluster = this.clusters[position];
    return cluster ? this.#byCluster().get(cluster) ?? [position] : [position];
  }

  /** The next position from `from` on (in steps of `step`) without a verdict, or -1. @param {number} from @param {number} step */
  unjudged(from, step = 1) {
    for (let at = from; at >= 0 && at < this.count; at += step) if (this.verdicts[at] === NONE) return at;
    return -1;
  }

  #byCluster() {
    if (!this.#clusters) {
      this.#clusters = new Map();
      this.clusters.forEach((cluster, position) => {
        if (!cluster) return;
        const members = this.#clusters.get(cluster);
        if (members) members.push(position);
        else this.#clusters.set(cluster, [position]);
      });
    }
    return this.#clusters;
  }
}
