import { said, type KnowledgeEntry } from './knowledge-entry.ts';

const SYSLINUX = 'syslinux core/elflink and core/fs/pxe';
const SHIM = 'rhboot/shim netboot.c and shim.c';
const GRUB = 'rhboot/grub2 grub-core/net';
const IPXE = 'ipxe/ipxe src/net and src/usr';

/** What iPXE says besides codes. */
const IPXE_TEXTS: readonly KnowledgeEntry[] = [
  said(
    'iPXE',
    'ipxe-nothing-to-boot',
    ['Nothing to boot: No such file or directory', 'No more network devices'],
    'iPXE has an address and no boot file.',
    [
      { finding: 'offer-without-boot-file', tell: 'the answer to iPXE names no file' },
      { finding: 'wrong-server-address', tell: 'next-server in the answer to iPXE is 0.0.0.0' },
      { finding: 'no-boot-service-for-arch', tell: 'the boot server has nothing for iPXE' },
    ],
    IPXE,
  ),
  said(
    'iPXE',
    'ipxe-no-configuration',
    ['No configuration methods succeeded', 'Waiting for link-up on net0… Down'],
    'iPXE got no address.',
    [
      { finding: 'no-dhcp-server', tell: 'no server offers an address' },
      {
        text: 'the link is not up yet when iPXE asks: spanning tree, energy saving',
        fix: ['switch the port to "edge" (portfast)', 'use snponly.efi or undionly.kpxe'],
      },
    ],
    IPXE,
  ),
  said(
    'iPXE',
    'ipxe-pxebs',
    ['PXEBS (net0) … Connection timed out', 'ProxyDHCP … Connection timed out'],
    'The boot server did not answer on port 4011.',
    [
      { finding: 'port-4011-silent', tell: 'the request is on the wire, no answer' },
      { finding: 'dnsmasq-version-broken', tell: 'dnsmasq 2.92' },
      { finding: 'router-sends-boot-options', tell: 'a DHCP server that is no boot server sends option 60' },
    ],
    IPXE,
  ),
  said(
    'iPXE',
    'ipxe-initialising',
    ['iPXE initialising devices...'],
    "When nothing follows, iPXE's own driver hangs on this card.",
    [{ finding: 'loader-did-not-start', tell: 'no DHCP request of iPXE follows' }],
    IPXE,
  ),
  said(
    'iPXE',
    'ipxe-security-policy',
    ['Verification failed: Security Policy Violation'],
    'Printed once before the shim command and followed by a boot, it is harmless.',
    [{ finding: 'unsigned-loader-under-secure-boot', tell: 'the boot stops there' }],
    IPXE,
  ),
];

const PXELINUX_TEXTS: readonly KnowledgeEntry[] = [
  said(
    'pxelinux',
    'pxelinux-ldlinux',
    ['Failed to load ldlinux.c32', 'Failed to load libcom32.c32'],
    'pxelinux.0 runs and does not find its module beside it.',
    [
      { finding: 'second-stage-missing', tell: 'the server\'s log says "ldlinux.c32 not found"' },
      { finding: 'loader-version-mix', tell: 'the file is there and of another version' },
    ],
    SYSLINUX,
  ),
  said(
    'pxelinux',
    'pxelinux-not-com32r',
    ['is not a COM32R image', 'menu.c32: not a COM32R image'],
    'A module is of another version than pxelinux.0.',
    [{ finding: 'loader-version-mix', tell: 'the versions differ' }],
    SYSLINUX,
  ),
  said(
    'pxelinux',
    'pxelinux-no-config',
    ['Unable to locate configuration file', 'No DEFAULT or UI configuration directive found!'],
    'No file in pxelinux.cfg/ fits this machine.',
    [{ finding: 'loader-config-missing', tell: "the server's log lists the names that were asked for" }],
    SYSLINUX,
  ),
  said(
    'pxelinux',
    'pxelinux-kernel',
    ['Could not find kernel image: …', 'Loading … failed: No such file or directory'],
    'The kernel of the menu entry is not on the server.',
    [{ finding: 'loader-missing', tell: "the server's log names the file" }],
    SYSLINUX,
  ),
  said(
    'pxelinux',
    'pxelinux-invalid-kernel',
    ['Booting kernel failed: Invalid argument', 'Invalid or corrupt kernel image.'],
    'The kernel file is damaged or no kernel.',
    [{ finding: 'loader-damaged', tell: "its checksum differs from the image's" }],
    SYSLINUX,
  ),
];

const SHIM_TEXTS: readonly KnowledgeEntry[] = [
  said(
    'shim',
    'shim-unable-to-fetch',
    ['Unable to fetch TFTP image: …', 'start_image() returned TFTP Error', 'Failed to open \\grubx64.efi'],
    'shim did not get grubx64.efi.',
    [
      { finding: 'second-stage-missing', tell: 'the server\'s log says "grubx64.efi not found"' },
      { finding: 'second-stage-from-router', tell: "the server's log shows no request for grubx64.efi" },
      { finding: 'router-sends-boot-options', tell: "the router's lease has a boot file or next server" },
    ],
    SHIM,
  ),
  said(
    'shim',
    'shim-fetching',
    ['Fetching Netboot Image …'],
    'shim loads its second stage now. A strange name in this line is a bug of shim 15.8.',
    [{ finding: 'second-stage-missing', tell: 'an error follows' }],
    SHIM,
  ),
  said(
    'shim',
    'shim-verification',
    [
      'Verification failed: (0x1A) Security Violation',
      'ERROR Verification failed: (0x1A) Security Violation',
    ],
    'shim and GRUB (or the kernel) are of different vendors, or revoked.',
    [
      {
        text: 'shim, GRUB and kernel are not of one distribution, or too old (SBAT)',
        fix: ['take all three from the same release: pxectl fetch IMAGE'],
      },
    ],
    SHIM,
  ),
  said(
    'shim',
    'shim-sbat',
    [
      'SBAT self-check failed: Security Policy Violation',
      'Something has gone seriously wrong: SBAT self-check failed',
    ],
    "This shim is revoked by the firmware's list.",
    [{ text: 'shim is too old', fix: ['take shim from a current release'] }],
    SHIM,
  ),
];

const GRUB_TEXTS: readonly KnowledgeEntry[] = [
  said(
    'GRUB',
    'grub-prompt',
    ['grub>', 'Minimal BASH-like line editing is supported', 'grub rescue>'],
    'GRUB runs and found no grub.cfg.',
    [
      {
        finding: 'second-stage-from-router',
        tell: 'the server\'s log shows no request of GRUB; "set" at grub> shows the router as net_default_server',
      },
      { finding: 'loader-config-missing', tell: "the server's log lists the names that were asked for" },
    ],
    GRUB,
  ),
  said(
    'GRUB',
    'grub-time-out',
    [
      'error: time out opening …',
      'error: timeout: could not resolve hardware address',
      'error: timeout reading …',
    ],
    'GRUB asks a server that does not answer.',
    [
      { finding: 'second-stage-from-router', tell: '"set" at grub> shows the router as net_default_server' },
      { finding: 'tftp-blocked', tell: 'the request arrives at the right server' },
    ],
    GRUB,
  ),
  said(
    'GRUB',
    'grub-http-disk',
    ["disk `http,…' not found", 'error: disk `(http,'],
    'The signed GRUB has no HTTP inside and may not load it under Secure Boot.',
    [
      {
        text: 'a (http,…) path in grub.cfg with a GRUB that has only TFTP',
        fix: ['write (tftp) paths, as pxectl does for machines with secureBoot: true'],
      },
    ],
    GRUB,
  ),
  said(
    'GRUB',
    'grub-not-found',
    ["error: file `…' not found."],
    'A file that grub.cfg names is not on the server. Files ending in .lst and fonts are optional.',
    [{ finding: 'loader-missing', tell: "the server's log names the file" }],
    GRUB,
  ),
  said(
    'GRUB',
    'grub-shim-lock',
    ['error: shim_lock protocol not found', 'error: bad shim signature', 'error: … has invalid signature'],
    'Under Secure Boot GRUB runs only kernels that shim accepts.',
    [
      {
        text: 'the kernel is unsigned or signed by another vendor than shim',
        fix: ['take shim, GRUB and kernel from the same release: pxectl fetch IMAGE'],
      },
    ],
    GRUB,
  ),
];

export const LOADER_MESSAGES: readonly KnowledgeEntry[] = [
  ...IPXE_TEXTS,
  ...PXELINUX_TEXTS,
  ...SHIM_TEXTS,
  ...GRUB_TEXTS,
];
