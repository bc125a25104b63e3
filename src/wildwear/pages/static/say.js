// What is said aloud: to screen readers always, on screen for a moment.

const SHOWN = 2600;

/** @type {ReturnType<typeof setTimeout> | undefined} */
let hiding;

/** @param {string} text */
export function say(text) {
  const live = document.getElementById('said');
  live.textContent = text;
  live.classList.add('shown');
  clearTimeout(hiding);
  hiding = setTimeout(() => live.classList.remove('shown'), SHOWN);
}
