import type { FindingDescription } from './finding-description.ts';

/** From the first DISCOVER to the answer from port 4011. */
export const NETWORK_FINDINGS: Readonly<Record<string, FindingDescription>> = {
  'no-boot-service-for-arch': {
    severity: 'error',
    title: 'the boot server has nothing for this kind of firmware',
    cause:
      'The client asked for a boot program for its architecture and the server has no entry for it. The answer from port 4011 then ' +
      'carries a menu without items instead of a program, which UEFI firmware reads as "boot from the local disk" and cancels.',
    fix: [
      'give each UEFI architecture exactly one pxe-service line with an EFI program (7 and 9 are both 64-bit x86):',
      'pxe-service=X86-64_EFI,"Network boot",ipxe.efi',
      'pxe-service=BC_EFI,"Network boot",ipxe.efi',
      'or let pxectl answer: pxectl up ubuntu-20.04.3',
    ],
    codes: ['PXE-E21', 'PXE-E16', 'PXE-E53', 'PXE-E99'],
  },
  'loader-arch-mismatch': {
    severity: 'error',
    title: 'the boot program is not for this kind of firmware',
    cause:
      'Firmware runs only programs made for it: BIOS wants pxelinux.0 or undionly.kpxe, UEFI wants a PE program (.efi) of its own CPU. ' +
      'A wrong one is downloaded whole and then dropped in silence, or never asked for.',
    fix: [
      'serve each architecture its own program: BIOS (0) pxelinux.0, x64 UEFI (7 and 9) an x64 .efi, arm64 UEFI (11) an arm64 .efi',
      'or let pxectl choose it: pxectl up',
    ],
    codes: ['PXE-E21', 'PXE-E79', 'NBP file downloaded successfully', '2e008081'],
  },
  'local-boot-menu-item': {
    severity: 'error',
    title: 'the first item of the PXE menu is "boot from the local disk"',
    cause:
      'The answer holds a boot menu whose chosen item has type 0. The firmware takes it at once or after its timeout, and ends the network boot.',
    fix: [
      'take the pxe-service line without a file name out of dnsmasq.conf, or put it last and raise the timeout of pxe-prompt',
      'offer "local disk" in the menu of the loader (iPXE, pxelinux) and not in the PXE menu',
    ],
    codes: ['PXE-E21'],
  },
  'menu-without-default': {
    severity: 'warning',
    title: 'the PXE menu waits for a key',
    cause:
      'Several pxe-service lines match one architecture, so dnsmasq sends a menu with the timeout 255: many UEFI machines wait for ever or cannot show it.',
    fix: ['keep exactly one pxe-service line per architecture, and no pxe-prompt'],
    codes: [],
  },
  'proxy-offer-ignored': {
    severity: 'error',
    title: 'the client saw the boot offer and did not take it',
    cause:
      "Some firmware does not merge two offers, the router's with the address and ours with the boot file: it asks again and again, or takes the router's offer alone.",
    fix: [
      "answer PXE clients with a lease and boot information in one offer: mode: pxe-only in pxectl.yaml, with range: FIRST-LAST outside the router's own range",
      'or enter next-server and boot file (options 66 and 67) in the router and switch the proxy off',
      'or start the machine from a USB stick with iPXE',
    ],
    codes: ['PXE-E16', 'PXE-E18', 'PXE-E53'],
  },
  'no-discover-seen': {
    severity: 'error',
    title: 'no network boot request arrived',
    cause:
      'Not one DHCP packet of a PXE client was seen here. The client is on another network or VLAN, its link is down, network boot is off in its ' +
      'set-up, or the server listens on the wrong interface or inside a container network that broadcasts do not reach.',
    fix: [
      "check that the server's interface is on the client's network: pxectl doctor",
      'in the machine\'s set-up switch on "Network stack" or "PXE boot" and put it first in the boot order',
      'on a managed switch, switch spanning tree to "edge" (portfast) on the client\'s port',
      "a container must use the host's network (network_mode: host)",
    ],
    codes: ['PXE-E16', 'PXE-E18', 'PXE-E51', 'PXE-E61', 'PXE-E12'],
  },
  'no-dhcp-server': {
    severity: 'error',
    title: 'no DHCP server gives an address',
    cause:
      "A proxyDHCP server adds boot information to another server's lease. Nobody offered an address, so the client never gets far enough to use it.",
    fix: [
      'switch on the DHCP server of the router, or free addresses in its range',
      'on a network without a router use mode: full with a range in pxectl.yaml',
    ],
    codes: ['PXE-E16', 'PXE-E18', 'PXE-E51', 'PXE-E52', '040ee1'],
  },
  'second-pxe-server': {
    severity: 'error',
    title: 'two servers answer network boot requests',
    cause: 'Which one the client takes differs from firmware to firmware, and may change from boot to boot.',
    fix: ['switch one of them off: the other PXE, WDS, FOG or Pi-hole server, or its options 60, 66 and 67'],
    codes: ['PXE-E16', 'PXE-E21', 'PXE-E23', 'PXE-E55'],
  },
  'router-sends-boot-options': {
    severity: 'warning',
    title: "the router's own DHCP answer carries boot options",
    cause:
      "The router's lease names a next server, a boot file or the class PXEClient. UEFI prefers such an offer over a proxy offer, and GRUB and shim " +
      'ask the server that it names for their second stage.',
    fix: [
      'clear "next server", "boot file", TFTP server (66), boot file (67) and vendor class (60) in the router\'s DHCP settings',
      'or set them to the boot server, so that both say the same',
    ],
    codes: ['PXE-E16', 'PXE-E11', 'PXE-E23'],
  },
  'second-dhcp-server': {
    severity: 'error',
    title: 'two DHCP servers lease addresses on this network',
    cause:
      'One of them refuses (NAK) what the other has offered, and the firmware gives up. Which one wins is chance.',
    fix: ['keep one DHCP server per network; a boot server beside it runs as proxy (mode: proxy)'],
    codes: ['PXE-E07', 'PXE-E21'],
  },
  'range-overlaps-router': {
    severity: 'error',
    title: 'the router leases addresses of our own range',
    cause:
      'Both servers give the same address to different machines, and one of the two loses its connection.',
    fix: [
      'take other addresses for network.range in pxectl.yaml, or shorten the range of the router',
      'a network with a router needs no leases of pxectl: mode: proxy',
    ],
    codes: ['PXE-E07'],
  },
  'range-in-use': {
    severity: 'warning',
    title: 'addresses of our range are in use already',
    cause:
      'Machines that pxectl gave no lease answer at addresses of network.range: somebody set them by hand, or another server leases them.',
    fix: ['take addresses for network.range in pxectl.yaml that nobody uses'],
    codes: [],
  },
  'port-4011-silent': {
    severity: 'error',
    title: 'nobody answers on UDP port 4011',
    cause:
      'A UEFI client asks the boot server a second time, on port 4011. The request was not answered: a firewall drops it, the port is not ' +
      'bound, or the answer goes elsewhere.',
    fix: [
      'open it: sudo ufw allow 4011/udp    (firewalld: sudo firewall-cmd --permanent --add-port=4011/udp && sudo firewall-cmd --reload)',
      'see who listens: sudo ss -ulnp sport = :4011',
      'take option 60 "PXEClient" out of a DHCP server that is no boot server itself',
    ],
    codes: ['PXE-E16', 'PXE-E55', 'PXE-E18', 'PXE-E78'],
  },
  'no-boot-server': {
    severity: 'error',
    title: 'no boot server answers',
    cause:
      'The client gets an address and nobody tells it what to boot: the boot server does not run, does not answer this kind of client, or is not reached.',
    fix: [
      'sudo pxectl up',
      'dnsmasq as proxy needs at least one pxe-service line to answer at all',
      'check the firewall of the boot server: sudo ufw allow 67/udp',
    ],
    codes: ['PXE-E16', 'PXE-E53', '2d03e1'],
  },
  'client-ignored': {
    severity: 'error',
    title: 'dnsmasq is told to ignore this client',
    cause: 'A dhcp-ignore or dhcp-host line in its configuration fits the client.',
    fix: ['look for dhcp-ignore and dhcp-host=…,ignore in dnsmasq.conf'],
    codes: ['PXE-E16', 'PXE-E18', 'PXE-E51'],
  },
  'offer-without-boot-file': {
    severity: 'error',
    title: 'the boot server answers without naming a boot file',
    cause: 'The answer has an empty boot file and no menu, so the client has nothing to ask TFTP for.',
    fix: [
      'give the architecture a boot file: one pxe-service line for UEFI, one dhcp-boot line with an address for BIOS and iPXE',
    ],
    codes: ['PXE-E53', 'PXE-E16', 'PXE-E99', '2d03e1'],
  },
  'http-client-unanswered': {
    severity: 'error',
    title: 'a UEFI HTTP Boot client gets no usable answer',
    cause:
      'The client introduces itself as HTTPClient and needs a URL with an IP address and the class HTTPClient in the answer. dnsmasq answers only ' +
      'PXEClient unless it is told otherwise.',
    fix: [
      'dhcp-pxe-vendor=PXEClient,HTTPClient',
      'dhcp-vendorclass=set:httpclient,HTTPClient',
      'dhcp-match=set:http64,option:client-arch,16',
      'dhcp-boot=tag:httpclient,tag:http64,http://ADDRESS:8080/loaders/ipxe/snponly-x64.efi,,ADDRESS',
      'or choose the entry "PXE IPv4" instead of "HTTP IPv4" in the machine\'s boot menu',
    ],
    codes: ['Could not retrieve NBP file size from HTTP server', 'Server response timeout'],
  },
  'wrong-server-address': {
    severity: 'error',
    title: 'the answer sends the client to the wrong server',
    cause:
      "The next-server address in the answer is empty, or is not an address at which the boot server can be reached from the client's network " +
      '(a container bridge, a VPN, a second card).',
    fix: [
      'write the address: dhcp-boot=FILE,,ADDRESS and pxe-service=ARCH,"TEXT",FILE,ADDRESS',
      'in pxectl.yaml: network: { interface: …, address: … }',
    ],
    codes: ['PXE-E18', 'PXE-E32', 'PXE-E11', 'PXE-E99', '2d03e1', '4c1260'],
  },
  'client-architecture-unknown': {
    severity: 'warning',
    title: 'a client of an unknown architecture asks for a boot program',
    cause:
      'There is no loader for this processor and firmware; an answer without a program would only make it fail later.',
    fix: ['see which architecture it is in the evidence; a loader for it must be named in the configuration'],
    codes: [],
  },
  'boot-cancelled-by-key': {
    severity: 'warning',
    title: 'the network boot was cancelled at the machine',
    cause: 'ESC or Ctrl-C was pressed, or a stuck key or a KVM switch sent it.',
    fix: ['start the machine again without touching the keyboard; try without a KVM switch'],
    codes: ['PXE-E21', 'PXE-EA0'],
  },
};
