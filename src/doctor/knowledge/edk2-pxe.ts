import type { KnowledgeEntry } from './knowledge-entry.ts';

const SOURCE = 'EDK2 NetworkPkg/UefiPxeBcDxe/PxeBcBoot.c';
const printedBy = 'UEFI firmware (PXE)';

/** What UEFI firmware prints when it boots by PXE. Vendors change spelling, spaces and case, not the code. */
export const EDK2_PXE: readonly KnowledgeEntry[] = [
  {
    id: 'edk2-nbp-downloaded',
    texts: ['NBP file downloaded successfully.', 'Succeed to download NBP file.'],
    printedBy,
    meaning:
      'The boot program came whole. When the machine returns to its boot menu after this line, the program was not started.',
    causes: [
      {
        finding: 'loader-arch-mismatch',
        tell: 'the file is no PE program for this CPU, for example pxelinux.0',
      },
      {
        finding: 'unsigned-loader-under-secure-boot',
        tell: 'the file is right, and Secure Boot is on in the set-up',
      },
    ],
    source: SOURCE,
  },
  {
    id: 'edk2-pxe-e05',
    code: 'PXE-E05',
    texts: [
      'PXE-E05: Buffer size is smaller than the requested file.',
      'PXE-E05: Download buffer is smaller than requested file.',
    ],
    printedBy,
    meaning:
      'The file grew between the question for its size and its transfer, or the server told a wrong size.',
    causes: [
      {
        text: 'the file was replaced while the machine read it, or the TFTP server answers a wrong tsize',
        fix: ['start the machine again; replace the TFTP server if it happens each time'],
      },
    ],
    source: SOURCE,
  },
  {
    id: 'edk2-pxe-e07',
    code: 'PXE-E07',
    texts: ['PXE-E07: Network device error.'],
    printedBy,
    meaning:
      'A DHCP server refused the address (NAK), the boot server list has no entry for the chosen item, or the card failed.',
    causes: [
      { finding: 'second-dhcp-server', tell: 'a NAK in the log or the capture' },
      { finding: 'local-boot-menu-item', tell: 'the answer from port 4011 holds a menu' },
      { text: 'network card or its driver failed', fix: ['update the firmware, or try another port'] },
    ],
    source: SOURCE,
  },
  {
    id: 'edk2-pxe-e09',
    code: 'PXE-E09',
    texts: ['PXE-E09: Could not allocate I/O buffers.'],
    printedBy,
    meaning:
      'The firmware has no memory left, or met a network that it cannot handle (an address ending in .0 in old versions).',
    causes: [
      {
        text: 'firmware bug or too little memory',
        fix: ['update the firmware; lease an address that does not end in .0'],
      },
    ],
    source: SOURCE,
  },
  {
    id: 'edk2-pxe-e12',
    code: 'PXE-E12',
    texts: ['PXE-E12: Could not detect network connection.'],
    printedBy,
    meaning: 'The network card sees no link.',
    causes: [
      {
        text: 'cable, switch port, or a switch that waits for spanning tree',
        fix: ['check cable and lights; switch the port to "edge" (portfast)'],
      },
    ],
    source: SOURCE,
  },
  {
    id: 'edk2-pxe-e16',
    code: 'PXE-E16',
    texts: ['PXE-E16: No valid offer received.', 'PXE-E16: No offer received.'],
    printedBy,
    meaning:
      'No offer was usable: none came, none names a boot file, or the boot server did not answer on port 4011.',
    causes: [
      {
        finding: 'no-discover-seen',
        tell: "the server's log or a capture there shows no packet of this machine",
      },
      { finding: 'port-4011-silent', tell: 'the machine asks port 4011 and gets no answer' },
      { finding: 'proxy-without-pxe-service', tell: 'dnsmasq runs as proxy and stays silent' },
      { finding: 'offer-without-boot-file', tell: 'the answer from port 4011 names no file' },
      { finding: 'router-sends-boot-options', tell: 'the router\'s offer carries option 60 "PXEClient"' },
      { finding: 'no-dhcp-server', tell: 'no offer has an address in it' },
      {
        finding: 'proxy-offer-ignored',
        tell: 'both offers are on the wire, and the machine asks again and again',
      },
    ],
    source: SOURCE,
  },
  {
    id: 'edk2-pxe-e18',
    code: 'PXE-E18',
    texts: ['PXE-E18: Server response timeout.'],
    printedBy,
    meaning: 'Nobody answered: no DHCP offer, no acknowledgement, or no TFTP answer.',
    causes: [
      {
        finding: 'tftp-blocked',
        tell: '"Station IP address is" was printed before: DHCP is well, TFTP is not',
      },
      { finding: 'wrong-server-address', tell: 'TFTP requests go to an address that is not the boot server' },
      {
        finding: 'no-discover-seen',
        tell: 'no "Station IP address is", and nothing of the machine at the server',
      },
      { finding: 'no-dhcp-server', tell: 'no "Station IP address is", and no server offers an address' },
      { finding: 'firewall-blocks', tell: "the host's firewall has rules for UDP 67, 69 or 4011" },
      { finding: 'container-not-on-host-network', tell: 'the boot server runs in a container' },
    ],
    source: SOURCE,
  },
  {
    id: 'edk2-pxe-e21',
    code: 'PXE-E21',
    texts: [
      'PXE-E21: Remote boot cancelled.',
      'PXE-E21 : Remote boot canceled',
      'PXE-E21: Remote host cancelled',
    ],
    printedBy,
    meaning:
      "The firmware ended the network boot by itself: the boot server's answer told it to boot from the local disk, or a key was pressed.",
    causes: [
      {
        finding: 'no-boot-service-for-arch',
        tell: 'right after "Station IP address is", no TFTP request; option 43 of the answer from port 4011 begins 06:01:08',
      },
      {
        finding: 'local-boot-menu-item',
        tell: 'after the time of a menu; the answer from port 4011 holds a menu (option 43 with 09)',
      },
      {
        finding: 'loader-arch-mismatch',
        tell: 'the boot file is a BIOS program (pxelinux.0, undionly.kpxe)',
      },
      { finding: 'second-pxe-server', tell: 'more than one server answers, now and then it works' },
      {
        finding: 'boot-cancelled-by-key',
        tell: 'ESC was pressed, or TFTP ends with error 4 or 8 in mid-transfer',
      },
      { finding: 'second-dhcp-server', tell: 'a NAK or DECLINE in the log' },
    ],
    source: `${SOURCE}, PxeBcDiscoverBootFile: boot item type 0 ends with EFI_ABORTED`,
  },
  {
    id: 'edk2-pxe-e22',
    code: 'PXE-E22',
    texts: ['PXE-E22: Client received ICMP error from server.'],
    printedBy,
    meaning: "The server's host answers that nothing listens on the port.",
    causes: [
      { finding: 'tftp-not-served', tell: 'dnsmasq without enable-tftp' },
      { finding: 'firewall-blocks', tell: 'the firewall rejects (and does not only drop)' },
      { finding: 'wrong-server-address', tell: 'next-server is another host' },
    ],
    source: SOURCE,
  },
  {
    id: 'edk2-pxe-e23',
    code: 'PXE-E23',
    texts: ['PXE-E23: Client received TFTP error from server.'],
    printedBy,
    meaning: 'The TFTP server refused the file: not found, or not readable.',
    causes: [
      { finding: 'loader-missing', tell: 'the server\'s log says "not found", TFTP error 1' },
      { finding: 'tftp-access-denied', tell: 'the server\'s log says "cannot access", TFTP error 2' },
      { finding: 'file-name-altered', tell: 'the name in the log ends in .0 or in strange characters' },
      { finding: 'wrong-server-address', tell: "nothing in the boot server's log: the router was asked" },
    ],
    source: SOURCE,
  },
  {
    id: 'edk2-pxe-e53',
    code: 'PXE-E53',
    texts: ['PXE-E53: No boot filename received.'],
    printedBy,
    meaning:
      'The offer that was chosen names no boot file, or the TFTP server does not tell the size of the file.',
    causes: [
      { finding: 'proxy-without-pxe-service', tell: 'dnsmasq as proxy without a pxe-service line' },
      { finding: 'offer-without-boot-file', tell: 'the boot server answers, its boot file is empty' },
      { finding: 'no-boot-service-for-arch', tell: 'other firmware boots well from the same server' },
      {
        text: 'the TFTP server does not answer the option tsize',
        fix: ['use a TFTP server with RFC 2349: dnsmasq, tftpd-hpa, pxectl'],
      },
    ],
    source: SOURCE,
  },
  {
    id: 'edk2-pxe-e99',
    code: 'PXE-E99',
    texts: ['PXE-E99: Unexpected network error.'],
    printedBy,
    meaning:
      'Something that the firmware has no words for: no boot file in the cached answer, next-server 0.0.0.0, a TFTP server that ignores options, ICMP errors.',
    causes: [
      { finding: 'wrong-server-address', tell: 'next-server is empty' },
      { finding: 'offer-without-boot-file', tell: 'the boot file is empty' },
      { finding: 'tftp-blocked', tell: '"NBP filesize is 0 Bytes" before it' },
    ],
    source: SOURCE,
  },
  {
    id: 'edk2-nbp-filesize-0',
    texts: ['NBP filesize is 0 Bytes'],
    printedBy,
    meaning: 'The question for the size of the boot file was not answered; an error follows.',
    causes: [
      { finding: 'tftp-blocked', tell: 'PXE-E18 or PXE-E99 follows' },
      { finding: 'loader-missing', tell: 'PXE-E23 follows' },
    ],
    source: SOURCE,
  },
  {
    id: 'edk2-start-pxe',
    texts: ['>>Start PXE over IPv4', 'Start PXE over IPv4, Press ESC…'],
    printedBy,
    meaning:
      'The firmware asks for an address now. When nothing follows for a minute, no usable offer comes.',
    causes: [
      { finding: 'no-discover-seen', tell: 'nothing of the machine arrives at the server' },
      { finding: 'no-boot-service-for-arch', tell: 'the server answers other machines' },
      { finding: 'proxy-offer-ignored', tell: 'offers are on the wire' },
    ],
    source: SOURCE,
  },
  {
    id: 'uefi-secure-boot-violation',
    texts: [
      'Secure Boot Violation',
      'Invalid signature detected. Check Secure Boot Policy in Setup',
      'Selected boot image did not authenticate',
      "The image's hash and certificate are not allowed",
    ],
    printedBy: 'UEFI firmware (Secure Boot)',
    meaning: 'The program is not signed by anyone this firmware trusts.',
    causes: [
      {
        finding: 'unsigned-loader-under-secure-boot',
        tell: 'the loader has no signature, or one of another key',
      },
    ],
    source: 'vendor firmware set-up screens',
  },
];
