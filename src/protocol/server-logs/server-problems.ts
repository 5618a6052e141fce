import { NOTE, type ServerLogEvent, type ServerProblemName } from './server-log-event.ts';

/** A complaint of a server about itself; the first group that matched is what it is about. */
export type Complaint = readonly [pattern: RegExp, problem: ServerProblemName];

/** ISC dhcpd 4.4: common/discover.c, common/socket.c, common/lpf.c, server/confpars.c, server/mdb.c. */
export const ISC_COMPLAINTS: readonly Complaint[] = [
  [/^Can't bind to dhcp address: (Address already in use)/, 'port-in-use'],
  [/^There's already a DHCP server running/, 'port-in-use'],
  [/^Can't (?:open|get|create) .*: (Operation not permitted|Permission denied)/, 'cannot-drop-privileges'],
  [
    /^Can't (?:open|read|append to|create) (?:lease database |new lease file |lease file )?(\S+?)[:. ]/,
    'file-unreadable',
  ],
  [/^(\S+ line \d+): /, 'bad-configuration'],
  [/^(?:Configuration file errors encountered|Error: .* is not a valid)/, 'bad-configuration'],
  [/^Not configured to listen on any interfaces/, 'no-interface'],
  [/^No subnet declaration for (\S+)/, 'no-address-range'],
  [/via (\S+): unknown network segment/, 'no-address-range'],
  [/^(?:send_packet|receive_packet failed on \S+)(?: to \S+)?: (.*)/, 'send-failed'],
];

/** Kea 2.2 to 3.0, by the names of its messages (dhcp4_messages.mes, dhcpsrv_messages.mes). */
export const KEA_COMPLAINTS: readonly Complaint[] = [
  // src 0.0.0.0: who asks has no address yet and no relay before it
  [
    /^DHCP4_\w.*failed to select a subnet for incoming packet, src (?:0\.0\.0\.0|(\d[\d.]*\d))/,
    'no-address-range',
  ],
  [/Interface (\S+?)(?:\/\d+)? does not have any suitable IPv4 sockets open/, 'no-interface'],
  [/^DHCP4_PACKET_(?:SEND|PACK)_FAIL\b/, 'send-failed'],
  [/^(?:DHCPSRV|DHCP4)_(?:NO|OPEN)_SOCKETS?.*Address already in use/, 'port-in-use'],
  [
    /^(?:DHCPSRV|DHCP4)_(?:NO|OPEN)_SOCKETS?.*(?:Operation not permitted|Permission denied)/,
    'cannot-drop-privileges',
  ],
  [
    /^(?:DHCPSRV|DHCP4)_(?:NO_SOCKETS_OPEN|OPEN_SOCKETS?_FAIL(?:ED)?)\b(?:.* interface (\w[\w.-]*))?/,
    'no-interface',
  ],
  [
    /^DHCP4_(?:CONFIG_(?:LOAD_FAIL|UNRECOVERABLE_ERROR)|PARSER_(?:COMMIT_)?(?:FAIL|EXCEPTION)|INIT_FAIL|SERVER_FAILED|DYNAMIC_RECONFIGURATION_FAIL)\b(?:.*?: (.*))?/,
    'bad-configuration',
  ],
];
/** Names of Kea's messages that tell of a fault, and of no boot's. */
const KEA_ASIDE = /DDNS|NCR|D2|CLIENT_NAME|NAME_UPDATE|RECLA|LFC|DHCP4O6|6_|RELEASE|TIMERMGR|CB_|_NO_TLS/;

/** Among Kea's steps many words of failure are of its inner workings: the name of a message tells. */
export function complaintOfKea(name: string, rest: string): ServerLogEvent {
  const event = complaintOf(`${name} ${rest}`, KEA_COMPLAINTS);
  if (event.kind === 'problem') return event;
  return /FAIL|ERROR|EXCEPTION|INVALID/.test(name) && !KEA_ASIDE.test(name) ? { kind: 'complaint' } : NOTE;
}

/** tftpd-hpa 5.2: tftpd/tftpd.c */
export const HPA_COMPLAINTS: readonly Complaint[] = [
  [/^cannot bind to local .*: (Address already in use)/, 'port-in-use'],
  [
    /^(?:cannot (?:bind|open)|chroot)\b.*: (?:Operation not permitted|Permission denied)|^cannot (?:drop privileges|set groups)/,
    'cannot-drop-privileges',
  ],
  [/^no user (\S+):/, 'unknown-user'],
  [
    /^(?:Bad (?:timeout|port range|maximum)|Unknown option|Invalid umask|Cannot open map file|Bad regex|Remap command)/,
    'bad-configuration',
  ],
  [
    /^cannot resolve local .*address|^cannot bind to local .*: Cannot assign requested address/,
    'no-interface',
  ],
  [
    /^(?:chdir|chroot)?:? ?(\/\S+): (?:No such file or directory|Permission denied)/,
    'tftp-root-inaccessible',
  ],
];

/** atftpd 0.8: tftpd.c */
export const ATFTPD_COMPLAINTS: readonly Complaint[] = [
  // the address is the empty one where an option took the next one's place
  [/^(?:atftpd: )?(invalid IP address(?: \S+)?)/, 'bad-configuration'],
  [/^(?:atftpd: )?can't bind port|^bind: (Address already in use)/, 'port-in-use'],
  [/^(?:atftpd: )?(?:can't open socket|failed to (?:chdir|set))|^setgid|^setuid/, 'cannot-drop-privileges'],
  [
    /^(?:atftpd: )?(?:Error: )?(?:directory )?(\/\S+?)(?:: no such| does not exist| .*cannot be accessed)/i,
    'tftp-root-inaccessible',
  ],
];

/** systemd-networkd 252 to 257: src/network/networkd-dhcp-server.c, networkd-network.c */
export const NETWORKD_COMPLAINTS: readonly Complaint[] = [
  [/Could not start DHCPv4 server instance: (Address already in use)/, 'port-in-use'],
  [
    /Could not start DHCPv4 server instance: (?:Operation not permitted|Permission denied)/,
    'cannot-drop-privileges',
  ],
  [
    /^(?:(\S+): )?(?:Failed to find suitable address for DHCPv4 server|DHCPServer= is enabled but no static address)/,
    'no-interface',
  ],
];

/** nginx: src/core/ngx_connection.c, ngx_conf_file.c; Apache: AH00072, AH00526. */
export const WEB_COMPLAINTS: readonly Complaint[] = [
  [/bind\(\) to (\S+) failed \(98: /, 'port-in-use'],
  [/\(98\)Address already in use: .*could not bind to address (\S+)/, 'port-in-use'],
  [
    /bind\(\) to (\S+) failed \(13: |\(13\)Permission denied: .*could not bind to address (\S+)/,
    'cannot-drop-privileges',
  ],
  [/\[emerg\].* in (\S+:\d+)$|^(?:AH00526: )?Syntax error on line (\d+ of \S+)/, 'bad-configuration'],
  [/\[emerg\]/, 'failed-to-start'],
];

/** Words by which a line that is not understood tells that something went wrong. */
const COMPLAINT =
  /\b(?:refus(?:ed|ing)|denied|fail(?:ed|ure|s)?|errors?|unable|cannot|can't|could not|invalid|illegal|fatal|exiting|timed? ?out|unreachable|no such|not permitted|forbidden|crit|emerg)\b/i;

/** What the server complains of; a complaint that is not known is told as one. */
export function complaintOf(message: string, known: readonly Complaint[]): ServerLogEvent {
  for (const [pattern, problem] of known) {
    const found = pattern.exec(message);
    if (!found) continue;
    const subject = found.slice(1).find((group) => group !== undefined);
    return { kind: 'problem', problem, ...(subject === undefined ? {} : { subject }) };
  }
  return COMPLAINT.test(message) ? { kind: 'complaint' } : NOTE;
}
