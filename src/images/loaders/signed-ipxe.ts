import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { extract } from 'tar-stream';
import { pipeline } from 'node:stream/promises';
import { assetError } from '../../model/errors.ts';
import type { LoaderPlatform } from '../../model/firmware.ts';
import { LOADER_PATHS } from '../../model/loader.ts';
import { decompress } from '../decompress.ts';
import type { HttpClient } from '../download/http-client.ts';

/**
 * iPXE 2.x with Microsoft's signature on its shim and iPXE's own on the rest: https://ipxe.org/secboot
 * Nobody signed the archive itself, and only firmware with Secure Boot checks the programs of it. So its hash is pinned: the
 * digest that GitHub shows at the release, and that projects which fetch the archive have pinned too.
 */
export const SIGNED_IPXE = {
  url: 'https://github.com/ipxe/ipxe/releases/download/v2.0.0/ipxeboot.tar.gz',
  version: '2.0.0',
  sha256: '01a526d4cc791fc30362259c609d6c506cc64a7bdff51b9a5eb788354e17eee1',
} as const;

export interface SignedIpxeFile {
  readonly path: string;
  readonly family: 'ipxe' | 'shim';
  readonly platform: LoaderPlatform;
  readonly mustBeSigned: boolean;
  readonly inArchive: string;
}

/** The shim asks for ipxe.efi beside itself; snponly.efi is served under that name, since it uses the firmware's driver. */
export const SIGNED_IPXE_FILES: readonly SignedIpxeFile[] = [
  {
    path: LOADER_PATHS.ipxeShimX64,
    family: 'shim',
    platform: 'x64',
    mustBeSigned: true,
    inArchive: 'ipxeboot/x86_64-sb/shimx64.efi',
  },
  {
    path: LOADER_PATHS.ipxeSignedX64,
    family: 'ipxe',
    platform: 'x64',
    mustBeSigned: true,
    inArchive: 'ipxeboot/x86_64-sb/snponly.efi',
  },
  {
    path: LOADER_PATHS.ipxeArm64,
    family: 'ipxe',
    platform: 'arm64',
    mustBeSigned: false,
    inArchive: 'ipxeboot/arm64/snponly.efi',
  },
  {
    path: LOADER_PATHS.ipxeIa32,
    family: 'ipxe',
    platform: 'ia32',
    mustBeSigned: false,
    inArchive: 'ipxeboot/i386/snponly.efi',
  },
];

const MAX_ARCHIVE_BYTES = 64 * 1024 * 1024;
const MAX_PROGRAM_BYTES = 16 * 1024 * 1024;

/**
 * Downloads the archive and returns the programs of it that are known here, by their path in it.
 * @param onOther is told of an archive that is not the published one; the user wants no verification when it is there
 * @throws PxectlError E_CHECKSUM
 */
export async function downloadSignedIpxe(
  client: HttpClient,
  onOther?: (text: string) => void,
): Promise<Map<string, Uint8Array>> {
  const packed = await client.getBytes(SIGNED_IPXE.url, MAX_ARCHIVE_BYTES, { isVouched: true });
  const sha256 = createHash('sha256').update(packed).digest('hex');
  if (sha256 !== SIGNED_IPXE.sha256) {
    const what = `${client.askedAddress(SIGNED_IPXE.url)} is not the archive that iPXE published`;
    const why = `its SHA-256 is ${sha256}, it should be ${SIGNED_IPXE.sha256} (${packed.length} bytes came)`;
    if (onOther === undefined) {
      throw assetError('E_CHECKSUM', {
        what,
        why,
        next: 'try again, or name another mirror: --mirror PREFIX=URL',
        details: { url: SIGNED_IPXE.url, sha256, expected: SIGNED_IPXE.sha256 },
      });
    }
    onOther(`${what}, AND IS TAKEN ALL THE SAME: ${why}`);
  }
  const wanted = new Set(SIGNED_IPXE_FILES.map((file) => file.inArchive));
  const found = new Map<string, Uint8Array>();
  const archive = extract();
  const feeding = pipeline(Readable.from(decompress(Readable.from([packed]))), archive);
  feeding.catch(() => undefined);
  for await (const entry of archive) {
    const name = entry.header.name.replace(/^\.\//, '');
    if (!wanted.has(name) || entry.header.type !== 'file' || (entry.header.size ?? 0) > MAX_PROGRAM_BYTES) {
      entry.resume();
      continue;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of entry as AsyncIterable<Buffer>) chunks.push(chunk);
    found.set(name, Buffer.concat(chunks));
  }
  await feeding;
  return found;
}
