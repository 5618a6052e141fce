/** Programs whose lines are looked for. */
export const PROGRAM = String.raw`dnsmasq(?:-dhcp|-tftp|-script)?|dhcpd|in\.tftpd|tftpd-hpa|tftpd|atftpd|kea-dhcp4|systemd-networkd|nginx|apache2|httpd`;

const ADDRESS = String.raw`\d{1,3}(?:\.\d{1,3}){3}`;
/** What dnsmasq writes so that it can be told without its name. */
const DNSMASQ = [
  String.raw`\d{1,10} (?:available DHCP (?:subnet|range): |vendor class: |user class: |tags: |bootfile name: |server name: |next server: |broadcast response|requested options: |client provides name: |sent size:)`,
  String.raw`(?:\d{1,10} )?(?:PXE|BOOTP|DHCP(?:DISCOVER|OFFER|REQUEST|ACK|NAK|INFORM|DECLINE|RELEASE))\([^)\s]+\) `,
  String.raw`started, version \d`,
  'compile time options: ',
  'DHCP, (?:proxy on subnet|IP range|sockets bound|static leases only) ',
  'TFTP root is ',
  String.raw`(?:TFTP )?(?:sent|failed sending|timeout sending) \S+ to ${ADDRESS}`,
  String.raw`(?:TFTP )?file \S.* not found(?: for ${ADDRESS})?(?=\W*$)`,
  String.raw`(?:TFTP )?error \d+ .*received from ${ADDRESS}`,
  'exiting on receipt of SIG',
  'no address range available for DHCP request ',
  String.raw`unknown interface \S+$`,
  String.raw`bad \S.* at line \d+ of \S+`,
  String.raw`failed to (?:bind|create) \S.*: Address already in use`,
  String.raw`TFTP directory \S+ inaccessible`,
  'process is missing required capability ',
  'Error sending DHCP packet to ',
  'cannot send DHCP/BOOTP option ',
];
/** What ISC dhcpd (`dhcpd -d`), tftpd-hpa and atftpd write. */
const OTHERS = [
  String.raw`DHCP(?:DISCOVER from|OFFER on|REQUEST for|ACK (?:on|to)|NAK on|INFORM from|DECLINE of|RELEASE of) [0-9a-f]`,
  String.raw`RRQ from \S+ filename `,
  String.raw`Serving \S+ to ${ADDRESS}:\d+$`,
];
const MESSAGE = new RegExp(String.raw`(?:^|[\s|>"'\`;,])(${[...DNSMASQ, ...OTHERS].join('|')})`);

/** Where a message of a boot server begins in a text that does not name its program; undefined when there is none. */
export function findMessage(text: string): number | undefined {
  const found = MESSAGE.exec(text);
  return found ? found.index + found[0].length - (found[1] ?? '').length : undefined;
}
