import type { ImageArchitecture } from '../../model/image.ts';
import { decodePe } from '../../protocol/pe/pe-image.ts';
import { ProtocolError } from '../../protocol/protocol-error.ts';
import { firstThere, type FileTree } from '../trees/file-tree.ts';
import type { RecipeFile } from './recipe.ts';

/** The removable-media path as different vendors spell it, UEFI 2.10 §3.5.1.1. */
export const SHIM_PATHS = [
  'EFI/boot/bootx64.efi',
  'EFI/BOOT/BOOTX64.EFI',
  'EFI/BOOT/bootx64.efi',
  'efi/boot/bootx64.efi',
];

const MAX_SHIM_BYTES = 8 * 1024 * 1024;

/**
 * The shim on an ISO: it trusts the vendor's key, which signed the kernel beside it. Under Secure Boot no other vendor's
 * shim lets that kernel start, so the image keeps it (iPXE's `shim` command asks for it).
 */
export async function ownShim(
  tree: FileTree,
  architecture: ImageArchitecture,
  paths = SHIM_PATHS,
): Promise<RecipeFile[]> {
  if (architecture !== 'amd64') return [];
  const path = await firstThere(tree, paths);
  const sizeBytes = path === undefined ? undefined : await tree.sizeOf(path);
  if (path === undefined || sizeBytes === undefined || sizeBytes > MAX_SHIM_BYTES) return [];
  const chunks: Uint8Array[] = [];
  for await (const chunk of tree.stream(path)) chunks.push(chunk);
  return isSignedForX64(Buffer.concat(chunks)) ? [{ role: 'shim', from: path, path: 'shimx64.efi' }] : [];
}

function isSignedForX64(program: Uint8Array): boolean {
  try {
    const { machine, isSigned } = decodePe(program);
    return machine === 'x64' && isSigned;
  } catch (error) {
    if (error instanceof ProtocolError) return false;
    throw error;
  }
}
