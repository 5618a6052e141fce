import type { Finding, FindingId } from '../../../model/finding.ts';
import type { BootScriptInput } from '../script-lines.ts';

/** What is wrong with kernel arguments, and what to put in its place. */
interface ArgumentFault {
  readonly id: FindingId;
  readonly title: string;
  readonly from: RegExp;
  readonly to: string;
  readonly more?: Pick<Finding, 'severity' | 'cause'>;
}

/** Where an entry of a menu begins, in any of the loaders. */
const ENTRY = /^\s*(?:label\s|menuentry\s|submenu\s|:\w)/i;
/** pxelinux writes ip= itself where bit 0 is set. */
const OWN_ADDRESS = /^[ \t]*(?:ipappend|sysappend)[ \t]+(?:0x)?\d*[13579bdf][ \t]*\r?$/im;

/**
 * A kernel that mounts its root over NFS by itself (Documentation/admin-guide/nfs/nfsroot.rst): it gets an address only
 * when ip= says so, and takes NFS only when root= is /dev/nfs. What an initrd does is its own matter.
 */
export function nfsRootFaults(
  { text }: BootScriptInput,
  line: { readonly index: number; readonly arguments: string },
): readonly ArgumentFault[] {
  const path = /(?:^|\s)nfsroot=(\S*)/.exec(line.arguments)?.[1];
  const root = /(?:^|\s)root=(\S+)/.exec(line.arguments)?.[1];
  if (path === undefined && root !== '/dev/nfs') return [];
  const initrd = /(?:^|\s)initrd(?:efi|16)?[\s=](\S+)/im.exec(entryAround(text, line.index))?.[1];
  if (initrd !== undefined) return isOfDebian(initrd) && root === '/dev/nfs' ? withoutBoot(line) : [];
  const faults: ArgumentFault[] = [];
  if (root !== undefined && /^\/(?!dev\/)/.test(root))
    faults.push({
      id: 'nfs-root-arguments',
      title: `root=${root} is no device: for a root over NFS it is root=/dev/nfs`,
      from: /(^|\s)root=\S+/,
      to: '$1root=/dev/nfs',
    });
  if (!/(?:^|\s)(?:ip|nfsaddrs)=/.test(line.arguments) && !OWN_ADDRESS.test(text))
    faults.push({
      id: 'nfs-root-arguments',
      title: 'the root is on NFS and ip= is missing: the kernel gets no address',
      from: /(\s---.*)?$/,
      to: ' ip=dhcp$1',
    });
  return faults;
}

/** The name that Debian and Ubuntu give an initrd. */
function isOfDebian(initrd: string): boolean {
  return /(?:^|\/)initrd\.img[^/]*$/.test(initrd);
}

/** initramfs-tools goes by BOOT of its initramfs.conf, which root=/dev/nfs does not change; boot=nfs does. */
function withoutBoot(line: { readonly arguments: string }): readonly ArgumentFault[] {
  if (/(?:^|\s)boot=/.test(line.arguments)) return [];
  return [
    {
      id: 'nfs-root-arguments',
      title: 'the root is on NFS and boot=nfs is missing',
      from: /(\s---.*)?$/,
      to: ' boot=nfs$1',
      more: {
        severity: 'warning',
        cause:
          'An initrd of Debian or Ubuntu that was made with BOOT=local in its initramfs.conf, as older ones are, looks for a disk: "ALERT! /dev/nfs does not exist".',
      },
    },
  ];
}

/** The menu entry that a line is of; the whole text where there are no entries. */
function entryAround(text: string, index: number): string {
  const lines = text.split(/\r?\n/);
  const from = lines.findLastIndex((line, at) => at <= index && ENTRY.test(line));
  const to = lines.findIndex((line, at) => at > index && ENTRY.test(line));
  return lines.slice(Math.max(from, 0), to < 0 ? lines.length : to).join('\n');
}
