/** A setting of a systemd.network(5) file, and the section that it stands in. */
export interface NetworkdSetting {
  readonly section: string;
  readonly key: string;
  readonly value: string;
  readonly file: string;
  readonly line: number;
  readonly raw: string;
}

/** Settings in their order; a later one of a key counts, and comments begin a line (systemd.syntax(7)). */
export function settingsOf(file: string, text: string): readonly NetworkdSetting[] {
  let section = '';
  return text.split(/\r?\n/).flatMap((whole, index) => {
    const raw = whole.trim();
    if (/^[#;]/.test(raw)) return [];
    const header = /^\[([^\]]+)\]$/.exec(raw)?.[1];
    if (header !== undefined) section = header;
    const equals = raw.indexOf('=');
    if (header !== undefined || equals <= 0) return [];
    const [key, value] = [raw.slice(0, equals).trim(), raw.slice(equals + 1).trim()];
    return [{ section, key, value, file, line: index + 1, raw }];
  });
}

/** What is said of a key at last; undefined when nothing is. */
export function lastOf(
  settings: readonly NetworkdSetting[],
  section: string,
  key: string,
): NetworkdSetting | undefined {
  const found = settings.findLast((one) => one.section === section && one.key === key);
  return found?.value === '' ? undefined : found;
}
