/** What a script sets its variables to, before it runs: without those that it sets to several things, or asks for. */
export function valuesOf(lines: readonly string[]): ReadonlyMap<string, string> {
  const values = new Map<string, string | undefined>();
  for (const line of lines) {
    const words = line.trim().split(/\s+/);
    words.forEach((word, at) => {
      const name = words[at + 1]?.split(':')[0];
      if (name === undefined || words[0]?.startsWith('#')) return;
      if (word === 'set') {
        const value = upToNextCommand(words.slice(at + 2));
        values.set(name, values.has(name) && values.get(name) !== value ? undefined : value);
      } else if (/^(?:read|inc)$/.test(word)) values.set(name, undefined);
      else if (word === 'choose')
        values.set(
          upToNextCommand(words.slice(at + 1))
            .split(' ')
            .at(-1) ?? '',
          undefined,
        );
    });
  }
  return new Map(
    [...values].flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
  );
}

function upToNextCommand(words: readonly string[]): string {
  const end = words.findIndex((word) => word === '||' || word === '&&');
  return words.slice(0, end < 0 ? undefined : end).join(' ');
}

const MAX_DEPTH = 10;
const MAX_CHARACTERS = 4_000;

/** A text with the values of the variables that the script sets itself. */
export function expanded(text: string, values: ReadonlyMap<string, string>): string {
  let now = text;
  for (let depth = 0; depth < MAX_DEPTH && now.length < MAX_CHARACTERS; depth++) {
    const next = now.replace(/\$\{([\w./-]+)\}/g, (whole, name: string) => values.get(name) ?? whole);
    if (next === now) break;
    now = next;
  }
  return now;
}

/** The name that iPXE gives the file of an address; undefined where a variable that comes from outside may hold it. */
export function nameInAddress(address: string, values: ReadonlyMap<string, string>): string | undefined {
  const written = lastPart(address);
  const name = lastPart(expanded(address, values));
  // what begins with a variable may hold a whole address; one behind other letters is a part of the name
  if (name === '' || (written.startsWith('${') && name.startsWith('${'))) return undefined;
  const isWhole = !written.startsWith('${') && expanded(written, values) === name;
  return isWhole ? written : name;
}

function lastPart(address: string): string {
  return address.split(/[?#]/)[0]?.split('/').pop() ?? '';
}
