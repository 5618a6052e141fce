import type { BootStage } from './boot-trace.ts';
import { parseMac, type MacAddress } from '../protocol/addresses.ts';
import { uuidForms } from '../protocol/uuid-order.ts';
import type { Machine } from './config.ts';
import { serialHex } from './machine-key.ts';

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

/** The UUID, or the serial number in hex, that a loader asks its own file by; pxelinux asks every server by its UUID. */
export function markAskedBy(
  path: string,
): { readonly uuid: string } | { readonly serialHex: string } | undefined {
  const file =
    /(?:^|\/)(?:machines\/|pxelinux\.cfg\/|grub\.cfg-)(?:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})|serial-([0-9a-f]{2,256}))(?:\.ipxe)?$/i.exec(
      path,
    );
  const [uuid, serialHex] = [file?.[1]?.toLowerCase(), file?.[2]?.toLowerCase()];
  if (uuid !== undefined) return { uuid };
  return serialHex === undefined ? undefined : { serialHex };
}

/** Whether a loader asks by a UUID or serial number that another machine has than this one, which its card was taken for. */
export function isAskedByAnother(path: string, { uuid, serial }: Pick<Machine, 'uuid' | 'serial'>): boolean {
  const asked = markAskedBy(path);
  if (asked === undefined) return false;
  if ('uuid' in asked) return uuid !== undefined && !uuidForms(uuid).includes(asked.uuid);
  return serial !== undefined && serialHex(serial) !== asked.serialHex;
}

/** The machine in whose name a loader asks: iPXE in its query, others in the name of the file. Anybody can say so. */
export function machineAskedAs(path: string, query?: URLSearchParams): MacAddress | undefined {
  if (/^\/(?:profiles\/[^/]+\/)?boot\.ipxe$/.test(path)) return parseMac(query?.get('mac') ?? '');
  const file = /(?:^|\/)(?:machines\/|pxelinux\.cfg\/01-|grub\.cfg-01-)([0-9a-f-]{17})(?:\.ipxe)?$/i.exec(
    path,
  );
  return parseMac(file?.[1] ?? '');
}
