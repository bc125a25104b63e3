"use strict";
const films = [];
let shown = null;

function clock(seconds) {
  const tenths = Math.round(seconds * 10), minutes = Math.floor(tenths / 600), hours = Math.floor(minutes / 60);
  const rest = ((tenths % 600) / 10).toFixed(tenths % 10 ? 1 : 0).padStart(tenths % 10 ? 4 : 2, "0");
  return (hours ? hours + ":" + String(minutes % 60).padStart(2, "0") : minutes) + ":" + rest;
}

function openFilm(section) {
  const one = selector => section.querySelector(selector);
  const film = {
    section, name: section.dataset.name, length: Number(section.dataset.length), step: Number(section.dataset.step),
    video: one("video"), timeline: one(".timeline"), scale: one(".scale"), head: one(".head"), panel: one(".panel"),
    boxes: one(".boxes"), absent: one(".absent"), boxed: one(".boxed"), nobody: one(".nobody"),
    rows: [...section.querySelectorAll(".row:not(.out)")], tracks: [], row: null, at: 0, touched: -Infinity, zoom: 1, most: 1,
  };
  if (film.video === null) return film;
  film.shots = one(".cuts path").getAttribute("d").split("M").length;
  film.most = Math.max(1, film.length / 10);
  film.tracks = JSON.parse(one("script").textContent).tracks;
  film.rowsByNumber = new Map(film.rows.map(row => [Number(row.dataset.row), row]));
  film.video.addEventListener("error", () => { film.absent.hidden = false; });
  film.video.addEventListener("loadedmetadata", () => { film.absent.hidden = true; });
  for (const event of ["timeupdate", "seeking", "seeked"])
    film.video.addEventListener(event, () => moveTo(film, film.video.currentTime));
  film.video.addEventListener("play", () => follow(film));
  one(".absent input").addEventListener("change", event => {
    film.video.src = URL.createObjectURL(event.target.files[0]);
    film.video.currentTime = film.at;
  });
  film.boxed.addEventListener("change", () => drawBoxes(film));
  one(".zoom .in").addEventListener("click", () => zoom(film, 2));
  one(".zoom .out").addEventListener("click", () => zoom(film, 0.5));
  section.addEventListener("click", event => clicked(film, event));
  film.scale.addEventListener("pointerdown", event => {
    film.scale.setPointerCapture(event.pointerId);
    go(film, timeUnder(film, event));
  });
  film.scale.addEventListener("pointerup", () => reveal(film));
  for (const event of ["wheel", "touchmove", "pointerdown"])
    film.timeline.addEventListener(event, () => { film.touched = performance.now(); }, { passive: true });
  film.scale.addEventListener("pointermove", event => {
    if (film.scale.hasPointerCapture(event.pointerId)) go(film, timeUnder(film, event));
  });
  return film;
}

function timeUnder(film, event) {
  const place = film.scale.getBoundingClientRect();
  return film.length * Math.min(1, Math.max(0, (event.clientX - place.left) / place.width));
}

function clicked(film, event) {
  const link = event.target.closest("a"), row = event.target.closest(".row:not(.out)");
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (row) choose(film, row);
  if (link) {
    event.preventDefault();
    const time = Number(link.dataset.time ?? row.dataset.start);
    go(film, time, !("pause" in link.dataset));
  } else if (event.target.closest(".lane")) {
    go(film, timeUnder(film, event), true);
  }
}

/** Shows the film at a time in seconds; plays on, pauses, or leaves that as it is. */
function go(film, time, play) {
  film.video.currentTime = Math.max(0, Math.min(time, film.length));
  if (play === true) film.video.play().catch(() => {});
  if (play === false) film.video.pause();
  moveTo(film, film.video.currentTime);
  keepInView(film, film.head.offsetLeft);
}

function choose(film, row) {
  film.row?.removeAttribute("aria-current");
  film.row = row;
  if (row === null) return film.panel.replaceChildren();
  row.setAttribute("aria-current", "true");
  const detail = row.querySelector(".detail"), picture = row.querySelector(".label img");
  if (picture && !detail.querySelector("img")) detail.prepend(picture.cloneNode());
  film.panel.replaceChildren(detail.cloneNode(true));
  row.scrollIntoView({ block: "nearest", inline: "nearest" });
  keepInView(film, placeOf(film, Number(row.dataset.start)));
  drawBoxes(film);
}

function follow(film) {
  if (film.video.paused || film !== shown) return;
  moveTo(film, film.video.currentTime);
  if (performance.now() - film.touched > 4000) {
    keepInView(film, film.head.offsetLeft);
    if (!film.rows.some(row => row === film.row && row.classList.contains("now"))) reveal(film);
  }
  requestAnimationFrame(() => follow(film));
}

/** Pixels from the left edge of the canvas to a time. */
function placeOf(film, time) {
  return film.scale.offsetLeft + film.scale.clientWidth * time / film.length;
}

/** Scrolls lanes that are longer than the window until a place, in pixels from their canvas' left edge, is seen. */
function keepInView(film, place) {
  const pane = film.timeline, left = pane.scrollLeft + film.scale.offsetLeft;
  if (film.zoom > 1 && (place < left || place > pane.scrollLeft + pane.clientWidth - 20))
    pane.scrollLeft = place - film.scale.offsetLeft - (pane.clientWidth - film.scale.offsetLeft) / 4;
}

/** Scrolls to the first appearance that is on screen, unless one of them is seen. */
function reveal(film) {
  const pane = film.timeline.getBoundingClientRect();
  const on = film.rows.filter(row => row.classList.contains("now") && !row.hidden);
  const seen = on.some(row => {
    const place = row.getBoundingClientRect();
    return place.top > pane.top + 20 && place.bottom < pane.bottom;
  });
  if (on.length && !seen) on[0].scrollIntoView({ block: "center" });
}

function moveTo(film, time) {
  film.at = time;
  film.head.hidden = false;
  film.head.style.setProperty("--at", String(Math.min(1, time / film.length)));
  drawBoxes(film);
}

/** Makes the lanes longer or shorter, and keeps the place that the film is at where it is on the screen. */
function zoom(film, factor) {
  const before = film.head.offsetLeft - film.timeline.scrollLeft;
  film.zoom = Math.min(film.most, Math.max(1, film.zoom * factor));
  film.timeline.style.setProperty("--zoom", String(film.zoom));
  film.timeline.scrollLeft = film.head.offsetLeft - before;
  drawScale(film);
}

function drawScale(film) {
  const fits = film.scale.clientWidth / 84, steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];
  const step = steps.find(seconds => film.length / seconds <= fits) ?? 7200;
  const ticks = [];
  for (let time = 0; time < film.length; time += step) {
    const tick = document.createElement("i");
    tick.style.left = `${100 * time / film.length}%`;
    tick.textContent = clock(time);
    ticks.push(tick);
  }
  film.scale.replaceChildren(...ticks);
  const apart = film.scale.clientWidth / film.shots;
  film.timeline.style.setProperty("--crowded", String(Math.min(1, Math.max(0.12, apart / 12))));
  film.timeline.querySelector(".zoom .out").disabled = film.zoom <= 1;
  film.timeline.querySelector(".zoom .in").disabled = film.zoom >= film.most;
}

function showFilm(film) {
  shown?.video?.pause();
  shown = film;
  for (const other of films) {
    other.section.hidden = other !== film;
    other.tab?.setAttribute("aria-current", String(other === film));
  }
  document.title = `${film.name} · clothing timeline`;
  if (film.video === null) return;
  film.video.preload = "metadata";
  drawScale(film);
  if (film.row === null) choose(film, film.rows.find(row => !row.hidden) ?? null);
}
