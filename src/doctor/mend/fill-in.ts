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
}

/** The finding with the user's own names in its steps; what is not known stays in capitals. */
export function fillIn(finding: Finding, names: OwnNames): Finding {
  const values = valuesOf(finding, names);
  const fill = (text: string): string => text.replace(PLACES, (place) => values.get(place) ?? place);
  return { ...finding, mends: finding.mends.map((fix) => filled(fix, fill)) };
}

const PLACES =
  /(?<![\w-])(?:ADDRESS-OF-THE-SERVER|TFTP-ROOT|ADDRESS|IF|NETWORK|NETMASK|IMAGE|MAC|8080)(?![\w-])/g;

function valuesOf({ client }: Finding, names: OwnNames): ReadonlyMap<string, string> {
  const port = names.httpPort === undefined ? undefined : String(names.httpPort);
  const known: readonly (readonly [string, string | undefined])[] = [
    ['ADDRESS-OF-THE-SERVER', names.address],
    ['ADDRESS', names.address],
    ['IF', names.interfaceName],
    ['TFTP-ROOT', names.tftpRoot],
    ['NETWORK', names.network],
    ['NETMASK', names.netmask],
    ['IMAGE', names.image],
    ['MAC', client?.mac],
    ['8080', port],
  ];
  return new Map(known.flatMap(([place, value]) => (value === undefined ? [] : [[place, value] as const])));
}

function filled(fix: Fix, fill: (text: string) => string): Fix {
  if (fix.kind === 'words') return { ...fix, text: fill(fix.text) };
  if (fix.kind === 'command') return { ...fix, command: fill(fix.command) };
  // an edit with its line holds what stands in the file
  return 'line' in fix ? fix : { ...fix, by: fix.by.map(fill) };
}
