/** Colours and cursor movements: as bytes, as rsyslog, less and cat -v write them. */
const CONTROL_SEQUENCES =
  /(?:\u001b|#033|\^\[|\\x1b|\\u001b|\\e)(?:\[[0-9;?]*[A-Za-z]|\][^\u0007]*\u0007|\(B)|\u009b[0-9;?]*[A-Za-z]|\r/g;
/** colours whose escape was lost on the way: `[38;5;244m` */
const ORPHANED_COLOUR = /\[\d{1,3}(?:;\d{1,3})*m|\[K(?=\s|$)/g;

const TAGS =
  /<\/?(?:pre|code|span|div|p|br|td|th|tr|table|tbody|thead|li|ul|ol|a|b|i|em|strong|font|html|body|head|meta|title|style|samp|blockquote)\b[^<>]*>/gi;
const LINE_ENDS = /<(?:br\s*\/?|\/(?:tr|p|div|li|pre|title))>/gi;
const CELL_ENDS = /<\/t[dh]>\s*/gi;
const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  hellip: '…',
};

/** A line as it looked on the screen: without colours, erase codes and HTML. One line of HTML may hold several. */
export function stripMarkup(line: string): readonly string[] {
  let text = line;
  if (/[\u001b\u009b\r]|#033|\^\[|\\x1b|\\u001b|\\e\[/.test(text)) text = text.replace(CONTROL_SEQUENCES, '');
  if (text.includes('[') && /\[(?:\d[\d;]*m|K)/.test(text)) text = text.replace(ORPHANED_COLOUR, '');
  if (!/<\/?[a-z]|&[#\w]+;/i.test(text)) return [text.trimEnd()];
  const parts = text
    .replace(CELL_ENDS, '\t')
    .replace(LINE_ENDS, '\n')
    .replace(TAGS, '')
    .split('\n')
    .map((part) => decodeEntities(part).trimEnd());
  const full = parts.filter((part) => part !== '');
  return full.length === 0 ? [''] : full;
}

function decodeEntities(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(\w{2,8}));/gi, (whole, hex, decimal, name) => {
    const code = hex !== undefined ? Number.parseInt(String(hex), 16) : Number(decimal);
    if (name !== undefined) return ENTITIES[String(name).toLowerCase()] ?? String(whole);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : String(whole);
  });
}
