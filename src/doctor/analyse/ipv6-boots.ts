import type { LogLine } from '../../protocol/log-lines/log-line.ts';
import type { Limit } from './observation.ts';

/** A file that was sent to an IPv6 address, or asked for by one. */
const IPV6_TRANSFER = /^(?:TFTP )?(?:sent|file) .* (?:to|for) [0-9a-f]{1,4}:[0-9a-f:]+$/i;

/** Boots over IPv6 in dnsmasq's log: they are known by sight. */
export class Ipv6Boots {
  #line: number | undefined;

  take({ line, message }: LogLine): void {
    if (this.#line === undefined && isIpv6Boot(message)) this.#line = line;
  }

  limits(): readonly Limit[] {
    if (this.#line === undefined) return [];
    return [
      {
        text: `line ${this.#line} is of a boot over IPv6 (DHCPv6), which doctor does not judge`,
        advice: 'try the boot over IPv4, or see docs/boot-story.md for what pxectl serves',
      },
    ];
  }
}

/** DHCPv6 with a boot file (RFC 5970: options 59 and 60), or TFTP over IPv6. */
function isIpv6Boot(message: string): boolean {
  if (message.includes('bootfile-')) return /option:\s*(?:59|60) +bootfile-(?:url|param)/.test(message);
  return message.includes('::') && IPV6_TRANSFER.test(message);
}
