import stringWidth from 'string-width';

const ASCII = /^[\x20-\x7e]*$/;
const segmenter = new Intl.Segmenter();

/** How many columns a terminal needs for it. */
export const widthOf = (text: string): number => (ASCII.test(text) ? text.length : stringWidth(text));

/** As much of the text as fits into so many columns; what is cut ends with `~`. */
export function cut(text: string, width: number): string {
  if (width <= 0) return '';
  if (widthOf(text) <= width) return text;
  if (ASCII.test(text)) return `${text.slice(0, width - 1)}~`;
  let kept = '';
  let used = 0;
  for (const { segment } of segmenter.segment(text)) {
    used += stringWidth(segment);
    if (used > width - 1) break;
    kept += segment;
  }
  return `${kept}~`;
}

/** Just so many columns. */
export function fit(text: string, width: number): string {
  const kept = cut(text, width);
  return kept + ' '.repeat(Math.max(0, width - widthOf(kept)));
}
