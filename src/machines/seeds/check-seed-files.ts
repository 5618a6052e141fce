import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, systemCodeOf } from '../../model/errors.ts';
import { SEED_FILE_NAMES, type SeedFormat } from '../../model/image.ts';
import type { PrivatePlaces } from '../../model/private-places.ts';
import { nearestWord } from '../../model/nearest-word.ts';
import { withRegularFile } from '../../platform/regular-file.ts';
import { findReport } from './check-report.ts';
import { checkSeed } from './check-seed.ts';
import { checkMapping, checkVendorData } from './cloud-config.ts';
import { NO_FILL, type NOCLOUD_NAMES, type SeedFill } from './fill-seed.ts';
import { checkPlaceholders } from './placeholders.ts';
import { whyNoSeedBehindLinks } from './private-seed.ts';
import { fatal, gap, note, type SeedFileProblem, type SeedProblem } from './seed-problem.ts';
import { SeedTemplateError } from './seed-template-error.ts';
import type { FilledText } from './template-places.ts';

/** More is no seed: somebody named an ISO or a disk. */
export const MOST_BYTES = 4 * 1024 * 1024;

/** What cloud-init asks for beside user-data: pxectl serves an empty one for each that is not there. */
const NOCLOUD_FILES = new Map<string, (text: string) => readonly SeedProblem[]>(
  Object.entries({
    'meta-data': checkMapping,
    'vendor-data': checkVendorData,
    'network-config': checkMapping,
  } satisfies Record<(typeof NOCLOUD_NAMES)[number], unknown>),
);

export interface SeedLook {
  readonly fill?: SeedFill;
  /** for a seed that a machine may get: what goes out to nobody */
  readonly places?: PrivatePlaces | undefined;
}

/** Looks at a seed, a file or a folder of them, as the installer of an image with this kind of seed will. */
export async function checkSeedAt(
  format: SeedFormat,
  path: string,
  { fill = NO_FILL, places }: SeedLook = {},
): Promise<readonly SeedFileProblem[]> {
  if (format === 'none') {
    return [{ path, ...fatal('its image has no unattended installation: nothing asks for this seed') }];
  }
  try {
    if ((await stat(path)).isDirectory()) return await checkFolder(format, path, { fill, places });
    return await checkFile(path, (text) => checkSeed(format, text), { fill, places, isMain: true });
  } catch (error) {
    const isMissing = systemCodeOf(error) === 'ENOENT';
    return [{ path, ...fatal(isMissing ? 'it is not there' : `it cannot be read: ${messageOf(error)}`) }];
  }
}

async function checkFolder(
  format: Exclude<SeedFormat, 'none'>,
  folder: string,
  { fill, places }: SeedLook & { readonly fill: SeedFill },
): Promise<readonly SeedFileProblem[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  // the server gives no hidden files and no folders
  const names = entries
    .filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name);
  const main = SEED_FILE_NAMES[format];
  if (!names.includes(main)) {
    const near = nearestWord(main, names);
    const instead = near === undefined ? '' : `; there is ${near}`;
    return [{ path: folder, ...fatal(`it has no ${main}, which the installer asks for${instead}`) }];
  }
  const beside = names.filter((name) => name !== main);
  let isReported = false;
  const problems: SeedFileProblem[] = [];
  for (const name of beside) {
    const check = format === 'autoinstall' ? NOCLOUD_FILES.get(name) : undefined;
    const found = await checkFile(
      join(folder, name),
      (text) => {
        // scripts that the main file fetches may report for it
        if (check === undefined) isReported ||= findReport('kickstart', text) === 'there';
        return [...(check?.(text) ?? []), ...checkPlaceholders(text)];
      },
      { fill: check === undefined ? NO_FILL : fill, places, isMain: false },
    );
    problems.push(...found);
  }
  if (format === 'autoinstall' && !names.includes('meta-data')) {
    problems.push({ path: folder, ...note('it has no meta-data: an empty one is served') });
  }
  return [
    ...(await checkFile(join(folder, main), (text) => checkSeed(format, text, { isReported }), {
      ...{ fill, places, isMain: true },
    })),
    ...problems,
  ];
}

async function checkFile(
  path: string,
  check: (text: string) => readonly SeedProblem[],
  { fill, places, isMain }: SeedLook & { readonly fill: SeedFill; readonly isMain: boolean },
): Promise<readonly SeedFileProblem[]> {
  const why = places === undefined ? undefined : await whyNoSeedBehindLinks(path, places);
  if (why !== undefined) return [{ path, ...fatal(why) }];
  const read = await withRegularFile(path, async (file, { size }) =>
    size > MOST_BYTES ? { size } : { size, bytes: await file.readFile() },
  );
  if (read === undefined) return [{ path, ...fatal('it is no file') }];
  const { size, bytes } = read;
  if (bytes === undefined) {
    const isTooBig = `it has ${Math.round(size / 1024 / 1024)} MiB: that is no seed`;
    return isMain ? [{ path, ...fatal(isTooBig) }] : [];
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    if (!isMain) return [];
    const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b;
    const why = isPacked
      ? note('it is packed with gzip: it is served as it is, and pxectl does not look into it')
      : gap('it is not UTF-8 text: it is served as it is, and pxectl does not look into it');
    return [{ path, ...why }];
  }
  return checkFilled(text, check, fill).map((problem) => ({ path, ...problem }));
}

/** Looks at a seed as the machine gets it. What is told shows no secret: it is found in the text without them. */
function checkFilled(
  text: string,
  check: (text: string) => readonly SeedProblem[],
  fill: SeedFill,
): readonly SeedProblem[] {
  try {
    const real = fill.forMachine(text);
    const shown = fill.withoutSecrets(text);
    const problems = check(shown.text).map((problem) => placed(problem, shown));
    if (shown.text === real.text || problems.some(({ weight }) => weight === 'fatal')) return problems;
    const [broken] = check(real.text).filter(({ weight }) => weight === 'fatal');
    if (broken === undefined) return problems;
    const why = 'one of its secrets breaks the lines around it: {{yaml (secret "…")}} writes it in quotes';
    return [...problems, placed({ ...broken, text: why }, real)];
  } catch (error) {
    if (error instanceof SeedTemplateError) return [fatal(error.message, error.at)];
    throw error;
  }
}

/** The place in the file that a place in the filled text comes from. */
const placed = (problem: SeedProblem, { placeAt }: FilledText): SeedProblem =>
  problem.at === undefined ? problem : { ...problem, at: placeAt(problem.at) };
