import type { SeedFormat } from '../../model/image.ts';
import { availableAlpineImages, findAlpineImage } from './alpine.ts';
import { availableArchImages } from './arch.ts';
import { availableDebianImages, findDebianImage } from './debian.ts';
import { availableFlatcarImages } from './flatcar.ts';
import { availableOpensuseImages, findOpensuseImage } from './opensuse.ts';
import { availableRedHatImages, findRedHatImage } from './red-hat-family.ts';
import type { RemoteImage } from './remote-image.ts';
import { availableTalosImages, findTalosImage } from './talos.ts';
import { availableUbuntuImages, findUbuntuImage } from './ubuntu.ts';

/** An image that `pxectl fetch` can get by its name. */
export interface AvailableImage {
  readonly id: string;
  readonly title: string;
  readonly ramMiB: number;
  readonly seedFormat: SeedFormat;
}

interface Family {
  /** the entry of an id; also for ids that `available` does not list (point releases, architectures) */
  find(id: string): RemoteImage | undefined;
  available(): readonly RemoteImage[];
}

/** Adding a distribution is adding a file beside this one and a line here. */
const FAMILIES: readonly Family[] = [
  { find: findUbuntuImage, available: availableUbuntuImages },
  { find: findDebianImage, available: availableDebianImages },
  { find: findRedHatImage, available: availableRedHatImages },
  { find: findAlpineImage, available: availableAlpineImages },
  listed(availableArchImages),
  { find: findOpensuseImage, available: availableOpensuseImages },
  { find: findTalosImage, available: availableTalosImages },
  listed(availableFlatcarImages),
];

/** A family whose images are all in its list. */
function listed(available: () => readonly RemoteImage[]): Family {
  return { available, find: (id) => available().find((image) => image.id === id) };
}

/** The catalogue's entry for an id. */
export function findRemoteImage(id: string): RemoteImage | undefined {
  for (const family of FAMILIES) {
    const image = family.find(id);
    if (image !== undefined) return image;
  }
  return undefined;
}

/** Everything that the catalogue lists, by family and then by release. */
export function availableImages(): AvailableImage[] {
  return FAMILIES.flatMap((family) => family.available()).map(({ id, title, ramMiB, seedFormat }) => ({
    id,
    title,
    ramMiB,
    seedFormat,
  }));
}
