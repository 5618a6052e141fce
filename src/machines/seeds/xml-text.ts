export interface XmlMistake {
  readonly offset: number;
  readonly text: string;
}

export interface XmlText {
  /** name of the root element, when there is one */
  readonly root?: string;
  readonly mistake?: XmlMistake;
}

const NAME = '[A-Za-z_:\\u0080-\\uFFFF][\\w:.\\-\\u0080-\\uFFFF]*';
const WHITE = '[ \\t\\r\\n]';
const LITERAL = `(?:"[^"]*"|'[^']*')`;
const ATTRIBUTES = `(?:${WHITE}+${NAME}${WHITE}*=${WHITE}*(?:"[^"<]*"|'[^'<]*'))*`;
/** what stands between `<` and `>`, each kind with its end */
const MARKUP = new RegExp(
  [
    '<!--(?:(?!--)[^])*-->',
    '<!\\[CDATA\\[(?:(?!\\]\\]>)[^])*\\]\\]>',
    `<\\?(?!xml[\\s?])${NAME}(?:${WHITE}(?:(?!\\?>)[^])*)?\\?>`,
    `<!DOCTYPE${WHITE}+${NAME}(?:${WHITE}+(?:SYSTEM|PUBLIC${WHITE}+${LITERAL})${WHITE}+${LITERAL})?${WHITE}*(?:\\[[^\\]]*\\]${WHITE}*)?>`,
    `</(?<close>${NAME})${WHITE}*>`,
    `<(?<open>${NAME})(?<attributes>${ATTRIBUTES})${WHITE}*(?<empty>/?)>`,
  ].join('|'),
  'y',
);
/** https://www.w3.org/TR/xml/#NT-XMLDecl: at the very beginning, or not at all */
const DECLARATION =
  /^\uFEFF?<\?xml\s+version\s*=\s*(["'])[\w.:-]+\1(\s+encoding\s*=\s*(["'])[A-Za-z][\w.-]*\3)?(\s+standalone\s*=\s*(["'])(yes|no)\5)?\s*\?>/;
const LONE_AMPERSAND = new RegExp(`&(?!(?:${NAME}|#\\d+|#x[\\da-fA-F]+);)`);

/** Whether a text is well-formed XML (https://www.w3.org/TR/xml/ §2.1), as far as parsers stumble over it. */
export function readXml(text: string): XmlText {
  const open: { readonly name: string; readonly offset: number }[] = [];
  let root: string | undefined;
  const stop = (offset: number, what: string): XmlText => ({
    mistake: { offset, text: what },
    ...(root === undefined ? {} : { root }),
  });
  let offset = DECLARATION.exec(text)?.[0].length ?? (text.startsWith('\uFEFF') ? 1 : 0);
  while (offset < text.length) {
    const start = text.indexOf('<', offset);
    const words = text.slice(offset, start === -1 ? text.length : start);
    const ampersand = LONE_AMPERSAND.exec(words);
    if (ampersand !== null) return stop(offset + ampersand.index, '& must be written as &amp;');
    if (open.length === 0 && words.trim() !== '') {
      const at = offset + words.search(/\S/);
      return stop(at, root === undefined ? 'it does not begin with <' : `text behind </${root}>`);
    }
    if (start === -1) break;
    MARKUP.lastIndex = start;
    const match = MARKUP.exec(text);
    if (match === null) return stop(start, 'this is no complete tag; a < in text must be written as &lt;');
    const { close, open: opened, attributes = '', empty } = match.groups ?? {};
    if (opened !== undefined) {
      const twin = twinOf(attributes);
      if (LONE_AMPERSAND.test(attributes)) return stop(start, '& must be written as &amp;');
      if (twin !== undefined) return stop(start, `the attribute ${twin} stands twice`);
      if (open.length === 0 && root !== undefined) return stop(start, `a second root element <${opened}>`);
      root ??= opened;
      if (empty !== '/') open.push({ name: opened, offset: start });
    } else if (close !== undefined) {
      const last = open.pop();
      if (last?.name !== close) {
        return stop(
          start,
          last === undefined ? `</${close}> closes nothing` : `</${close}> closes <${last.name}>`,
        );
      }
    }
    offset = MARKUP.lastIndex;
  }
  const unclosed = open.at(-1);
  if (unclosed !== undefined) return stop(unclosed.offset, `<${unclosed.name}> is never closed`);
  return root === undefined ? stop(0, 'there is no element in it') : { root };
}

function twinOf(attributes: string): string | undefined {
  const names = [
    ...attributes.matchAll(new RegExp(`${WHITE}+(${NAME})${WHITE}*=${WHITE}*${LITERAL}`, 'gy')),
  ].map(([, name]) => name ?? '');
  return names.find((name, index) => names.indexOf(name) !== index);
}
