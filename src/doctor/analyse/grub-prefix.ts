import { baseName } from '../../model/file-name.ts';
import { isLoaderName } from './boot-files.ts';
import type { ClientObservation, Limit } from './observation.ts';

/** What GRUB asks for in its own folder, by the platform that it was built for. */
const MODULE = /^(.*?)\/?(?:x86_64-efi|i386-efi|i386-pc|arm64-efi)\/[\w-]+\.(?:lst|mod)$/;

/**
 * GRUB has its folder (the prefix) inside: where it is not the one that the program came from, a grub.cfg beside the
 * program is never asked for. Undefined when nothing of that is seen.
 */
export function foreignGrubPrefix({ phases }: ClientObservation): Limit | undefined {
  const reads = phases.flatMap(({ tftp }) => tftp);
  const own = reads.find(({ path }) => MODULE.test(path));
  if (!own) return undefined;
  const prefix = MODULE.exec(own.path)?.[1] ?? '';
  const program = reads
    .slice(0, reads.indexOf(own))
    .findLast(({ path, outcome }) => outcome === 'done' && isLoaderName(path))?.path;
  const isSent = reads.some(
    ({ path, outcome }) => outcome === 'done' && plain(path) === plain(`${prefix}/grub.cfg`),
  );
  if (program === undefined || isSent || plain(folderOf(program)) === plain(prefix)) return undefined;
  return {
    text: `GRUB came as ${program} and looks for its files in ${prefix}/: that folder (its prefix) is fixed in the program. That its lists are missing there is normal, and grub.cfg is looked for there too, not in ${folderOf(program)}/`,
    advice: `put grub.cfg below the TFTP root as ${plain(prefix)}/grub.cfg, or serve a GRUB whose prefix is the folder that it lies in (grub-mknetdir makes one)`,
  };
}

function folderOf(path: string): string {
  return path.slice(0, path.length - baseName(path).length).replace(/\/$/, '');
}

/** TFTP servers take a name with and without the slash before it for the same; some loaders write two. */
function plain(path: string): string {
  return path.replace(/^\/+/, '').replace(/\/{2,}/g, '/');
}
