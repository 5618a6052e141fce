/** Lines that dnsmasq writes and that say nothing about a boot. Anything else may be in another language, or new. */
const KNOWN_NOTE = new RegExp(
  `^(?:${[
    // DNS
    String.raw`(?:\d+ \S+ )?(?:query|reply|forwarded|cached|config|validation|dnssec-\w+|nameserver|rrcache|auth|DHCP)(?:-\w+)?(?:\[[^\]]+\])? \S+`,
    // a name from a hosts file; another line that begins with a path may be a transfer in another language
    String.raw`(?:\d+ \S+ )?/\S+ \S+ is `,
    'read ',
    'reading ',
    'cleared cache',
    'using (?:local|only|standard|nameserver|more|\\d)',
    'ignoring (?:nameserver|zone|query|resolv|packet|invalid)',
    'no servers found in',
    'cache(?:size| size)',
    'queries ',
    'server \\S+#\\d+: ',
    'pool memory',
    'time \\d',
    'child processes',
    'reducing DNS packet size',
    'possible DNS-rebind',
    'Insecure DS|DNSSEC ',
    'nameserver \\S+ refused',
    'listening on |stopped listening',
    'inotify',
    'connected to system DBus|DBus support|UBus',
    'asynchronous logging|overflow: \\d',
    'LOUD WARNING',
    // DHCP
    'DHCP, |DHCPv6|SLAAC|RTR-|router advertisement|IPv6 router advertisement|stateless',
    'Ignoring |not using configured|disabling DHCP static|abandoning lease|not giving name|duplicate ',
    'too many stored leases|failed to parse lease|lease-init|script process',
    'broadcast via|multicast via|next server|DHCP relay|relay ',
    'DHCP packet (?:received|sent)|no interface with',
    'restricting maximum|TFTP (?:secure|single)|ignoring packet from|unable to get free port',
    'reply delay: |available DHCP|client provides name|tags: |vendor class|user class|requested options|sent size',
    'syntax check OK|configured with trust anchor|now checking DNSSEC|system time considered',
    'chown of PID|started|compile time',
  ].join('|')})`,
);

/** True for a line that is known to say nothing about a boot. */
export function isKnownNote(text: string): boolean {
  return KNOWN_NOTE.test(text.replace(/^\d{1,10} /, ''));
}
