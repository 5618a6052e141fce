import type { KnowledgeEntry, KnownCause } from './knowledge-entry.ts';

const SOURCE = 'Intel Preboot Execution Environment 2.x product development kit, list of messages';

function rom(
  code: string,
  text: string,
  meaning: string,
  causes: readonly KnownCause[] = [],
): KnowledgeEntry {
  const full = `PXE-${code}`;
  return {
    id: `rom-pxe-${code.toLowerCase()}`,
    code: full,
    texts: [`${full}: ${text}`],
    printedBy: 'BIOS network card ROM (Intel PXE 2.x)',
    meaning,
    causes: causes.length === 0 ? [HARDWARE] : causes,
    source: SOURCE,
  };
}

const HARDWARE: KnownCause = {
  text: 'the BIOS, the ROM of the network card or the card itself; nothing on the network causes it',
  fix: ['update BIOS and network card firmware, reset the set-up to its defaults, try another card'],
};
const BIS: KnownCause = {
  text: 'Boot Integrity Services are on in the set-up, and the boot image is not signed for them',
  fix: ["switch Boot Integrity Services off in the machine's set-up"],
};
const LINK: KnownCause = {
  text: 'no link',
  fix: ['check cable and lights; switch the port to "edge" (portfast)'],
};

/** What network card ROMs of BIOS machines print. The same numbers mean other things in UEFI. */
export const INTEL_ROM: readonly KnowledgeEntry[] = [
  rom('E00', 'Could not find enough free base memory.', 'Other ROMs use the memory below 640 KiB.'),
  rom('E01', 'PCI Vendor and Device IDs do not match!', 'The ROM is not for this card.'),
  rom('E04', 'Error reading PCI configuration space.', 'The BIOS does not let the ROM reach the card.'),
  rom('E05', 'EEPROM checksum error.', 'The memory of the network card is damaged.'),
  rom('E06', 'Option ROM requires DDIM support.', 'The BIOS is too old for this ROM.'),
  rom('E07', 'PCI BIOS calls not supported.', 'The BIOS is too old for this ROM.'),
  rom('E08', 'Unexpected API error. API: … Status: …', 'Two parts of the ROM do not fit together.'),
  rom('E09', 'Unexpected UNDI loader error. Status: …', 'The driver in the ROM did not start.'),
  rom('E11', 'ARP timeout.', 'The address of the boot server does not answer.', [
    { finding: 'wrong-server-address', tell: 'next-server is not the boot server' },
    { finding: 'router-sends-boot-options', tell: 'a DHCP server that is no boot server sends option 60' },
  ]),
  rom('E20', 'BIOS extended memory copy error.', 'The BIOS failed to copy the boot program.'),
  rom('E21', 'BIS integrity check failed.', 'Boot Integrity Services refused the boot program.', [BIS]),
  rom('E22', 'BIS image/credential validation failed.', 'Boot Integrity Services refused the boot program.', [
    BIS,
  ]),
  rom('E23', 'BIS initialization failed.', 'Boot Integrity Services did not start.', [BIS]),
  rom('E24', 'BIS shutdown failed.', 'Boot Integrity Services did not stop.', [BIS]),
  rom('E25', 'BIS get boot object authorization check flag failed.', 'Boot Integrity Services failed.', [
    BIS,
  ]),
  rom('E26', 'BIS free memory failed.', 'Boot Integrity Services failed.', [BIS]),
  rom('E27', 'BIS get signature information failed.', 'Boot Integrity Services failed.', [BIS]),
  rom('E28', 'BIS bad entry structure checksum.', 'Boot Integrity Services failed.', [BIS]),
  rom('E32', 'TFTP open timeout.', 'The TFTP server does not answer.', [
    { finding: 'tftp-blocked', tell: 'the request arrives at the server' },
    { finding: 'wrong-server-address', tell: 'the request goes to another host' },
    { finding: 'tftp-not-served', tell: 'nothing listens on UDP 69' },
    { finding: 'container-not-on-host-network', tell: 'the boot server runs in a container' },
  ]),
  rom('E35', 'TFTP read timeout.', 'A transfer broke off.', [
    { finding: 'tftp-blocked', tell: 'the first blocks arrive, or none' },
  ]),
  rom('E36', 'Error received from TFTP server.', 'The TFTP server refused.', [
    { finding: 'loader-missing', tell: 'the server\'s log says "not found"' },
    { finding: 'tftp-access-denied', tell: 'the server\'s log says "cannot access"' },
  ]),
  rom('E38', 'TFTP cannot open connection.', 'The card could not send.'),
  rom('E39', 'TFTP cannot read from connection.', 'The card could not receive.'),
  rom('E3A', 'TFTP too many packages.', 'The transfer does not end as announced.', [
    { finding: 'tftp-blocked', tell: 'packets come twice or out of order' },
  ]),
  rom('E3B', 'TFTP error - File not found.', 'The TFTP server does not have the file.', [
    { finding: 'loader-missing', tell: "the server's log names the file" },
    { finding: 'file-name-altered', tell: 'the name ends in .0 or in strange characters' },
  ]),
  rom('E3C', 'TFTP error - Access violation.', 'The TFTP server may not read the file.', [
    { finding: 'tftp-access-denied', tell: 'the server\'s log says "cannot access"' },
  ]),
  rom('E3F', 'TFTP packet size is invalid.', 'The blocks are larger than the ROM can take (1456 bytes).', [
    {
      text: 'the TFTP server answers with too large a block size',
      fix: ['tftp-no-blocksize in dnsmasq.conf'],
    },
  ]),
  rom('E51', 'No DHCP or proxyDHCP offers were received.', 'Nobody answered.', [
    { finding: 'no-discover-seen', tell: 'nothing of the machine arrives at the server' },
    { finding: 'no-dhcp-server', tell: 'the request arrives and nobody offers' },
    { finding: 'proxy-without-pxe-service', tell: 'dnsmasq runs as proxy and stays silent' },
    { finding: 'firewall-blocks', tell: "the host's firewall drops UDP 67" },
    { finding: 'container-not-on-host-network', tell: 'the boot server runs in a container' },
  ]),
  rom(
    'E52',
    'proxyDHCP offers were received. No DHCP offers were received.',
    'The boot server answered, nobody gives an address.',
    [{ finding: 'no-dhcp-server', tell: "the router's DHCP is off or has no address left" }],
  ),
  rom('E53', 'No boot filename received.', 'An address came and no boot file.', [
    { finding: 'proxy-without-pxe-service', tell: 'dnsmasq runs as proxy and stays silent' },
    { finding: 'no-boot-service-for-arch', tell: 'the boot server has nothing for BIOS (arch 0)' },
    { finding: 'offer-without-boot-file', tell: "the answer's boot file is empty" },
    { finding: 'firewall-blocks', tell: "the host's firewall drops UDP 67" },
  ]),
  rom(
    'E55',
    'proxyDHCP service did not reply to request on port 4011.',
    'The boot server did not answer the second question.',
    [
      { finding: 'port-4011-silent', tell: 'the request is on the wire, no answer' },
      { finding: 'dnsmasq-version-broken', tell: 'dnsmasq 2.92' },
      { finding: 'router-sends-boot-options', tell: 'a DHCP server that is no boot server sends option 60' },
    ],
  ),
  rom('E60', 'Invalid UNDI API function number.', 'Two parts of the ROM do not fit together.'),
  rom('E61', 'Media test failed, check cable.', 'The network card sees no link.', [LINK]),
  rom('E63', 'Error while initializing the NIC.', 'The card did not start.'),
  rom('E64', 'Error while initializing the PHY.', 'The card did not start.'),
  rom('E65', 'Error while reading the configuration data.', "The card's memory could not be read."),
  rom('E66', 'Error while reading the initialization data.', "The card's memory could not be read."),
  rom('E67', 'Invalid MAC address.', 'The card has no address.'),
  rom('E68', 'Invalid EEPROM checksum.', "The card's memory is damaged."),
  rom('E69', 'Error while setting interrupt.', 'The BIOS gave the card no interrupt.'),
  rom(
    'E74',
    'Bad or missing PXE menu and/or prompt information.',
    'The answer announces a menu that is not there.',
    [
      { finding: 'no-boot-service-for-arch', tell: 'a prompt (0a) without a menu (09) in option 43' },
      {
        text: 'pxe-prompt without a pxe-service line for this architecture',
        fix: ['take pxe-prompt out of dnsmasq.conf'],
      },
    ],
  ),
  rom(
    'E76',
    'Bad or missing multicast discovery address.',
    'Option 43 asks for multicast and names no address.',
    [
      {
        text: 'option 43 is incomplete',
        fix: ['send 06:01:08 and the boot file, as dnsmasq does with dhcp-boot for x86PC'],
      },
    ],
  ),
  rom(
    'E77',
    'Bad or missing discovery server list.',
    'Option 43 forbids broadcast and names no boot server.',
    [
      {
        text: 'option 43 is incomplete',
        fix: ['send 06:01:08 and the boot file, as dnsmasq does with dhcp-boot for x86PC'],
      },
    ],
  ),
  rom('E78', 'Could not locate boot server.', 'The boot server of the menu item did not answer.', [
    { finding: 'port-4011-silent', tell: 'the request is on the wire, no answer' },
  ]),
  rom('E79', 'NBP is too big to fit in free base memory.', 'The boot program is larger than about 480 KiB.', [
    { finding: 'loader-arch-mismatch', tell: 'an .efi program was given to BIOS firmware' },
  ]),
  rom('E7A', 'Client could not locate a secure server.', 'Boot Integrity Services found no server.', [BIS]),
  rom('E7B', 'Missing MTFTP server IP address.', 'The answer has no next-server address.', [
    { finding: 'wrong-server-address', tell: 'next-server is 0.0.0.0' },
  ]),
  rom('E81', '!PXE structure is invalid.', 'The ROM is damaged or of an unknown version.'),
  rom('E82', 'PXENV+ structure is invalid.', 'The ROM is damaged or of an unknown version.'),
  rom('E83', 'Invalid DHCP option format.', 'A DHCP server sends malformed options.', [
    {
      text: 'the router or boot server sends malformed options',
      fix: ['pxectl doctor --pcap FILE shows which'],
    },
  ]),
  rom('E84', 'Could not get pointer to original packet storage.', 'The ROM failed.'),
  rom('E85', 'Not enough extended memory.', 'Too little memory.'),
  rom('E86', 'ENV RAMdisk image corrupted.', 'The boot image is damaged.'),
  rom('E87', 'Could not find selected boot item.', 'The boot server does not know the menu item.', [
    { finding: 'offer-without-boot-file', tell: 'the answer to the item names no file' },
  ]),
  rom('E88', 'Could not locate boot server.', 'The boot server of the menu item did not answer.', [
    { finding: 'port-4011-silent', tell: 'the request is on the wire, no answer' },
  ]),
  rom('E89', 'Could not download boot image.', 'TFTP failed.', [
    { finding: 'loader-missing', tell: 'the server\'s log says "not found"' },
    { finding: 'tftp-blocked', tell: 'no answer' },
  ]),
  rom('EA0', 'Network boot canceled by keystroke.', 'ESC was pressed.', [
    { finding: 'boot-cancelled-by-key', tell: 'ESC was pressed, or a stuck key' },
  ]),
  rom('EC1', 'BaseCode ROM ID structure was not found.', 'The ROM is incomplete.'),
  rom('EC3', 'BaseCode ROM ID structure is invalid.', 'The ROM is incomplete.'),
  rom('EC4', 'UNDI ROM ID structure was not found.', 'The ROM is incomplete.'),
  rom('EC5', 'UNDI ROM ID structure is invalid.', 'The ROM is incomplete.'),
  rom('EC6', 'UNDI driver image is invalid.', 'The ROM is incomplete.'),
  rom('EC8', '!PXE structure was not found in UNDI driver code segment.', 'The ROM is incomplete.'),
  rom('EC9', 'PXENV+ structure was not found in UNDI driver code segment.', 'The ROM is incomplete.'),
  rom('T00', '… (TFTP error 0 of the server)', "The text is the TFTP server's own.", [
    { finding: 'tftp-access-denied', tell: '"Permission denied" in the text' },
    { finding: 'loader-missing', tell: '"not found" in the text' },
  ]),
  rom('T01', 'File not found', 'The TFTP server does not have the file.', [
    { finding: 'loader-missing', tell: "the server's log names the file" },
    { finding: 'file-name-altered', tell: 'the name ends in .0 or in strange characters' },
  ]),
  rom('T02', 'Access violation', 'The TFTP server may not read the file.', [
    { finding: 'tftp-access-denied', tell: 'the server\'s log says "cannot access"' },
  ]),
  rom('T04', 'Illegal TFTP operation', 'The TFTP server does not understand the request.', [
    {
      text: 'another program than a TFTP server answers, or one without options',
      fix: ['use a TFTP server with RFC 2347: dnsmasq, tftpd-hpa, pxectl'],
    },
  ]),
  rom('M0F', 'Exiting PXE ROM.', 'The last line after every failure: the line above it tells the reason.', [
    { text: 'see the message above it on the screen', fix: ['pxectl doctor "THE LINE ABOVE"'] },
  ]),
];
