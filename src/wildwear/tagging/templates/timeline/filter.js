const search = document.getElementById("search");
const chips = document.getElementById("chips");
let garment = null;

const split = text => text.split("|").filter(Boolean);
const counted = (count, what) => `${count.toLocaleString("en")} ${what}${count === 1 ? "" : "s"}`;

function matches(row, words) {
  const worn = split(row.dataset.garments);
  if (garment !== null && !worn.includes(garment)) return false;
  const text = [...worn, ...split(row.dataset.top)].join(" ").toLowerCase();
  const outfit = worn.join(" ").toLowerCase();
  return words.every(word => word[0] === "!" ? !outfit.includes(word.slice(1)) : text.includes(word));
}

function filter() {
  const words = search.value.toLowerCase().split(/\s+/).filter(word => word && word !== "!");
  let found = 0, all = 0;
  for (const film of films) {
    for (const row of film.rows) row.hidden = !matches(row, words);
    const here = film.rows.filter(row => !row.hidden).length;
    found += here;
    all += film.rows.length;
    if (film.nobody) film.nobody.hidden = here > 0;
    if (film.tab && film.video) film.tab.lastChild.textContent = " " + here;
    film.section.classList.toggle("filtered", here < film.rows.length);
    if (film.video) drawBoxes(film);
  }
  for (const chip of chips.children) chip.setAttribute("aria-pressed", String(chip.garment === garment));
  document.getElementById("count").textContent =
    found === all ? counted(all, "appearance") : `${found.toLocaleString("en")} of ${counted(all, "appearance")}`;
  if (shown?.row?.hidden) choose(shown, shown.rows.find(row => !row.hidden) ?? shown.row);
}

function showAll() {
  search.value = "";
  garment = null;
  filter();
}

function makeChips() {
  const counts = new Map();
  for (const row of films.flatMap(film => film.rows))
    for (const worn of split(row.dataset.garments)) counts.set(worn, (counts.get(worn) ?? 0) + 1);
  for (const [worn, count] of [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))) {
    const chip = button(worn, count);
    chip.garment = worn;
    chip.addEventListener("click", () => { garment = garment === worn ? null : worn; filter(); });
    chips.append(chip);
  }
}

function makeTabs() {
  const tabs = document.getElementById("films");
  tabs.hidden = films.length < 2;
  for (const film of films) {
    film.tab = button(film.name, film.video ? film.rows.length : "not tagged");
    film.tab.classList.toggle("failed", film.video === null);
    film.tab.addEventListener("click", () => showFilm(film));
    tabs.append(film.tab);
  }
}

function button(text, count) {
  const made = document.createElement("button"), number = document.createElement("small");
  made.type = "button";
  number.textContent = " " + count;
  made.append(text, number);
  return made;
}
