import { assetError, messageOf } from '../../model/errors.ts';
import type { LoaderPlatform } from '../../model/firmware.ts';
import { decodePe } from '../../protocol/pe/pe-image.ts';

/**
 * Checks that a file is a loader for that platform, and reads whether it is signed.
 * @throws PxectlError E_LOADER_INVALID
 */
export function checkLoader(
  name: string,
  bytes: Uint8Array,
  platform: LoaderPlatform,
): { isSigned: boolean } {
  if (bytes.length === 0) throw invalidLoader(name, 'it is empty');
  if (platform === 'bios') {
    if (bytes[0] !== 0x4d || bytes[1] !== 0x5a) return { isSigned: false };
    throw invalidLoader(name, 'it is an EFI program, and a BIOS cannot run it');
  }
  let image;
  try {
    image = decodePe(bytes);
  } catch (error) {
    throw invalidLoader(name, messageOf(error));
  }
  if (image.machine !== platform) {
    const machine = image.machine ?? `machine 0x${image.machineCode.toString(16)}`;
    throw invalidLoader(name, `it is for ${machine}, not ${platform}`);
  }
  return { isSigned: image.isSigned };
}

/**
 * pxelinux loads only modules of its own version ("Failed to load ldlinux.c32").
 * @param versions of the packages that pxelinux.0 and the modules came from
 * @param program bytes of pxelinux.0, which name the version it was built from
 * @returns what does not fit, or undefined
 */
export function pxelinuxMismatch(versions: readonly string[], program: Uint8Array): string | undefined {
  if (new Set(versions).size > 1)
    return `pxelinux and its modules are of different versions: ${versions.join(', ')}`;
  const built = /PXELINUX (\d+\.\d+)/.exec(Buffer.from(program).toString('latin1'))?.[1];
  const [version = ''] = versions;
  if (built !== undefined && version.includes(built)) return undefined;
  return `pxelinux.0 says that it is version ${built ?? '(none)'}, its package ${version}`;
}

export function invalidLoader(name: string, why: string): Error {
  return assetError('E_LOADER_INVALID', { what: `${name} is not the loader it should be`, why });
}
