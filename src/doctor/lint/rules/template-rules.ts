import type { Finding } from '../../../model/finding.ts';
import { words } from '../../../model/fix.ts';
import { splitValue } from '../conf-lines.ts';
import { lintFinding, type LintInput } from '../lint-finding.ts';

/** What a template puts in, by the name that it has there. */
const EXPRESSION = String.raw`(?:\{\{[^{}]*\}\}|\$\{[^{}]*\})`;
const ADDRESS_AND_DIGITS = new RegExp(
  String.raw`(?:\{\{[^{}]*(?:address|_ip|\.ip)\s*\}\}|\$\{[^{}]*(?:address|_ip|IP)\})\d+`,
);
const BROADCAST = new RegExp(`^${EXPRESSION}$`);

/** What is wrong in lines that are filled in later, whatever is put in. */
export function lintTemplateLines({ config }: LintInput): Finding[] {
  return config.files.templateLines.flatMap((at) => {
    const glued = ADDRESS_AND_DIGITS.exec(at.raw)?.[0];
    if (glued !== undefined)
      return [
        lintFinding('config-unreadable', [at], [], {
          severity: 'warning',
          title: `${glued}: with digits behind it an address is none`,
          cause: 'dnsmasq does not start with the line once it is filled in, or sends a wrong address.',
          mends: [words('put an expression for this address alone in its place')],
        }),
      ];
    return hasBroadcastForMask(at.raw)
      ? [
          lintFinding('config-unreadable', [at], [], {
            severity: 'warning',
            title: 'the broadcast address stands where the netmask belongs',
            cause:
              'dnsmasq reads dhcp-range as FIRST,LAST,NETMASK,BROADCAST,TIME, and refuses a range that this mask does not hold.',
            mends: [words('write the netmask before it, or leave both out: the interface has them')],
          }),
        ]
      : [];
  });
}

function hasBroadcastForMask(raw: string): boolean {
  const value = /^dhcp-range[ \t]*=(.*)$/.exec(raw)?.[1];
  if (value === undefined) return false;
  const parts = splitValue(value);
  const at = parts.findIndex((part) => BROADCAST.test(part) && /broadcast/i.test(part));
  const before = parts[at - 1] ?? '';
  // FIRST and LAST are before it, and no mask
  return at >= 2 && !/mask|^255\./i.test(before);
}
