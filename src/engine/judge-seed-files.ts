import { readdir, stat } from 'node:fs/promises';
import { findRemoteImage } from '../images/catalogue/available.ts';
import { checkSeedAt, MOST_BYTES } from '../machines/seeds/check-seed-files.ts';
import { SEED_FAMILIES } from '../machines/seeds/new-seed.ts';
import { sampleFill } from '../machines/seeds/sample-fill.ts';
import { seedFormatOfText } from '../machines/seeds/seed-kinds.ts';
import type { SeedView } from '../machines/seeds/template-view.ts';
import { httpBaseUrl } from '../model/boot-context.ts';
import type { Config } from '../model/config.ts';
import { usageError } from '../model/errors.ts';
import { SEED_FILE_NAMES, SEED_KINDS, type SeedKind } from '../model/image.ts';
import { withRegularFile } from '../platform/regular-file.ts';
import type { JudgedSeed } from './machine-seeds.ts';

/**
 * Looks at a seed that no machine has, filled with a machine that there is not.
 * @throws PxectlError E_USAGE when it does not show what it is for
 */
export async function judgeSeedFile(
  config: Config | undefined,
  path: string,
  wanted: SeedKind | undefined,
): Promise<JudgedSeed> {
  const kind = wanted ?? (await kindAt(path));
  if (kind === undefined) {
    throw usageError({
      what: `${path} does not show which installer it is for`,
      next: `say it: --kind ${SEED_KINDS.join('|')}`,
    });
  }
  const fill = sampleFill(sampleView(config, kind));
  return { name: kind, seed: path, problems: await checkSeedAt(kind, path, { fill }) };
}

async function kindAt(path: string): Promise<SeedKind | undefined> {
  if (!(await stat(path)).isDirectory()) {
    const text = await withRegularFile(path, async (file, { size }) =>
      size > MOST_BYTES ? '' : file.readFile('utf8'),
    );
    return seedFormatOfText(text ?? '');
  }
  const names = await readdir(path);
  return SEED_KINDS.find((kind) => names.includes(SEED_FILE_NAMES[kind]));
}

function sampleView(config: Config | undefined, kind: SeedKind): SeedView {
  const family = Object.values(SEED_FAMILIES).find(({ format }) => format === kind);
  const image = findRemoteImage(family?.image ?? '');
  const url = config === undefined ? 'http://192.168.1.50:8080' : httpBaseUrl(config);
  const { hostname, port } = new URL(url);
  return {
    machine: {
      ...{ name: 'sample-1', mac: '52:54:00:00:00:01', uuid: '4c4c4544-0000-1000-8000-000000000001' },
      ...{ serial: 'SAMPLE1', profile: 'sample' },
    },
    vars: config?.vars ?? {},
    image: {
      id: image?.id ?? 'sample',
      title: image?.title ?? 'sample',
      distribution: image?.distribution ?? 'sample',
      release: image?.release ?? '1',
      architecture: image?.architecture ?? 'amd64',
      url: `${url}/images/${image?.id ?? 'sample'}`,
    },
    server: { address: hostname, port: Number(port), url },
    report: `${url}/report/52-54-00-00-00-01`,
  };
}
