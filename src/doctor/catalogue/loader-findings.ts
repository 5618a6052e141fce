import type { FindingDescription } from './finding-description.ts';

/** From the first TFTP request to the kernel. */
export const LOADER_FINDINGS: Readonly<Record<string, FindingDescription>> = {
  'loader-missing': {
    severity: 'error',
    title: 'the boot program is not there',
    cause:
      'The client asked TFTP for a file that the server does not have under this name: wrong folder, other case, or never copied.',
    fix: [
      'put the file below the TFTP root under exactly the name that is asked for, readable for all',
      'with pxectl: pxectl fetch ubuntu-20.04.3 && pxectl up',
    ],
    codes: ['PXE-E23', 'PXE-T01', 'PXE-E3B', '2d1261'],
  },
  'tftp-access-denied': {
    severity: 'error',
    title: 'the TFTP server may not read the file',
    cause:
      'The file is there but its mode, its owner (tftp-secure), a folder above it or SELinux forbids reading it.',
    fix: [
      'chmod a+r FILE && chmod a+rx its folders',
      'with SELinux: sudo restorecon -R FOLDER, in a container mount the volume with :Z',
    ],
    codes: ['PXE-E23', 'PXE-T02', 'PXE-E3C', '021260'],
  },
  'tftp-blocked': {
    severity: 'error',
    title: 'TFTP data does not get through',
    cause:
      'The request for the file is not answered, or the answer is not acknowledged. TFTP answers from a new port: a firewall or the network of a ' +
      'container drops it, or packets larger than the path allows are lost.',
    fix: [
      'sudo ufw allow 69/udp, and a fixed range for the data: tftp-port-range=49152,49200 in dnsmasq.conf and sudo ufw allow 49152:49200/udp',
      'or answer from port 69 alone: tftp-single-port',
      'run a container with network_mode: host',
      'over a VPN or overlay lower the block size: tftp-mtu=1400',
    ],
    codes: ['PXE-E18', 'PXE-E32', 'PXE-E35', 'PXE-E99', '4c1260'],
  },
  'tftp-size-probe': {
    severity: 'info',
    title: 'a TFTP transfer was aborted to learn the size: normal',
    cause:
      'UEFI firmware asks for a file, reads its size from the answer, aborts with error 8 and asks again to read it.',
    fix: [],
    codes: ['User aborted the transfer'],
  },
  'file-name-altered': {
    severity: 'error',
    title: 'the client asks for a file name with something appended',
    cause:
      'The ROM keeps the 0xFF end mark after option 67, or the server appended ".0" to a pxe-service name without a dot.',
    fix: [
      'send the name in the header field: dhcp-no-override in dnsmasq.conf',
      'write names in pxe-service with their ending (undionly.kpxe, not undionly)',
    ],
    codes: ['PXE-E23', 'PXE-T01'],
  },
  'grub-needs-lease': {
    severity: 'error',
    title: 'shim and GRUB in mode proxy end at the prompt of GRUB, so this machine gets no answer',
    cause:
      'GRUB takes the server of its files from the lease, which in mode proxy is the router\'s: it finds no grub.cfg there and stops at "grub>".',
    fix: [
      'network: { mode: pxe-only, range: FIRST-LAST } gives network-booting machines a lease of pxectl; everyone else stays with the router',
      'or the signed iPXE, which takes a proxy offer: pxectl fetch IMAGE --signed-ipxe',
      'or Secure Boot off in the set-up of the firmware, and no secureBoot: true',
    ],
    codes: ['grub>'],
  },
  'unsigned-loader-under-secure-boot': {
    severity: 'error',
    title: 'the loader came whole and was not started: Secure Boot, most likely',
    cause:
      'With Secure Boot on, firmware drops a program without a Microsoft signature in silence and goes on with the next boot entry. Nobody can see ' +
      'from the network whether Secure Boot is on.',
    fix: [
      'serve the signed chain shim → GRUB: secureBoot: true for this machine in pxectl.yaml, and mode: pxe-only',
      "or switch Secure Boot off in the machine's set-up",
    ],
    codes: ['NBP file downloaded successfully', 'Secure Boot Violation', 'Security Violation', '7f04819a'],
  },
  'second-stage-from-router': {
    severity: 'error',
    title: 'shim or GRUB asks the router for its files',
    cause:
      "shim and GRUB take the TFTP server from the next-server field of the router's lease and not from the proxy offer, so they ask a router that has no files.",
    fix: [
      'let the boot server lease to PXE clients: mode: pxe-only and range: FIRST-LAST in pxectl.yaml',
      'or set "next server" (siaddr, option 66) of the router to the boot server',
      'or use iPXE instead of GRUB (loaders: { uefi: ipxe })',
    ],
    codes: ['Unable to fetch TFTP image', 'start_image() returned', 'grub>', 'time out opening'],
  },
  'second-stage-missing': {
    severity: 'error',
    title: "the loader's own second file is not there",
    cause:
      'shim loads grubx64.efi, pxelinux.0 loads ldlinux.c32, from the folder that they came from. That file is missing there.',
    fix: [
      'copy it beside the loader, from the same package: grubx64.efi beside shimx64.efi, ldlinux.c32 (same version) beside pxelinux.0',
      'with pxectl: pxectl fetch ubuntu-20.04.3 && pxectl up',
    ],
    codes: ['Failed to load ldlinux.c32', 'Unable to fetch TFTP image', '2d12618e'],
  },
  'loader-version-mix': {
    severity: 'error',
    title: 'pxelinux.0 and its modules are of different versions',
    cause: 'pxelinux runs only modules (.c32) of exactly its own version.',
    fix: ['copy pxelinux.0 and all *.c32 from the same package (Debian: pxelinux and syslinux-common)'],
    codes: ['Failed to load ldlinux.c32', 'not a COM32R image'],
  },
  'loader-config-missing': {
    severity: 'error',
    title: 'the loader finds no configuration',
    cause: 'The loader runs and asks for its configuration under several names; none of them is there.',
    fix: [
      'pxelinux: pxelinux.cfg/default; GRUB: grub/grub.cfg; iPXE: autoexec.ipxe beside the loader, all below the TFTP root',
      'with pxectl: pxectl up writes all three',
    ],
    codes: ['grub>', 'Unable to locate configuration file', 'Nothing to boot', '2d03e1'],
  },
  'loader-did-not-start': {
    severity: 'warning',
    title: 'the loader came whole, and nothing followed',
    cause:
      'After the last byte of the loader no request came any more: the program was dropped (wrong CPU, Secure Boot), hangs on this network card, or finds no network.',
    fix: [
      'read the machine\'s screen: "Secure Boot Violation" or back in the boot menu means Secure Boot, "initialising devices" means the driver',
      "try the other iPXE build: snponly.efi uses the firmware's driver, ipxe.efi brings its own",
    ],
    codes: ['NBP file downloaded successfully'],
  },
  'kernel-not-requested': {
    severity: 'warning',
    title: 'the loader has its configuration and goes no further',
    cause: 'A menu waits for a key, the kernel was not accepted, or the loader hangs.',
    fix: [
      'look at the screen: a menu waits there when boot.menu is true and no timeout is set',
      'pxectl render --for MAC shows the configuration that the loader got',
    ],
    codes: [],
  },
  'http-file-missing': {
    severity: 'error',
    title: 'a file is not on the HTTP server',
    cause: 'The boot script names a file that the HTTP server answers with "not found".',
    fix: [
      'compare the path in the script with the files that are served: pxectl images, pxectl render --for MAC',
      'pxectl fetch IMAGE && pxectl up',
    ],
    codes: ['2d0c61', 'HTTP 404', 'Could not retrieve NBP file size from HTTP server', '404 Not Found'],
  },
  'http-blocked': {
    severity: 'error',
    title: 'HTTP does not get through',
    cause:
      'The client opens a connection to the HTTP server and gets no answer: wrong address or port, a firewall, or the server does not run.',
    fix: ['sudo ufw allow 8080/tcp', 'test from another machine: curl -I http://ADDRESS:8080/boot.ipxe'],
    codes: ['4c0a60', '0f0a60', 'Could not establish connection with HTTP server', 'Network is unreachable'],
  },
  'ipxe-loop': {
    severity: 'error',
    title: 'iPXE loads iPXE, again and again',
    cause: 'iPXE asks DHCP like any PXE client and gets the first loader again, which is iPXE itself.',
    fix: [
      'tell iPXE apart and give it a script:',
      'dhcp-match=set:ipxe,175',
      'dhcp-boot=tag:ipxe,http://ADDRESS:8080/boot.ipxe,,ADDRESS',
      'and keep it from the first loaders: pxe-service=tag:!ipxe,X86-64_EFI,"Network boot",ipxe.efi',
      'or put autoexec.ipxe beside the loader',
    ],
    codes: [],
  },
  'boot-loop': {
    severity: 'warning',
    title: 'the machine boots from the network over and over',
    cause:
      'It fetched the same program several times in a row: the installation is not finished, or network boot comes before the disk.',
    fix: ['pxectl machines disarm NAME, or put the disk before the network in the boot order'],
    codes: [],
  },
};
