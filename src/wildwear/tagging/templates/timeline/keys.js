const step = (film, seconds) => go(film, film.at + seconds);

function stepRow(film, by) {
  const rows = film.rows.filter(row => !row.hidden);
  const row = rows[Math.min(rows.length - 1, Math.max(0, rows.indexOf(film.row) + by))];
  if (!row) return;
  choose(film, row);
  row.querySelector(".label").focus({ preventScroll: true });
}

function stepFilm(by) {
  showFilm(films[(films.indexOf(shown) + by + films.length) % films.length]);
  shown.tab.scrollIntoView({ block: "nearest", inline: "nearest" });
}

const keys = {
  ArrowDown: film => stepRow(film, 1),
  ArrowUp: film => stepRow(film, -1),
  j: film => stepRow(film, 1),
  k: film => stepRow(film, -1),
  Enter: film => film.row && go(film, Number(film.row.dataset.start), true),
  b: film => film.row && go(film, Number(film.row.dataset.best), false),
  " ": film => film.video.paused ? film.video.play().catch(() => {}) : film.video.pause(),
  ArrowLeft: (film, event) => step(film, event.shiftKey ? -10 : -1),
  ArrowRight: (film, event) => step(film, event.shiftKey ? 10 : 1),
  ",": film => step(film, -film.step),
  ".": film => step(film, film.step),
  "+": film => zoom(film, 2),
  "=": film => zoom(film, 2),
  "-": film => zoom(film, 0.5),
  x: film => film.boxed.click(),
};

const keysOfThePage = {
  "/": () => search.focus(),
  "?": () => document.getElementById("keys").showModal(),
  "[": () => stepFilm(-1),
  "]": () => stepFilm(1),
  Escape: () => { showAll(); document.activeElement?.blur(); },
};

function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  const typing = event.target === search, key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (typing && !["Escape", "ArrowDown", "Enter"].includes(key)) return;
  if (key === " " && event.target.closest?.("button, input")) return;
  if (key === "Enter" && event.target.closest?.("a, button")) return;
  const act = keysOfThePage[key] ?? (shown?.video ? keys[key] : undefined);
  if (!act) return;
  event.preventDefault();
  if (typing && key === "Enter") return stepRow(shown, 0);
  act(shown, event);
}

films.push(...[...document.querySelectorAll(".film")].map(openFilm));
makeTabs();
makeChips();
filter();
if (films.length) showFilm(films.find(film => film.video) ?? films[0]);
search.addEventListener("input", filter);
document.addEventListener("keydown", pressed);
document.getElementById("help").addEventListener("click", keysOfThePage["?"]);
for (const reset of document.querySelectorAll(".nobody button")) reset.addEventListener("click", showAll);
addEventListener("resize", () => shown?.video && drawScale(shown));
