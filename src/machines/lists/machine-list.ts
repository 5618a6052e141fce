import type { MachineEntry } from '../config-file/machine-entry.ts';

/** Formats that machines are read from. */
export const LIST_FORMATS = ['csv', 'yaml', 'json', 'isc-dhcpd', 'dnsmasq'] as const;
export type ListFormat = (typeof LIST_FORMATS)[number];

/** One machine of a list, with the line that it begins in. */
export interface ListedMachine {
  readonly line: number;
  readonly entry: MachineEntry;
}

export interface ListProblem {
  readonly line: number;
  readonly what: string;
  readonly why?: string;
}

/** What was read, and everything that was wrong in it. */
export interface MachineList {
  readonly machines: readonly ListedMachine[];
  readonly problems: readonly ListProblem[];
}

/** The format of a list by what stands in it; its name counts where that could be several. */
export function formatOfList(text: string, fileName: string): ListFormat {
  if (/^[ \t]*host[ \t]+\S+\s*\{/m.test(text)) return 'isc-dhcpd';
  if (/^[ \t]*(?:--)?dhcp-host=/m.test(text)) return 'dnsmasq';
  if (/\.json$/i.test(fileName) || /^\s*[[{]/.test(text)) return 'json';
  if (/\.ya?ml$/i.test(fileName)) return 'yaml';
  if (/\.(?:csv|tsv)$/i.test(fileName) || /^\ufeff?[^\n:]*\b(?:mac|uuid|serial)\b[^\n:]*[,;\t]/i.test(text))
    return 'csv';
  return 'yaml';
}
