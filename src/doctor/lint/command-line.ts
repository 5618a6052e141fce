import type { ConfLine } from './conf-line.ts';

/** A script, Dockerfile or compose file that starts dnsmasq with options instead of a configuration. */
export function hasCommandLine(text: string): boolean {
  if (!/\bdnsmasq\b/.test(text)) return false;
  const hasLong = /(?:^|[\s"'[])--(?:dhcp-(?:range|boot)|pxe-service|enable-tftp|port)\b/m.test(text);
  return (
    hasLong || commandsOf(text).some((command) => shortOptions(command).some(({ key }) => BOOT_KEYS.has(key)))
  );
}

/** Options that tell that a command line is about DHCP or booting. */
const BOOT_KEYS: ReadonlySet<string> = new Set(['dhcp-range', 'dhcp-boot']);

/** The program around dnsmasq has options too; these are dnsmasq's own. */
const OF_NETWORK_BOOT = /^(?:dhcp|pxe|tftp|conf|bind|listen|enable-tftp|port|interface|log-dhcp)(?:-|$)/;

/** The options of network boot in a text that starts dnsmasq, in their order. */
export function optionsOfCommand(file: string, text: string): readonly ConfLine[] {
  const short = commandsOf(text).flatMap(shortOptions);
  return text.split(/\r?\n/).flatMap((raw, index) => {
    const line = index + 1;
    const options = raw.matchAll(/(?:^|[\s"'[])--([a-z][a-z0-9-]+)(?:=((?:"[^"]*"|'[^']*'|[^\s"'\]])+))?/gi);
    const long = [...options].map(([, key = '', value]) => ({ key, value, line }));
    return [...long, ...short.filter((one) => one.line === line)]
      .filter(({ key }) => OF_NETWORK_BOOT.test(key))
      .map(({ key, value }) => ({
        ...{ file, line, raw: raw.trim(), key },
        value: value ?? '',
        hasValue: value !== undefined,
      }));
  });
}

/** Short options of dnsmasq (dnsmasq(8)) that matter here; a file knows the long ones alone. */
const SHORT_NAMES: Readonly<Record<string, string>> = {
  ...{ F: 'dhcp-range', M: 'dhcp-boot', O: 'dhcp-option', U: 'dhcp-vendorclass', j: 'dhcp-userclass' },
  ...{ G: 'dhcp-host', J: 'dhcp-ignore', '4': 'dhcp-mac', K: 'dhcp-authoritative', p: 'port' },
  ...{ i: 'interface', a: 'listen-address', z: 'bind-interfaces', C: 'conf-file', '7': 'conf-dir' },
};
/** Those that a value follows (OPTSTRING of option.c). */
const WITH_VALUE = 'rmpclsitugaxSCATHQIBFGOMXVUjPJWY2467803';

interface Word {
  readonly text: string;
  readonly line: number;
}

/** The words behind `dnsmasq` of each command; a backslash at the end of a line goes on with the next. */
function commandsOf(text: string): readonly (readonly Word[])[] {
  const commands: Word[][] = [];
  let isOpen = false;
  text.split(/\r?\n/).forEach((raw, index) => {
    if (/^\s*#/.test(raw)) return;
    const at = isOpen ? 0 : raw.search(/\bdnsmasq(?=["'\s])/);
    if (at < 0) return;
    // an escaped quote begins no string: else each would be looked from to the end of the line
    const words = [...raw.slice(at).matchAll(/\\.|"((?:[^"\\]|\\.)*)"|'([^']*)'|([^\s"'[\]\\]+)/g)]
      .flatMap(([whole, double, single, plain]) =>
        whole.startsWith('\\') ? [] : [double ?? single ?? plain ?? ''],
      )
      .filter((word) => word !== ',')
      .map((word) => ({ text: word, line: index + 1 }));
    if (isOpen) commands.at(-1)?.push(...words);
    else commands.push(words.slice(1));
    isOpen = raw.trimEnd().endsWith('\\');
  });
  return commands;
}

function shortOptions(
  words: readonly Word[],
): readonly { readonly key: string; readonly value: string | undefined; readonly line: number }[] {
  const found: { key: string; value: string | undefined; line: number }[] = [];
  for (let at = 0; at < words.length; at++) {
    const { text = '', line = 0 } = words[at] ?? {};
    if (!/^-[A-Za-z0-9]/.test(text)) continue;
    // flags may stand together; the first that takes a value takes the rest
    for (let letter = 1; letter < text.length; letter++) {
      const name = text[letter] ?? '';
      const key = SHORT_NAMES[name];
      if (!WITH_VALUE.includes(name)) {
        if (key !== undefined) found.push({ key, value: undefined, line });
        continue;
      }
      const attached = text.slice(letter + 1).replace(/^=/, '');
      const value = attached === '' ? words[++at]?.text : attached;
      if (key !== undefined && value !== undefined) found.push({ key, value, line });
      break;
    }
  }
  return found;
}
