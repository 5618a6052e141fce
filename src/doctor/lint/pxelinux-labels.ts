export interface Line {
  readonly index: number;
  readonly raw: string;
  readonly value: string;
}

/** An entry of a menu. */
export interface Label {
  /** undefined: what stands before every label, or in a part of a menu without one */
  readonly name: string | undefined;
  readonly kernel: Line | undefined;
  readonly initrds: readonly Line[];
  readonly appends: readonly Line[];
  /** it starts something else than a kernel, or is no entry to start at all */
  readonly isOther: boolean;
  /** where it begins */
  readonly at: Line | undefined;
  /** what the menu shows for it */
  readonly texts: readonly Line[];
}

/** Lines of one entry, without the LABEL that they belong to. */
export function isPxelinuxFragment(text: string): boolean {
  return (
    /^[ \t]*(?:kernel|linux)[ \t]+\S/im.test(text) &&
    /^[ \t]*append\s/im.test(text) &&
    !/^[ \t]*label\s/im.test(text)
  );
}

/** The entries of a menu, with what each starts. */
export function labelsOf(lines: readonly string[]): readonly Label[] {
  const labels: {
    name: string | undefined;
    kernel: Line | undefined;
    initrds: Line[];
    appends: Line[];
    isOther: boolean;
    at: Line | undefined;
    texts: Line[];
  }[] = [];
  const begin = (at?: Line): number =>
    labels.push({
      name: at?.value,
      kernel: undefined,
      initrds: [],
      appends: [],
      isOther: false,
      at,
      texts: [],
    });
  if (isPxelinuxFragment(lines.join('\n'))) begin();
  lines.forEach((raw, index) => {
    const [, word = '', value = ''] = /^(\S+)\s*(.*)/s.exec(raw.trim()) ?? [];
    const line = { index, raw, value };
    const label = labels.at(-1);
    switch (word.toLowerCase()) {
      case 'label':
        begin(line);
        break;
      case 'kernel':
      case 'linux':
        if (label) label.kernel = line;
        break;
      case 'initrd':
        label?.initrds.push(line);
        break;
      case 'append':
        label?.appends.push(line);
        break;
      case 'menu':
        if (/^label\s/i.test(value)) label?.texts.push(line);
        if (label && /^(?:separator|disable|exit|quit|goto|begin)\b/i.test(value)) label.isOther = true;
        break;
      case 'localboot':
      case 'boot':
      case 'bss':
      case 'pxe':
      case 'com32':
      case 'config':
        if (label) label.isOther = true;
        break;
      default:
    }
  });
  return labels;
}
