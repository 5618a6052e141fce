import { buffer } from 'node:stream/consumers';
import { createGzip } from 'node:zlib';
import { pack } from 'tar-stream';

/** What Alpine's kernel argument apkovl= names: its initramfs unpacks by the last part of the name. */
export const OVERLAY_NAME = 'pxectl.apkovl.tar.gz';

/**
 * An overlay for Alpine's live system that runs this script once, when the system is up.
 * - etc/.default_boot_services: the services of a system without an overlay (mkinitfs, initramfs-init.in)
 * - etc/local.d and the runlevel: the service local runs executable files that end in .start (openrc, local.in)
 */
export async function alpineOverlay(script: string | Uint8Array): Promise<Buffer> {
  const tar = pack();
  const packed = buffer(tar.pipe(createGzip()));
  tar.entry({ name: 'etc/.default_boot_services', mode: 0o644 }, '');
  tar.entry({ name: 'etc/apk/world', mode: 0o644 }, 'alpine-base\n');
  tar.entry({ name: 'etc/local.d/pxectl.start', mode: 0o700 }, Buffer.from(script));
  tar.entry({ name: 'etc/runlevels/default/local', type: 'symlink', linkname: '/etc/init.d/local' });
  tar.finalize();
  return packed;
}
