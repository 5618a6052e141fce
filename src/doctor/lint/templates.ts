/** What kind of template a text is, by the marks in it. */
const MARKS: readonly (readonly [string, RegExp])[] = [
  ['Jinja', /\{%-?\s*\w|\{#/],
  ['Go', /\{\{-?\s*(?:\.|range\b|if\b|end\b|with\b|template\b|define\b|include\b)/],
  ['ERB', /<%=?-?\s/],
  [
    'Cheetah',
    /^[ \t]*#(?:if|else|end|set|for|import|include)\b.*\$|^[ \t]*#end (?:if|for)\b|\$(?:\{|\()?[a-z]\w*\.\w+/m,
  ],
  ['Jinja', /\{\{/],
  ['Terraform or shell', /\$\{\w[^}\n]{0,200}\}|\$\([^)\n]{1,200}\)/],
  ['shell', /(?:^|[=,"/\s])\$[A-Za-z_]\w*/m],
  [
    'placeholders',
    /@[A-Z][A-Z0-9_]+@|%%?[A-Z][A-Z0-9_]+%%?|__[A-Z][A-Z0-9_]+__|<(?:[A-Z][A-Z0-9_ -]+|your[\w -]*|server[\w -]*)>/i,
  ],
  [
    'placeholders',
    /(?:^|[=,])(?:[A-Z]+_(?:IP|ADDR|ADDRESS|SUBNET|NETWORK|NBP)|YOUR_\w+|x\.x\.x\.x)(?:$|[,/:])/m,
  ],
  // in brackets they stand in a value: a whole line is a section
  ['placeholders', /[=/@,"' ]\[[A-Z][A-Z0-9]*_[A-Z0-9_]+\](?:$|[/:,"' ])/m],
  [
    'placeholders',
    /\b(?:YOUR[-_]?[A-Z]*(?:IP|SERVER|ADDRESS|HOST)[A-Z]*|CHANGE[-_]?ME)\b|<ip(?:[ _-]?address)?>|\bgoes[ -]here\b/,
  ],
];

/** The template language of a text; undefined for plain text. A loader's own variables are no template. */
export function templateOf(text: string, ownVariables: boolean): string | undefined {
  const found = MARKS.find(([name, mark]) => !(ownVariables && /shell/i.test(name)) && mark.test(text));
  return found?.[0];
}

/** Whether a line is filled in later; Cheetah's directives begin like comments. */
export function isTemplateLine(line: string, ownVariables: boolean): boolean {
  if (/^\s*#(?:if|else|elif|end|set|for|import|include)\b/.test(line))
    return templateOf(line, ownVariables) !== undefined;
  if (/^\s*(?:#|$)/.test(line)) return false;
  return templateOf(line, ownVariables) !== undefined;
}
