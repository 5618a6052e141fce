import { parseAccessLog } from './access-log.ts';
import { parseIscDhcpd } from './isc-dhcpd.ts';
import { parseKea } from './kea.ts';
import type { ServerLogEvent } from './server-log-event.ts';
import { isOfDhcpServer, parseNetworkd } from './systemd-networkd.ts';
import { parseAtftpd, parseTftpdHpa } from './tftp-servers.ts';

/** A server whose log is read besides dnsmasq's. */
export interface ReadServer {
  readonly name: string;
  readonly parse: (message: string) => ServerLogEvent;
  /** it leases addresses and does not say which clients boot */
  readonly isDhcp: boolean;
}

const ISC: ReadServer = { name: 'ISC dhcpd', parse: parseIscDhcpd, isDhcp: true };
const KEA: ReadServer = { name: 'Kea', parse: parseKea, isDhcp: true };
const HPA: ReadServer = { name: 'tftpd-hpa', parse: parseTftpdHpa, isDhcp: false };
const ATFTPD: ReadServer = { name: 'atftpd', parse: parseAtftpd, isDhcp: false };
const NETWORKD: ReadServer = { name: 'systemd-networkd', parse: parseNetworkd, isDhcp: true };
const WEB: ReadServer = { name: 'a web server', parse: parseAccessLog, isDhcp: false };

const BY_PROGRAM: Readonly<Record<string, ReadServer>> = {
  dhcpd: ISC,
  'kea-dhcp4': KEA,
  'in.tftpd': HPA,
  tftpd: HPA,
  'tftpd-hpa': HPA,
  atftpd: ATFTPD,
  'systemd-networkd': NETWORKD,
  access: WEB,
  nginx: WEB,
  apache2: WEB,
  httpd: WEB,
};

/** Messages that tell their program where its name was left out: `dhcpd -d`, `journalctl -o cat`. */
const BY_MESSAGE: readonly (readonly [RegExp, ReadServer])[] = [
  [
    /^DHCP(?:DISCOVER from|OFFER on|REQUEST for|ACK (?:on|to)|NAK on|INFORM from|DECLINE of|RELEASE of) /,
    ISC,
  ],
  [
    /^(?:DHCP4|DHCPSRV|ALLOC_ENGINE_V4)_[A-Z0-9_]+\b|^Interface \S+ does not have any suitable IPv4 sockets/,
    KEA,
  ],
  [/^\[(?:emerg|alert|crit|error)\] \d+#\d+: |^\[\w+:(?:emerg|alert|crit|error)\] \[pid /, WEB],
  [/^\S+: DHCPv4 server: [A-Z]+ \(|^\/\S+:\d+: Unknown \w.* in section \W{0,2}DHCPServer\b/, NETWORKD],
  [/^RRQ from \S+ filename |^sending NAK \(\d+, /, HPA],
  [/^Serving \S+ to [\d.]+:\d+$/, ATFTPD],
];

/** `access:` is also a word in the logs of others: RouterOS, `… access: allowed`. */
function isWordOfOthers(program: string, message: string): boolean {
  if (program === 'systemd-networkd') return !isOfDhcpServer(message);
  return program === 'access' && parseAccessLog(message).kind === 'note';
}

/** The server that wrote a line; undefined when it is none of these. */
export function serverOf(program: string | undefined, message: string): ReadServer | undefined {
  if (program !== undefined) return isWordOfOthers(program, message) ? undefined : BY_PROGRAM[program];
  return BY_MESSAGE.find(([pattern]) => pattern.test(message))?.[1];
}
