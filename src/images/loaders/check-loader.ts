import { open } from 'node:fs/promises';
import { assetError, messageOf } from '../../model/errors.ts';
import type { LoaderPlatform } from '../../model/firmware.ts';
import { decodePe } from '../../protocol/pe/pe-image.ts';

const HEADER_BYTES = 64 * 1024;

/**
 * Checks that a file is a loader for that platform, and reads whether it is signed.
 * @throws PxectlError E_LOADER_INVALID
 */
export async function checkLoader(path: string, platform: LoaderPlatform): Promise<{ isSigned: boolean }> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    const head = Buffer.alloc(Math.min(HEADER_BYTES, size));
    await handle.read(head, 0, head.length, 0);
    if (platform === 'bios') {
      if (head.length > 0 && head.toString('latin1', 0, 2) !== 'MZ') return { isSigned: false };
      throw invalid(
        path,
        head.length === 0 ? 'it is empty' : 'it is an EFI program, and a BIOS cannot run it',
      );
    }
    return checkEfi(path, head, size, platform);
  } finally {
    await handle.close();
  }
}

function checkEfi(
  path: string,
  head: Uint8Array,
  sizeBytes: number,
  platform: LoaderPlatform,
): { isSigned: boolean } {
  let image;
  try {
    image = decodePe(head, sizeBytes);
  } catch (error) {
    throw invalid(path, messageOf(error));
  }
  if (image.machine !== platform) {
    throw invalid(
      path,
      `it is for ${image.machine ?? `machine 0x${image.machineCode.toString(16)}`}, not ${platform}`,
    );
  }
  return { isSigned: image.isSigned };
}

function invalid(path: string, why: string): Error {
  return assetError('E_LOADER_INVALID', { what: `${path} is not the loader it should be`, why });
}
