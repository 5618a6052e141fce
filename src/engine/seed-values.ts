import type { SeedValues } from '../machines/seeds/fill-seed.ts';
import { httpBaseUrl } from '../model/boot-context.ts';
import type { Config, Machine } from '../model/config.ts';
import type { ImageManifest } from '../model/image.ts';

/** A machine as seeds see it; it may be one that is only about to be added. */
export type SeededMachine = Pick<Machine, 'name' | 'image' | 'install' | 'vars'> &
  Partial<Pick<Machine, 'mac' | 'uuid' | 'serial' | 'profile'>>;

/** Of an image, also of one that is not fetched. */
export type SeededImage = Pick<ImageManifest, 'id' | 'title' | 'distribution' | 'release' | 'architecture'>;

/** What the seed of a machine is filled with. */
export function seedValues(
  config: Config,
  machine: SeededMachine,
  image: SeededImage | undefined,
  { report, secrets }: { readonly report: string; readonly secrets: string },
): SeedValues {
  const { name, mac = null, uuid = null, serial = null, profile = null, vars } = machine;
  const url = httpBaseUrl(config);
  return {
    secretsFolder: secrets,
    view: {
      machine: { name, mac, uuid, serial, profile },
      vars,
      image: {
        id: image?.id ?? null,
        title: image?.title ?? null,
        distribution: image?.distribution ?? null,
        release: image?.release ?? null,
        architecture: image?.architecture ?? null,
        url: image === undefined ? null : `${url}/images/${image.id}`,
      },
      server: { address: config.network.address, port: config.http.port, url },
      report,
    },
  };
}
