import type { Finding } from '../../../model/finding.ts';
import { words } from '../../../model/fix.ts';
import { lintFinding, type Edit, type LintInput } from '../lint-finding.ts';
import type { BootScriptInput } from '../script-lines.ts';

const HOST = String.raw`(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])`;
const URL = new RegExp(String.raw`\b\w+://(?:[^\s/@]*@)?${HOST}(?=[:/"'\s]|$)`, 'i');
const BARE = new RegExp(`^${HOST}$`, 'i');

/** An address of whoever says it: a client that is sent there asks itself. */
export function isLoopback(address: string): boolean {
  return BARE.test(address);
}

/** Where a client is sent to itself; one finding for all places of a file. */
export function sentToItself(
  places: readonly { readonly at: Edit['at']; readonly address: string }[],
  own?: string,
): Finding[] {
  const [first] = places;
  if (first === undefined) return [];
  return [
    lintFinding(
      'wrong-server-address',
      places.slice(0, 10).map(({ at }) => at),
      [],
      {
        title: `${first.address} is the client itself, which has no such file`,
        cause:
          'localhost and 127.0.0.1 mean the machine that reads the line, and that is the one that boots.',
        mends: [
          words('write the address of the server in its place, as the clients reach it'),
          ...(own === undefined ? [] : [words(own)]),
        ],
      },
    ),
  ];
}

/** Addresses that a script loads from, or hands to a kernel. */
export function loopbackInScript(
  { path, kind }: BootScriptInput,
  lines: readonly string[],
): readonly Finding[] {
  const places = lines.flatMap((raw, index) => {
    const text = raw.trim();
    const address = /^(?:#|echo\b|item\b|menu\b|prompt\b|say\b)/i.test(text) ? undefined : loopbackUrl(text);
    return address === undefined ? [] : [{ at: { file: path, line: index + 1, raw: text }, address }];
  });
  return sentToItself(
    places,
    kind === 'ipxe' ? 'iPXE knows the TFTP server that it came from as ${next-server}' : undefined,
  );
}

/** Files and servers that dnsmasq sends its clients to. */
export function loopbackInAnswers({ config }: LintInput): Finding[] {
  const { boots, services, bootFileOptions, serverOptions } = config;
  const named = [
    ...boots.map(({ at, file, address }) => ({ at, said: [file, address] })),
    ...services.map(({ at, file, server }) => ({ at, said: [file, server] })),
    ...[...bootFileOptions, ...serverOptions].map(({ at, file }) => ({ at, said: [file] })),
  ];
  return sentToItself(
    named.flatMap(({ at, said }) => {
      const address = said
        .map((one = '') => (isLoopback(one) ? one : loopbackUrl(one)))
        .find((one) => one !== undefined);
      return address === undefined ? [] : [{ at, address }];
    }),
  );
}

function loopbackUrl(text: string): string | undefined {
  return URL.exec(text)?.[0] ?? new RegExp(`\\(https?,(${HOST})`, 'i').exec(text)?.[1];
}
