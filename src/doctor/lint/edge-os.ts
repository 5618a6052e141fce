import type { Finding } from '../../model/finding.ts';
import { isFileEdit, type Fix } from '../../model/fix.ts';
import type { ConfLine } from './conf-line.ts';

/** EdgeOS and VyOS hand lines to dnsmasq as they are: `set service dns forwarding options 'dhcp-boot=…'`. */
const SETTING = /^\s*set\s+service\s+dns\s+forwarding\s+options\s+(?:'([^']*)'|"([^"]*)"|(\S+))\s*$/;

/** Whether these are commands of EdgeOS or VyOS for its dnsmasq. */
export function isEdgeOs(text: string): boolean {
  return text.split(/\r?\n/).some((line) => SETTING.test(line));
}

/** The lines that dnsmasq gets; its ranges are made of other commands. */
export function edgeOsLines(file: string, text: string): readonly ConfLine[] {
  return text.split(/\r?\n/).flatMap((raw, index) => {
    const [, single, double, plain] = SETTING.exec(raw) ?? [];
    const setting = single ?? double ?? plain;
    if (setting === undefined) return [];
    const equals = setting.indexOf('=');
    return [
      {
        ...{ file, line: index + 1, raw: raw.trim() },
        key: (equals < 0 ? setting : setting.slice(0, equals)).trim(),
        value: equals < 0 ? '' : setting.slice(equals + 1).trim(),
        hasValue: equals >= 0,
      },
    ];
  });
}

/** What mends such commands: lines of dnsmasq as commands. */
export function mendsInEdgeOs(finding: Finding, isIt: (file: string) => boolean): Finding {
  const asCommand = (fix: Fix): Fix =>
    isFileEdit(fix) && isIt(fix.file)
      ? {
          ...fix,
          by: fix.by.map((line) =>
            /^set\s/.test(line) ? line : `set service dns forwarding options '${line}'`,
          ),
        }
      : fix;
  return { ...finding, mends: finding.mends.map(asCommand) };
}
