import type { LabFirmware } from '../../src/lab/lab-firmware.ts';
import type { VirtualLan } from '../../src/lab/virtual-lan.ts';

/** One boot against a hand-made dnsmasq, kept as a fixture. */
export interface BootScenario {
  readonly name: string;
  /** what is wrong, or `healthy` */
  readonly title: string;
  readonly firmware: LabFirmware;
  readonly config: string;
  /** files of the TFTP and web root: name → file of an installed package, or text that begins with `text:` */
  readonly files: Readonly<Record<string, string>>;
  readonly router?: false | { readonly extraArguments: readonly string[] };
  /** changes the LAN before the machine is switched on */
  readonly arrange?: (lan: VirtualLan) => Promise<void>;
  /** what the serial port must say for the reproduction to count */
  readonly until: RegExp;
  /** how often it must say it; default 1 */
  readonly times?: number;
  /** how long to go on after that */
  readonly afterMs?: number;
  readonly timeoutMs?: number;
  /** finding that doctor is to give first; none for a healthy boot */
  readonly finding?: string;
}

const SERVER = '192.168.1.50';
const HTTP = `http://${SERVER}:8080`;
const KERNEL = '/usr/lib/debian-installer/images/12/amd64/text/debian-installer/amd64/linux';
const INITRD = '/usr/lib/debian-installer/images/12/amd64/text/debian-installer/amd64/initrd.gz';
const IPXE = { 'snponly.efi': '/usr/lib/ipxe/snponly.efi' };
const PXELINUX = {
  'pxelinux.0': '/usr/lib/PXELINUX/pxelinux.0',
  'ldlinux.c32': '/usr/lib/syslinux/modules/bios/ldlinux.c32',
  'pxelinux.cfg/default':
    'text:SERIAL 0 115200\nDEFAULT install\nLABEL install\n  KERNEL linux\n  INITRD initrd.gz\n  APPEND console=ttyS0,115200 no_timer_check\n',
  linux: KERNEL,
  'initrd.gz': INITRD,
};
const SHIM_GRUB = {
  'shimx64.efi': '/usr/lib/shim/shimx64.efi.signed',
  'grubx64.efi': '/usr/lib/grub/x86_64-efi-signed/grubnetx64.efi.signed',
  'grub/grub.cfg':
    'text:serial --speed=115200\nterminal_input serial console\nterminal_output serial console\nset timeout=1\nmenuentry install {\n  linux linux console=ttyS0,115200 no_timer_check\n  initrd initrd.gz\n}\n',
  linux: KERNEL,
  'initrd.gz': INITRD,
};
const BOOT_IPXE = {
  'boot.ipxe': `text:#!ipxe\nkernel ${HTTP}/linux initrd=initrd.gz console=ttyS0,115200 no_timer_check\ninitrd ${HTTP}/initrd.gz\nboot\n`,
  linux: KERNEL,
  'initrd.gz': INITRD,
};

const proxy = (lines: readonly string[]): string =>
  [
    'port=0',
    'interface=br0',
    'bind-interfaces',
    'log-dhcp',
    'dhcp-range=192.168.1.0,proxy,255.255.255.0',
    'enable-tftp',
    'tftp-root=/srv/tftp',
    ...lines,
    '',
  ].join('\n');

/** UEFI runs iPXE, iPXE a script over HTTP, for whatever client asks. */
const GOOD_LINES = [
  'dhcp-match=set:ipxe,175',
  `dhcp-boot=tag:ipxe,${HTTP}/boot.ipxe,,${SERVER}`,
  'pxe-service=tag:!ipxe,X86-64_EFI,"Network boot",snponly.efi',
  'pxe-service=tag:!ipxe,BC_EFI,"Network boot",snponly.efi',
];

const healthy: readonly BootScenario[] = [
  {
    name: 'bios-pxelinux',
    title: 'BIOS, pxelinux.0 over TFTP, kernel and initrd over TFTP',
    firmware: 'bios',
    config: proxy([`dhcp-boot=pxelinux.0,,${SERVER}`, 'pxe-prompt="Network boot",0']),
    files: PXELINUX,
    until: /Linux version/,
  },
  {
    name: 'bios-ipxe',
    title: 'BIOS whose ROM is iPXE, script, kernel and initrd over HTTP',
    firmware: 'bios',
    config: proxy([...GOOD_LINES, 'dhcp-boot=tag:!ipxe,undionly.kpxe']),
    files: BOOT_IPXE,
    until: /Linux version/,
  },
  {
    name: 'uefi-ipxe',
    title: 'UEFI x64, iPXE over TFTP, script, kernel and initrd over HTTP',
    firmware: 'uefi',
    config: proxy(GOOD_LINES),
    files: { ...IPXE, ...BOOT_IPXE },
    until: /EFI stub|Linux version/,
  },
  {
    name: 'uefi-http',
    title: 'UEFI x64 HTTP Boot, iPXE, script, kernel and initrd over HTTP',
    firmware: 'uefi-http',
    config: proxy([
      'dhcp-pxe-vendor=PXEClient,HTTPClient',
      'dhcp-vendorclass=set:httpclient,HTTPClient',
      'dhcp-match=set:http64,option:client-arch,16',
      `dhcp-boot=tag:httpclient,tag:http64,${HTTP}/snponly.efi,,${SERVER}`,
      ...GOOD_LINES,
    ]),
    files: { ...IPXE, ...BOOT_IPXE },
    until: /EFI stub|Linux version/,
  },
  {
    name: 'uefi-secure',
    title: 'UEFI x64 with Secure Boot, leases for PXE clients only, shim and GRUB over TFTP',
    firmware: 'uefi-secure',
    config: proxy([
      'dhcp-vendorclass=set:pxe,PXEClient',
      'dhcp-ignore=tag:!pxe',
      `dhcp-boot=shimx64.efi,,${SERVER}`,
    ]).replace(
      'dhcp-range=192.168.1.0,proxy,255.255.255.0',
      'dhcp-range=tag:pxe,192.168.1.200,192.168.1.220,255.255.255.0,10m',
    ),
    files: SHIM_GRUB,
    until: /EFI stub: UEFI Secure Boot is enabled/,
    timeoutMs: 300_000,
  },
];

const failing: readonly BootScenario[] = [
  {
    name: 'e21-bios-only-pxe-service',
    title: 'dnsmasq has a pxe-service for BIOS only, and a UEFI machine boots',
    firmware: 'uefi',
    config: proxy(['pxe-service=x86PC,"PXE",pxelinux']),
    files: PXELINUX,
    until: /PXE-E21/,
    finding: 'no-boot-service-for-arch',
  },
  {
    name: 'users-own-conf',
    title: 'the set-up behind the very first failure: pxelinux.0 for everyone, and a UEFI machine boots',
    firmware: 'uefi',
    config: proxy(['dhcp-boot=pxelinux.0', 'pxe-service=x86PC,"PXE",pxelinux']),
    files: PXELINUX,
    until: /NBP file downloaded successfully|PXE-E21/,
    afterMs: 3000,
    finding: 'no-boot-service-for-arch',
  },
  {
    name: 'loader-missing',
    title: 'the loader is not in the TFTP root',
    firmware: 'uefi',
    config: proxy(['pxe-service=X86-64_EFI,"Network boot",bootx64.efi']),
    files: IPXE,
    until: /PXE-E23/,
    finding: 'loader-missing',
  },
  {
    name: 'http-boot-unanswered',
    title: 'UEFI HTTP Boot, and the server answers PXE clients only',
    firmware: 'uefi-http',
    config: proxy(GOOD_LINES),
    files: { ...IPXE, ...BOOT_IPXE },
    until: /Error: .*(?:timeout|NBP|cancell?ed)/i,
    timeoutMs: 180_000,
    finding: 'http-client-unanswered',
  },
  {
    name: 'no-dhcp-server',
    title: 'proxyDHCP works, but no router gives addresses',
    firmware: 'uefi',
    config: proxy(GOOD_LINES),
    files: { ...IPXE, ...BOOT_IPXE },
    router: false,
    until: /PXE-E1[68]/,
    timeoutMs: 180_000,
    finding: 'no-dhcp-server',
  },
  {
    name: 'port-4011-blocked',
    title: 'a firewall on the boot server drops UDP port 4011',
    firmware: 'uefi',
    config: proxy(GOOD_LINES),
    files: { ...IPXE, ...BOOT_IPXE },
    arrange: (lan) => lan.addFirewallRule('lan', 'input', 'udp dport 4011 drop'),
    until: /PXE-E1[68]/,
    timeoutMs: 180_000,
    finding: 'port-4011-silent',
  },
  {
    name: 'wrong-next-server',
    title: 'the answer names a TFTP server that does not exist',
    firmware: 'uefi',
    config: proxy(['pxe-service=X86-64_EFI,"Network boot",snponly.efi,192.168.1.99']),
    files: IPXE,
    until: /PXE-E\d\d/,
    timeoutMs: 180_000,
    finding: 'wrong-server-address',
  },
  {
    name: 'tftp-blocked-after-oack',
    title: 'a firewall lets requests to port 69 in, and drops what comes to the port that TFTP goes on with',
    firmware: 'uefi',
    config: proxy(GOOD_LINES),
    files: { ...IPXE, ...BOOT_IPXE },
    arrange: (lan) => lan.addFirewallRule('lan', 'input', 'udp dport 32768-60999 drop'),
    until: /PXE-E\d\d/,
    timeoutMs: 180_000,
    finding: 'tftp-blocked',
  },
  {
    name: 'ipxe-script-missing',
    title: 'iPXE asks for its script, and the web server has none (404)',
    firmware: 'uefi',
    config: proxy(GOOD_LINES),
    files: IPXE,
    until: /ipxe\.org\/[0-9a-f]{8}/,
    timeoutMs: 150_000,
    finding: 'http-file-missing',
  },
  {
    name: 'ipxe-loop',
    title: 'iPXE is given itself again, since no line tells it from the firmware',
    firmware: 'uefi',
    config: proxy(['pxe-service=X86-64_EFI,"Network boot",snponly.efi']),
    files: IPXE,
    until: /iPXE initialising devices/,
    times: 3,
    timeoutMs: 180_000,
    finding: 'ipxe-loop',
  },
  {
    name: 'unsigned-loader-under-secure-boot',
    title: 'Secure Boot is on, and the loader carries no signature',
    firmware: 'uefi-secure',
    config: proxy(GOOD_LINES),
    files: { ...IPXE, ...BOOT_IPXE },
    until: /Access Denied|Security Violation/i,
    afterMs: 3000,
    timeoutMs: 180_000,
    finding: 'unsigned-loader-under-secure-boot',
  },
  {
    name: 'grub-asks-router',
    title: "GRUB after shim sends its requests to the router, whose ACK it takes for the server's",
    firmware: 'uefi-secure',
    config: proxy(['pxe-service=X86-64_EFI,"Network boot",shimx64.efi']),
    files: SHIM_GRUB,
    // GRUB waits for minutes for each file before it ends at its prompt; the wire shows it at once
    until: /Welcome to GRUB/,
    afterMs: 45_000,
    timeoutMs: 120_000,
    finding: 'second-stage-from-router',
  },
  {
    name: 'second-pxe-server',
    title: 'another PXE server on the LAN answers too, first come, first served',
    firmware: 'uefi',
    config: proxy(GOOD_LINES),
    files: { ...IPXE, ...BOOT_IPXE },
    arrange: async (lan) => {
      await lan.addHost('rogue', '192.168.1.70');
      await lan.startIn('rogue', 'dnsmasq', [
        ...[
          '--keep-in-foreground',
          '--conf-file=/dev/null',
          '--port=0',
          '--interface=eth0',
          '--bind-interfaces',
        ],
        ...['--dhcp-range=192.168.1.0,proxy,255.255.255.0', '--pxe-service=X86-64_EFI,Other,other.efi'],
        ...[
          `--pid-file=${lan.folder}/rogue.pid`,
          `--dhcp-leasefile=${lan.folder}/rogue.leases`,
          '--user=root',
        ],
      ]);
    },
    until: /PXE-E\d\d|EFI stub|iPXE initialising/,
    timeoutMs: 180_000,
    finding: 'second-pxe-server',
  },
  {
    name: 'router-claims-pxe',
    title: 'the router itself sends option 60 PXEClient, and serves no boot',
    firmware: 'uefi',
    config: proxy(GOOD_LINES),
    files: { ...IPXE, ...BOOT_IPXE },
    router: { extraArguments: ['--dhcp-option-force=60,PXEClient'] },
    until: /PXE-E\d\d/,
    timeoutMs: 180_000,
    finding: 'second-pxe-server',
  },
  {
    name: 'pxelinux-without-ldlinux',
    title: 'pxelinux.0 is there, but its module ldlinux.c32 is not',
    firmware: 'bios',
    config: proxy([`dhcp-boot=pxelinux.0,,${SERVER}`, 'pxe-prompt="Network boot",0']),
    files: { 'pxelinux.0': PXELINUX['pxelinux.0'] },
    until: /Failed to load ldlinux\.c32/i,
    finding: 'second-stage-missing',
  },
];

/** Boots that work, one for each firmware. */
export const HEALTHY_SCENARIOS = healthy;
/** Boots that fail, each for one reason. */
export const FAILING_SCENARIOS = failing;
