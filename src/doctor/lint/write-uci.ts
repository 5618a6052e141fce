import type { Finding } from '../../model/finding.ts';
import { addTo, isFileEdit, words, type AddedLines, type Fix } from '../../model/fix.ts';
import { splitValue } from './conf-lines.ts';
import { takeTags } from './pxe-config.ts';

/** What mends an OpenWrt file, in its own syntax: it takes no line of dnsmasq. Other steps stay as they are. */
export function mendsInUci(
  finding: Finding,
  files: Iterable<string>,
  isUci: (file: string) => boolean,
): Finding {
  const own = [...files].find(isUci);
  if (own === undefined) return finding;
  return {
    ...finding,
    mends: finding.mends.flatMap((fix) =>
      fix.kind === 'edit' && fix.file === 'dnsmasq.conf' ? addedToUci(own, fix) : inUci(fix, isUci),
    ),
  };
}

/** Lines for a dnsmasq.conf that there is none of; OpenWrt hands pxe-service to nobody. */
function addedToUci(file: string, { by, about }: AddedLines): readonly Fix[] {
  const settings = by.filter((line) => !line.startsWith('pxe-service='));
  return settings.length === 0 ? [] : [addTo(file, settings.flatMap(uciOf), about)];
}

function inUci(fix: Fix, isUci: (file: string) => boolean): readonly Fix[] {
  if (fix.kind !== 'edit' || !isFileEdit(fix) || !isUci(fix.file)) return [fix];
  const settings = fix.by.filter((line) => line.trim() !== fix.replaces);
  if (settings.length === 0 && fix.by.length > 0) return [];
  const name = fix.file.split('/').pop() ?? fix.file;
  const isReplaced = fix.by.length === settings.length;
  const out = `take out ${name}:${fix.line} (${fix.replaces})`;
  if (settings.length === 0) return [words(out)];
  const about = isReplaced ? `${out}, and add to this file:` : `add to ${name}:`;
  return [addTo(fix.file, settings.flatMap(uciOf), about)];
}

/** A setting of dnsmasq as sections of /etc/config/dhcp; what has none stays in the list of the section dnsmasq. */
function uciOf(setting: string): readonly string[] {
  const [, key = '', value = ''] = /^([\w-]+)=?(.*)/s.exec(setting.trim()) ?? [];
  if (key === 'dhcp-boot') return bootSection(value);
  const tagged = /^dhcp-(match|vendorclass|userclass)$/.exec(key)?.[1];
  const [first = '', ...rest] = splitValue(value);
  if (tagged !== undefined)
    return [
      `config ${tagged}`,
      `\toption networkid '${first.replace(/^(?:set|net):/, '')}'`,
      `\toption ${tagged} '${rest.join(',')}'`,
    ];
  return [
    '# in the section config dnsmasq:',
    `\tlist ${key.replaceAll('-', '_')} '${value.replaceAll('"', '')}'`,
  ];
}

/** The init script passes an address over that has no server name before it. */
export function bootSection(value: string): readonly string[] {
  const { tags, rest } = takeTags(splitValue(value));
  const [file = '', server, address] = rest;
  const [tag] = tags;
  return [
    'config boot',
    ...(tag === undefined ? [] : [`\toption networkid '${tag}'`]),
    `\toption filename '${file}'`,
    ...(address === undefined || address === ''
      ? []
      : [
          `\toption servername '${server === undefined || server === '' ? address : server}'`,
          `\toption serveraddress '${address}'`,
        ]),
  ];
}
