import type { Finding } from '../../../model/finding.ts';
import { editDistance } from '../../../model/nearest-word.ts';
import { baseName } from '../../../model/file-name.ts';
import { lintFinding, type LintInput } from '../lint-finding.ts';

/** Boot programs under the names that their packages give them. */
const LOADERS = [
  ...['pxelinux.0', 'lpxelinux.0', 'gpxelinux.0', 'syslinux.efi', 'undionly.kpxe', 'undionly.kkpxe'],
  ...['snponly.efi', 'netboot.xyz.kpxe', 'netboot.xyz.efi', 'bootx64.efi', 'shimx64.efi', 'grubx64.efi'],
  ...['grubnetx64.efi', 'bootaa64.efi', 'shimaa64.efi', 'grubaa64.efi'],
];

/** A file name that is one letter away from a known boot program: pxelinux.o for pxelinux.0. */
export function misspeltLoaders({ config }: LintInput): Finding[] {
  const named = [...config.boots, ...config.bootFileOptions, ...config.services];
  return named.flatMap(({ at, file }) => {
    const name = baseName(file ?? '');
    if (file === undefined || LOADERS.includes(name.toLowerCase())) return [];
    const meant = LOADERS.find(
      (loader) => loader.length === name.length && editDistance(loader, name.toLowerCase()) === 1,
    );
    if (meant === undefined) return [];
    return [
      lintFinding('loader-missing', [at], [{ at, lines: [at.raw.replace(name, meant)] }], {
        severity: 'warning',
        title: `${name} is nearly ${meant}${/o$/i.test(name) ? ', which ends with a zero' : ''}`,
        cause: 'TFTP names are compared letter by letter: the client is told "not found".',
      }),
    ];
  });
}
