import { said, type KnowledgeEntry, type Printer } from './knowledge-entry.ts';

const CASPER = 'Ubuntu casper scripts and lp_live';
const CLOUD = 'cloud-init DataSourceNoCloud, subiquity';
const DNSMASQ = 'dnsmasq src/dhcp.c, src/tftp.c, src/dnsmasq.c';
const casper: Printer = 'casper (Ubuntu initrd)';
const cloud: Printer = 'cloud-init and the Ubuntu installer';

const KERNEL: readonly KnowledgeEntry[] = [
  said(
    'Linux kernel',
    'kernel-no-root',
    [
      'VFS: Unable to mount root fs on unknown-block(0,0)',
      'Kernel panic - not syncing: VFS: Unable to mount root fs',
    ],
    'The kernel has no initrd.',
    [
      { finding: 'initrd-argument-missing', tell: 'iPXE under UEFI' },
      { finding: 'loader-missing', tell: 'the initrd was not found' },
      { text: 'too little memory to unpack the initrd', fix: ['give the machine more memory'] },
    ],
    'Linux init/do_mounts.c',
  ),
];

const CASPER_TEXTS: readonly KnowledgeEntry[] = [
  said(
    casper,
    'casper-no-live',
    [
      'Unable to find a live file system on the network',
      '(initramfs) Unable to find a live file system on the network',
    ],
    'The ISO was not loaded or is not the one of this kernel.',
    [
      { finding: 'ram-too-small-for-iso', tell: '"No space left on device" or "short write" above it' },
      { finding: 'root-image-not-requested', tell: "the HTTP server's log shows no request for the ISO" },
      { finding: 'http-file-missing', tell: '"404" above it' },
      { finding: 'image-parts-mixed', tell: 'the ISO was loaded whole' },
      { finding: 'iso-url-ending', tell: 'url= does not end in .iso' },
    ],
    CASPER,
  ),
  said(
    casper,
    'casper-no-medium',
    ['Unable to find a medium containing a live file system'],
    'casper looked for a disk, not for the network, or the ISO is of another build.',
    [
      { finding: 'image-parts-mixed', tell: 'the ISO was replaced after kernel and initrd were taken out' },
      { finding: 'iso-url-ending', tell: 'url= does not end in .iso, so casper looks for a disk' },
      {
        text: 'the ISO was started with memdisk, which Linux cannot read',
        fix: ['boot kernel and initrd out of the ISO: pxectl fetch IMAGE'],
      },
    ],
    CASPER,
  ),
  said(
    casper,
    'casper-no-space',
    [
      'No space left on device',
      'wget: short write: No space left on device',
      'curl: (23) Failed writing body',
    ],
    'The ISO does not fit into memory.',
    [{ finding: 'ram-too-small-for-iso', tell: 'the HTTP transfer of the ISO broke off' }],
    CASPER,
  ),
  said(
    casper,
    'casper-bad-address',
    ["wget: bad address '…'", "wget: can't connect to remote host: Network is unreachable"],
    'The started system has no network, or the URL holds a name.',
    [
      { finding: 'root-image-not-requested', tell: 'nothing arrives at the HTTP server' },
      { finding: 'http-blocked', tell: '"Connection refused" or "timed out"' },
      { text: 'a host name in url=', fix: ['write the IP address'] },
    ],
    CASPER,
  ),
  said(
    casper,
    'casper-no-interfaces',
    [
      'No broadcast interfaces found',
      'ipconfig: no devices to configure',
      'ipconfig: eno1: SIOCGIFINDEX: No such device',
    ],
    'The initrd has no driver for the network card.',
    [{ finding: 'root-image-not-requested', tell: 'nothing arrives at the HTTP server' }],
    CASPER,
  ),
  said(
    casper,
    'casper-404',
    ['wget: server returned error: HTTP/1.1 404 Not Found'],
    'The ISO is not at the URL.',
    [{ finding: 'http-file-missing', tell: "the server's log shows 404" }],
    CASPER,
  ),
];

const CLOUD_TEXTS: readonly KnowledgeEntry[] = [
  said(
    cloud,
    'subiquity-confirm',
    ['Continue with autoinstall? (yes|no)'],
    'The seed was read, and the kernel argument autoinstall is missing.',
    [{ finding: 'autoinstall-flag-missing', tell: 'cat /proc/cmdline shows no autoinstall' }],
    CLOUD,
  ),
  said(
    cloud,
    'subiquity-interactive',
    [
      'Willkommen! Bienvenue! Welcome! Добро пожаловать! Welkom!',
      'Use UP, DOWN and ENTER keys to select your language.',
    ],
    'The installer asks for the language: it has no seed.',
    [
      { finding: 'seed-not-requested', tell: 'no request for user-data at the HTTP server' },
      { finding: 'seed-quoting', tell: 'cat /proc/cmdline shows ds=nocloud without an address, or quotes' },
      { finding: 'meta-data-missing', tell: 'user-data was sent, meta-data was not found' },
      { finding: 'seed-invalid', tell: 'user-data and meta-data were sent' },
    ],
    CLOUD,
  ),
  said(
    cloud,
    'cloud-init-non-multipart',
    ['Unhandled non-multipart (text/x-not-multipart) userdata'],
    'user-data does not begin with #cloud-config.',
    [{ finding: 'seed-invalid', tell: 'head -1 user-data' }],
    CLOUD,
  ),
  said(
    cloud,
    'cloud-init-url-retry',
    [
      "Calling 'http://…/meta-data' failed",
      "url_helper.py[WARNING]: Calling '…' failed",
      'Giving up on … after … seconds',
    ],
    'A part of the seed is not there.',
    [
      { finding: 'meta-data-missing', tell: 'the line names meta-data' },
      { finding: 'vendor-data-missing', tell: 'the line names vendor-data' },
      { finding: 'http-blocked', tell: 'the line names "timed out" or "refused"' },
    ],
    CLOUD,
  ),
  said(
    cloud,
    'cloud-init-oom',
    ['cloud-init: Out of memory', 'Out of memory: Killed process … (cloud-init)'],
    'cloud-init loads the ISO as its configuration.',
    [
      {
        finding: 'iso-fetched-twice',
        tell: "the HTTP server's log shows the ISO with user agent Cloud-Init",
      },
      { finding: 'ram-too-small-for-iso', tell: 'the ISO was asked for once' },
    ],
    CLOUD,
  ),
];

const DNSMASQ_TEXTS: readonly KnowledgeEntry[] = [
  said(
    'dnsmasq',
    'dnsmasq-bind',
    [
      'failed to bind DHCP server socket: Address already in use',
      'failed to create listening socket for port 69: Address already in use',
    ],
    'Another program holds the port.',
    [{ finding: 'port-in-use', tell: 'ss -ulnp shows it' }],
    DNSMASQ,
  ),
  said(
    'dnsmasq',
    'dnsmasq-port-53',
    ['failed to create listening socket for port 53: Address already in use'],
    'dnsmasq wants to be a DNS server too.',
    [{ finding: 'dns-port-enabled', tell: 'no port=0 in dnsmasq.conf' }],
    DNSMASQ,
  ),
  said(
    'dnsmasq',
    'dnsmasq-capability',
    [
      'process is missing required capability NET_ADMIN',
      'setting capabilities failed: Operation not permitted',
    ],
    'The container lacks a capability.',
    [{ finding: 'privilege-missing', tell: 'docker inspect shows no NET_ADMIN in CapAdd' }],
    DNSMASQ,
  ),
  said(
    'dnsmasq',
    'dnsmasq-no-range',
    ['no address range available for DHCP request via …'],
    "The network of dhcp-range is not the interface's.",
    [{ finding: 'proxy-range-mismatch', tell: 'ip -brief address shows another network' }],
    DNSMASQ,
  ),
  said(
    'dnsmasq',
    'dnsmasq-no-address',
    ['DHCP packet received on … which has no address'],
    'The interface has no address.',
    [{ finding: 'interface-down', tell: 'ip -brief address shows none' }],
    DNSMASQ,
  ),
  said(
    'dnsmasq',
    'dnsmasq-aborted',
    ['error 8 User aborted the transfer received from …', 'error 0 TFTP Aborted received from …'],
    'Firmware asks for the size of a file this way. A line "sent" follows.',
    [
      { finding: 'tftp-size-probe', tell: '"sent" for the same file follows' },
      { finding: 'tftp-blocked', tell: 'no "sent" follows' },
    ],
    DNSMASQ,
  ),
  said(
    'dnsmasq',
    'dnsmasq-not-found',
    ['file /… not found', 'file /… not found for …'],
    'TFTP was asked for a file that is not there.',
    [
      { finding: 'loader-missing', tell: 'it is the loader' },
      { finding: 'second-stage-missing', tell: 'it is grubx64.efi or ldlinux.c32' },
      {
        text: 'revocations*.efi, shim_certificate*.efi, *.lst and pxelinux.cfg/… are tried in order: not found is normal',
        fix: [],
      },
    ],
    DNSMASQ,
  ),
  said(
    'dnsmasq',
    'dnsmasq-denied',
    ['cannot access /…: Permission denied', 'cannot read /…: Permission denied'],
    'dnsmasq may not read the file.',
    [{ finding: 'tftp-access-denied', tell: 'ls -l and namei -l show the modes' }],
    DNSMASQ,
  ),
  said(
    'dnsmasq',
    'dnsmasq-failed-sending',
    ['failed sending /… to …', 'timeout sending /… to …'],
    'The client stopped acknowledging.',
    [
      { finding: 'tftp-blocked', tell: 'it happens each time' },
      { finding: 'boot-cancelled-by-key', tell: 'it happened once' },
    ],
    DNSMASQ,
  ),
  said(
    'dnsmasq',
    'dnsmasq-wrong-server-id',
    ['DHCPNAK(…) … wrong server-ID', 'DHCPNAK(…) … wrong address'],
    "The client took another server's offer.",
    [
      { finding: 'second-dhcp-server', tell: 'two servers lease addresses' },
      { finding: 'dhcp-range-not-proxy', tell: 'dhcp-range without proxy beside a router' },
    ],
    DNSMASQ,
  ),
];

export const SYSTEM_MESSAGES: readonly KnowledgeEntry[] = [
  ...KERNEL,
  ...CASPER_TEXTS,
  ...CLOUD_TEXTS,
  ...DNSMASQ_TEXTS,
];
