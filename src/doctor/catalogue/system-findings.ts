import type { FindingDescription } from './finding-description.ts';

/** From the kernel to the finished installation. */
export const SYSTEM_FINDINGS: Readonly<Record<string, FindingDescription>> = {
  'ram-too-small-for-iso': {
    severity: 'error',
    title: 'the machine has too little memory for this ISO',
    cause:
      'casper copies the whole ISO into memory, half of which at most may be used for it: about twice the size of the ISO and one GiB more is needed.',
    fix: [
      'give the machine more memory, or boot a smaller image',
      'or boot with the root over NFS: netboot=nfs nfsroot=ADDRESS:/PATH',
    ],
    codes: ['No space left on device', 'short write', 'Unable to find a live file system on the network'],
  },
  'installer-silent': {
    severity: 'info',
    title: 'an installer has its seed, and has said nothing since',
    cause:
      'Most installers say nothing between their seed and their last step, which takes minutes to an hour. One that shows a question or an error box looks just the same from here.',
    fix: [
      'look at its screen (or its serial console: boot.serialBaud)',
      "subiquity tells its steps: reporting: { pxectl: { type: webhook, endpoint: '@PXECTL_REPORT@' } } in the seed",
    ],
    codes: [],
  },
  'install-never-reported': {
    severity: 'warning',
    title: 'installed or not? it never reported',
    cause:
      'A boot fetched the install seed, which used the order to install up, and the machine booted from the network again without a report. It is not installed a second time: it starts its disk, or the menu.',
    fix: [
      'look at the machine: does its disk start the new system?',
      'to install it again: pxectl machines arm NAME',
    ],
    codes: [],
  },
  'install-at-every-boot': {
    severity: 'warning',
    title: 'every network boot installs this machine again',
    cause:
      'Its entry says install.once: false and somebody has armed it with --always: each network boot wipes its disk.',
    fix: ['when that is not wanted any more: pxectl machines disarm NAME'],
    codes: [],
  },
  'root-image-not-requested': {
    severity: 'error',
    title: 'kernel and initrd came, the ISO was never asked for',
    cause:
      'The started system has no working network: no driver for this card in the initrd, the address was asked on another card, or url= is not on the kernel command line.',
    fix: [
      'use the hardware enablement kernel of the image, or another network card',
      'with several cards name the one to use: ip=:::::eno1:dhcp or BOOTIF=01-MAC-WITH-HYPHENS',
      'check that the kernel arguments hold ip=dhcp url=http://ADDRESS:8080/….iso',
    ],
    codes: [
      'No broadcast interfaces found',
      'bad address',
      'Unable to find a live file system on the network',
    ],
  },
  'iso-fetched-twice': {
    severity: 'warning',
    title: 'cloud-init downloads the ISO a second time',
    cause: 'cloud-init takes url= on the kernel command line for the address of its own configuration.',
    fix: ['add the kernel argument cloud-config-url=/dev/null'],
    codes: [],
  },
  'iso-url-ending': {
    severity: 'error',
    title: "the ISO's URL does not end in .iso",
    cause: 'casper recognises url= only when it ends in .iso; a query string or another file is ignored.',
    fix: ['give the plain URL of the ISO: url=http://ADDRESS:8080/images/ID/NAME.iso'],
    codes: ['Unable to find a live file system on the network'],
  },
  'image-parts-mixed': {
    severity: 'error',
    title: 'kernel and ISO are of different builds',
    cause:
      'casper compares a number in the initrd with the one on the ISO; when kernel and initrd come from another ISO it finds no live file system.',
    fix: ['take kernel and initrd out of the same ISO: pxectl fetch IMAGE'],
    codes: [
      'Unable to find a medium containing a live file system',
      'Unable to find a live file system on the network',
    ],
  },
  'initrd-argument-missing': {
    severity: 'error',
    title: 'iPXE under UEFI does not hand over the initrd',
    cause:
      'Under UEFI the kernel finds the initrd only through the argument initrd=NAME, with the name under which iPXE loaded it.',
    fix: [
      'add initrd=NAME to the kernel line of the iPXE script, for example: kernel http://ADDRESS:8080/vmlinuz initrd=initrd ip=dhcp',
    ],
    codes: ['VFS: Unable to mount root fs on unknown-block(0,0)'],
  },
  'seed-not-requested': {
    severity: 'error',
    title: 'the installer never asked for its seed',
    cause:
      'The system came up and did not fetch user-data: ds=nocloud;s=… is missing, cut off at the ";" by GRUB, or points elsewhere.',
    fix: [
      'GRUB: quote it: "ds=nocloud;s=http://ADDRESS:8080/seed/MAC/"; pxelinux and iPXE: without quotes',
      'end the address with a "/"',
    ],
    codes: ['Continue with autoinstall? (yes|no)'],
  },
  'seed-quoting': {
    severity: 'error',
    title: 'the seed argument is quoted wrongly for this loader',
    cause:
      'GRUB ends a command at an unquoted ";"; pxelinux and iPXE hand quotes over to the kernel as they are.',
    fix: [
      'GRUB: "ds=nocloud;s=URL/" or ds=nocloud\\;s=URL/',
      'pxelinux and iPXE: ds=nocloud;s=URL/ without quotes',
    ],
    codes: [],
  },
  'seed-url-ending': {
    severity: 'error',
    title: 'the seed\'s address does not end in "/"',
    cause: 'cloud-init appends user-data and meta-data to the address as it is.',
    fix: ['ds=nocloud;s=http://ADDRESS:8080/seed/MAC/'],
    codes: [],
  },
  'meta-data-missing': {
    severity: 'error',
    title: 'the seed has no meta-data',
    cause:
      'cloud-init uses a NoCloud seed only when user-data and meta-data are both there; meta-data may be empty.',
    fix: ['put an empty file meta-data beside user-data'],
    codes: [],
  },
  'vendor-data-missing': {
    severity: 'warning',
    title: 'the seed has no vendor-data: the installer waits for it',
    cause: 'A missing vendor-data is asked for ten times before the installation goes on.',
    fix: ['put an empty file vendor-data beside user-data'],
    codes: [],
  },
  'autoinstall-flag-missing': {
    severity: 'warning',
    title: 'the installer asks before it installs',
    cause:
      'Without the kernel argument autoinstall the Ubuntu installer asks for confirmation, even with a complete seed.',
    fix: ['add autoinstall to the kernel arguments, before ---'],
    codes: ['Continue with autoinstall? (yes|no)'],
  },
  'seed-invalid': {
    severity: 'error',
    title: 'the installer cannot work with the seed',
    cause:
      'For Ubuntu: user-data must begin with the line #cloud-config and hold autoinstall: with version: 1.',
    fix: ['#cloud-config', 'autoinstall:', '  version: 1'],
    codes: ['Unhandled non-multipart (text/x-not-multipart) userdata'],
  },
};
