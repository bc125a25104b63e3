"use strict";
const cards = [...document.querySelectorAll(".card")];
const search = document.getElementById("search");
const chips = document.getElementById("chips");
let chosen = null;

function garmentsOf(card) {
  return "failed" in card.dataset ? ["failed"] : card.dataset.garments.split("|").filter(Boolean);
}

const counts = new Map();
const texts = new Map();
for (const card of cards) {
  const garments = garmentsOf(card);
  texts.set(card, [card.dataset.name, ...garments].join(" ").toLowerCase());
  for (const garment of garments) counts.set(garment, (counts.get(garment) || 0) + 1);
}

for (const [garment, count] of [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))) {
  const chip = document.createElement("button");
  const number = document.createElement("small");
  number.textContent = " " + count;
  chip.type = "button";
  chip.append(garment, number);
  chip.setAttribute("aria-pressed", "false");
  chip.addEventListener("click", () => {
    chosen = chosen === garment ? null : garment;
    for (const other of chips.children) other.setAttribute("aria-pressed", String(other === chip && chosen !== null));
    show();
  });
  chips.append(chip);
}

function show() {
  const words = search.value.toLowerCase().split(/\s+/).filter(word => word && word !== "!");
  let shown = 0;
  for (const card of cards) {
    const text = texts.get(card);
    const matches = words.every(word => word[0] === "!" ? !text.includes(word.slice(1)) : text.includes(word));
    card.hidden = !(matches && (chosen === null || garmentsOf(card).includes(chosen)));
    shown += !card.hidden;
  }
  const all = cards.length.toLocaleString("en");
  document.getElementById("count").textContent =
    shown === cards.length ? `${all} photographs` : `${shown.toLocaleString("en")} of ${all} photographs`;
  document.getElementById("none").hidden = shown > 0;
}

search.addEventListener("input", show);
document.getElementById("reset").addEventListener("click", () => {
  search.value = "";
  chosen = null;
  for (const chip of chips.children) chip.setAttribute("aria-pressed", "false");
  show();
});
show();
