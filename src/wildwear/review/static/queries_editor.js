// A text area with colours behind it: words, phrases, fields and signs of the query language, and where it is wrong.

/** As `wildwear.queries.syntax` reads a query. */
const TOKEN = new RegExp(
  [
    '(?<comment>#[^\\n]*)',
    '(?<field>[\\p{L}][\\p{L}\\p{N}_.-]*:)',
    '(?<phrase>=?"[^"\\n]*")',
    "(?<word>=?[\\p{L}\\p{N}](?:[\\p{L}\\p{N}\\p{M}_'’./+-]*[\\p{L}\\p{N}\\p{M}])?)",
    '(?<minus>[!-])',
    '(?<sign>[()&|])',
  ].join('|'),
  'gu',
);

export class Editor {
  /** @type {{message: string, position: number} | undefined} */
  #fault;

  /** @param {HTMLTextAreaElement} area @param {HTMLElement} colours @param {HTMLElement} mistake */
  constructor(area, colours, mistake) {
    this.area = area;
    this.colours = colours;
    this.mistake = mistake;
    area.addEventListener('input', () => this.#paint());
  }

  get text() {
    return this.area.value;
  }

  get faulty() {
    return this.#fault !== undefined;
  }

  /** @param {string} text */
  show(text) {
    this.area.value = text;
    this.fault(undefined);
  }

  /** Underlines where the query is wrong, and says why. @param {{message: string, position: number} | undefined} error in code points */
  fault(error) {
    this.#fault = error;
    this.mistake.textContent = error ? error.message : '';
    this.area.setAttribute('aria-invalid', String(error !== undefined));
    this.#paint();
  }

  #paint() {
    const text = this.text;
    const wrong = this.#fault ? Array.from(text).slice(0, this.#fault.position).join('').length : -1;
    const pieces = [];
    let last = 0;
    for (const token of text.matchAll(TOKEN)) {
      pieces.push({ start: last, end: token.index, kind: '' });
      last = token.index + token[0].length;
      pieces.push({ start: token.index, end: last, kind: Object.keys(token.groups).find((kind) => token.groups[kind] !== undefined) });
    }
    pieces.push({ start: last, end: text.length, kind: '' });
    const painted = pieces.flatMap((piece) => pieceNodes(text, piece, wrong));
    if (wrong >= text.length) painted.push(span('wrong', ' '));
    // The last line break shows only if something follows it.
    this.colours.replaceChildren(...painted, '\u200b');
  }
}

/** @param {string} text @param {{start: number, end: number, kind: string}} piece @param {number} wrong */
function pieceNodes(text, { start, end, kind }, wrong) {
  if (start === end) return [];
  if (wrong < start || wrong >= end) return [span(kind, text.slice(start, end))];
  const nodes = wrong > start ? [span(kind, text.slice(start, wrong))] : [];
  return [...nodes, span(`${kind} wrong`, text.slice(wrong, end))];
}

/** @param {string} className @param {string} content */
function span(className, content) {
  const made = document.createElement('span');
  made.className = className;
  made.textContent = content;
  return made;
}
