import type { SeedFormat } from '../../model/image.ts';
import { DEBIAN_BOOT, DEBIAN_RELEASES, debianId } from './debian.ts';

/** An image that `pxectl fetch` can get by its name. */
export interface AvailableImage {
  readonly id: string;
  readonly title: string;
  readonly ramMiB: number;
  readonly seedFormat: SeedFormat;
}

/** Everything that the catalogue knows, by family and then by release. */
export function availableImages(): AvailableImage[] {
  return Object.entries(DEBIAN_RELEASES).map(([release, codename]) => ({
    id: debianId(release, 'amd64'),
    title: `Debian ${release} (${codename}) installer`,
    ramMiB: DEBIAN_BOOT.ramMiB,
    seedFormat: DEBIAN_BOOT.seedFormat,
  }));
}
