import type { Finding } from '../../model/finding.ts';
import type { Fix } from '../../model/fix.ts';

/** What an input tells of the user's own network: it stands in the steps instead of the words in capitals. */
export interface OwnNames {
  /** of the boot server */
  readonly address?: string | undefined;
  readonly interfaceName?: string | undefined;
  readonly tftpRoot?: string | undefined;
  readonly network?: string | undefined;
  readonly netmask?: string | undefined;
  readonly image?: string | undefined;
  /** of pxectl, where it is not 8080 */
  readonly httpPort?: number | undefined;
  /** an address that was asked for in vain */
  readonly url?: string | undefined;
  /** where the loader came from, below the TFTP root; empty for the root itself */
  readonly loadersFolder?: string | undefined;
}

/** The finding with the user's own names in its steps; what is not known stays in capitals. */
export function fillIn(finding: Finding, names: OwnNames): Finding {
  return { ...finding, mends: fillSteps(finding.mends, names, finding.client?.mac) };
}

/** The same of steps alone. */
export function fillSteps(steps: readonly Fix[], names: OwnNames, mac?: string): readonly Fix[] {
  const values = valuesOf(names, mac);
  const fill = (text: string): string => text.replace(PLACES, (place) => values.get(place) ?? place);
  return steps.map((fix) => filled(fix, fill));
}

const PLACES =
  /(?<![\w-])(?:LOADERS-FOLDER\/|(?:ADDRESS-OF-THE-SERVER|TFTP-ROOT|ADDRESS|IF|NETWORK|NETMASK|IMAGE|MAC|URL|8080)(?![\w-]))/g;

function valuesOf(names: OwnNames, mac: string | undefined): ReadonlyMap<string, string> {
  const port = names.httpPort === undefined ? undefined : String(names.httpPort);
  const folder = names.loadersFolder;
  const known: readonly (readonly [string, string | undefined])[] = [
    ['ADDRESS-OF-THE-SERVER', names.address],
    ['ADDRESS', names.address],
    ['IF', names.interfaceName],
    ['TFTP-ROOT', names.tftpRoot],
    ['NETWORK', names.network],
    ['NETMASK', names.netmask],
    ['IMAGE', names.image],
    ['MAC', mac],
    ['URL', names.url],
    ['LOADERS-FOLDER/', folder === undefined || folder === '' ? folder : `${folder}/`],
    ['8080', port],
  ];
  return new Map(known.flatMap(([place, value]) => (value === undefined ? [] : [[place, value] as const])));
}

function filled(fix: Fix, fill: (text: string) => string): Fix {
  if (fix.kind === 'words') return { ...fix, text: fill(fix.text) };
  // an edit with its line holds what stands in the file
  if (fix.kind === 'edit' && 'line' in fix) return fix;
  const about = fix.about === undefined ? {} : { about: fill(fix.about) };
  return fix.kind === 'command'
    ? { ...fix, ...about, command: fill(fix.command) }
    : { ...fix, ...about, by: fix.by.map(fill) };
}
