// Looks through the parts of all pages for every word that is typed: SEARCH_INDEX holds [page, id, title, page title, text].
const MAX_FOUND = 30;
const TOP = document.body.dataset.top;
const input = document.getElementById('words');
const found = document.getElementById('found');

function search(text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  const scored = [];
  for (const entry of SEARCH_INDEX) {
    const title = entry[2].toLowerCase();
    const all = `${title} ${entry[3]} ${entry[4]}`.toLowerCase();
    if (!words.every((word) => all.includes(word))) continue;
    const inTitle = words.filter((word) => title.includes(word)).length;
    scored.push([
      inTitle * 10 + (title.startsWith(words[0]) ? 5 : 0) - Math.min(4, title.length / 40),
      entry,
    ]);
  }
  return scored.sort((one, other) => other[0] - one[0]).map(([, entry]) => entry);
}

function show() {
  const results = search(input.value);
  found.hidden = input.value.trim() === '';
  found.replaceChildren();
  const count = document.createElement('p');
  count.textContent =
    results.length === 0
      ? 'nothing found'
      : `${results.length} found${results.length > MAX_FOUND ? `, the first ${MAX_FOUND}` : ''}`;
  const list = document.createElement('ol');
  for (const [page, id, title, pageTitle, text] of results.slice(0, MAX_FOUND)) {
    const link = document.createElement('a');
    link.href = `${TOP}${page}#${id}`;
    link.textContent = title;
    link.addEventListener('click', () => (found.hidden = true));
    const where = document.createElement('span');
    where.textContent = ` ${pageTitle}: ${text.slice(0, 120)}`;
    const item = document.createElement('li');
    item.append(link, where);
    list.append(item);
  }
  found.append(count, list);
}

input.addEventListener('input', show);
document.getElementById('search').addEventListener('submit', (event) => {
  event.preventDefault();
  found.querySelector('a')?.click();
});
addEventListener('keydown', (event) => {
  if (event.key === 'Escape') found.hidden = true;
  const isTyping = document.activeElement instanceof HTMLInputElement;
  if (event.key !== '/' || isTyping) return;
  event.preventDefault();
  input.focus();
});
