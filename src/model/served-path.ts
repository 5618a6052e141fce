import type { BootStage } from './boot-trace.ts';

/**
 * The stage of a boot that a request for this path belongs to, judged by name alone: every engine, every log and
 * every capture shows names. Undefined for what no stage waits for (fonts, module lists, revocation probes).
 */
export function stageOfPath(path: string): BootStage | undefined {
  const clean = (path.split(/[?#]/)[0] ?? '').toLowerCase();
  const name = clean.slice(clean.lastIndexOf('/') + 1);
  if (/(^|\/)seed\//.test(clean)) return 'install-seed';
  if (/(^|\/)pxelinux\.cfg\//.test(clean) || /\.ipxe$/.test(name) || /^grub\.cfg/.test(name)) {
    return 'boot-config';
  }
  if (/^(hwe-)?(vmlinuz|linux|kernel|bzimage)/.test(name) || /[._-]vmlinuz$/.test(name)) return 'kernel';
  if (/^(hwe-)?(initrd|initramfs)/.test(name) || /\.cpio(\.\w+)?$/.test(name)) return 'initrd';
  if (/\.(iso|squashfs|img|raw)$/.test(name) || /^modloop/.test(name)) return 'root-image';
  if (/\.(efi|0|kpxe|pxe|kkpxe|c32|bin|signed)$/.test(name)) return 'loader';
  return undefined;
}
