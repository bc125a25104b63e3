/** The box of a track at a time, between the points that are known; null where it is not on screen. */
function boxAt(track, time) {
  const points = track.points;
  let low = 0, high = points.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (points[middle][0] <= time) low = middle; else high = middle - 1;
  }
  const one = points[low], next = points[low + 1];
  if (next === undefined || time <= one[0]) return one.slice(1);
  const share = (time - one[0]) / (next[0] - one[0]);
  return one.slice(1).map((side, index) => side + share * (next[index + 1] - side));
}

function drawBoxes(film) {
  const on = film.tracks.filter(track => track.start <= film.at && film.at < track.end);
  const rows = new Set(on.map(track => film.rowsByNumber.get(track.row)));
  for (const row of film.rows) row.classList.toggle("now", rows.has(row));
  const drawn = film.boxed.checked ? on.filter(track => !film.rowsByNumber.get(track.row)?.hidden) : [];
  while (film.boxes.children.length > drawn.length) film.boxes.lastChild.remove();
  while (film.boxes.children.length < drawn.length) film.boxes.append(document.createElement("div"));
  drawn.forEach((track, index) => drawBox(film, film.boxes.children[index], track));
}

function drawBox(film, box, track) {
  const row = film.rowsByNumber.get(track.row);
  if (box.track !== track) {
    box.track = track;
    box.replaceChildren(...(row ? labelsOf(row) : [label(track.left_out, "")]));
    const regions = [...box.children].map(one => one.className);
    box.style.setProperty("--above", regions[0] ? `var(--${regions[0]})` : "#fffc");
    box.style.setProperty("--below", regions[1] ?? regions[0] ? `var(--${regions[1] ?? regions[0]})` : "#fffc");
  }
  box.className = "box" + (row ? "" : " out") + (row && row === film.row ? " chosen" : "") + (track.points.length ? "" : " whole");
  if (!track.points.length) return;
  const [x1, y1, x2, y2] = boxAt(track, film.at);
  box.classList.toggle("high", y1 < 60);
  box.classList.toggle("low", y2 > 940);
  box.style.inset = `${y1 / 10}% ${100 - x2 / 10}% ${100 - y2 / 10}% ${x1 / 10}%`;
}

function labelsOf(row) {
  const worn = [...row.querySelectorAll(".label .worn > span")];
  return worn.map(one => label(one.firstChild.textContent.trim(), one.className));
}

function label(text, region) {
  const span = document.createElement("span");
  span.className = region;
  span.textContent = text;
  return span;
}
