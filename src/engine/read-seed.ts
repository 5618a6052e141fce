import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { alpineOverlay, OVERLAY_NAME } from '../images/alpine-overlay.ts';
import { NOCLOUD_NAMES, seedFill } from '../machines/seeds/fill-seed.ts';
import { PLACEHOLDERS } from '../machines/seeds/placeholders.ts';
import { whyNoSeedBehindLinks } from '../machines/seeds/private-seed.ts';
import { whereOf } from '../machines/seeds/seed-problem.ts';
import { SeedTemplateError } from '../machines/seeds/seed-template-error.ts';
import { httpBaseUrl, type BootContext } from '../model/boot-context.ts';
import type { Machine } from '../model/config.ts';
import { messageOf, systemCodeOf } from '../model/errors.ts';
import { SEED_FILE_NAMES, type SeedFormat } from '../model/image.ts';
import type { PrivatePlaces } from '../model/private-places.ts';
import { printable } from '../model/printable.ts';
import { machineUrl } from '../plan/machine-url.ts';
import { withRegularFile } from '../platform/regular-file.ts';
import { seedValues } from './seed-values.ts';

export type SeedAnswer =
  | { readonly body: Uint8Array }
  | {
      readonly status: number;
      /** for whoever asked: no path of this machine */
      readonly told: string;
      /** for the events */
      readonly problem: string;
    };

/** What a machine gets that asks for this file of its seed, filled in. */
export async function readSeed(
  context: BootContext,
  machine: Machine,
  name: string,
  places: PrivatePlaces,
): Promise<SeedAnswer> {
  if (name !== OVERLAY_NAME) return readSeedFile(context, machine, name, places);
  const script = await readSeedFile(context, machine, SEED_FILE_NAMES.alpine, places);
  return 'body' in script ? { body: await alpineOverlay(script.body) } : script;
}

async function readSeedFile(
  context: BootContext,
  machine: Machine,
  name: string,
  places: PrivatePlaces,
): Promise<SeedAnswer> {
  const seedPath = machine.install?.seed ?? '';
  const imageId = machine.image ?? context.config.boot.default;
  const format = context.images.find((image) => image.id === imageId)?.boot.seedFormat ?? 'none';
  const missing = `no ${printable(name)} in the seed of ${machine.name}`;
  const notThere: SeedAnswer = { status: 404, told: missing, problem: missing };
  try {
    const isFolder = (await stat(seedPath)).isDirectory();
    if (!isFolder && isOptionalFile(format, name)) return { body: new Uint8Array() };
    const isMain = name === SEED_FILE_NAMES[format] || (!isFolder && name === basename(seedPath));
    if (!isFolder && !isMain) return notThere;
    if (isFolder && (name === '' || /[/\0]/.test(name) || name.startsWith('.'))) return notThere;
    const path = isFolder ? join(seedPath, name) : seedPath;
    const why = await whyNoSeedBehindLinks(path, places);
    if (why !== undefined) return unreadable(machine, `${path}: ${why}`);
    const bytes = await withRegularFile(path, (file) => file.readFile());
    if (bytes === undefined) return unreadable(machine, `${path} is no file`);
    const isFilled = isMain || isOptionalFile(format, name);
    return { body: withPlaceholders(isFilled ? fill(bytes, path) : bytes) };
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT' && isOptionalFile(format, name)) return { body: new Uint8Array() };
    if (systemCodeOf(error) === 'ENOENT') return { ...notThere, problem: messageOf(error) };
    return unreadable(machine, messageOf(error));
  }

  function fill(bytes: Buffer, path: string): Buffer {
    const text = textOf(bytes);
    if (text === undefined) return bytes;
    const image = context.images.find(({ id }) => id === imageId);
    const report = machineUrl(context, 'report', machine);
    try {
      const values = seedValues(context.config, machine, image, { report, secrets: places.secrets });
      return Buffer.from(seedFill(values).forMachine(text).text);
    } catch (error) {
      if (!(error instanceof SeedTemplateError)) throw error;
      const { message, at } = error;
      throw new Error(`${whereOf({ path, ...(at === undefined ? {} : { at }) })}: ${message}`, {
        cause: error,
      });
    }
  }

  function withPlaceholders(bytes: Buffer): Buffer {
    // a byte a character: what is packed or of another encoding goes out as it came in
    const text = bytes.toString('latin1');
    const report = machineUrl(context, 'report', machine);
    const filled = text
      .replaceAll(PLACEHOLDERS.report, report)
      .replaceAll(PLACEHOLDERS.http, httpBaseUrl(context.config));
    return Buffer.from(filled, 'latin1');
  }
}

const unreadable = ({ name }: Machine, problem: string): SeedAnswer => ({
  status: 500,
  told: `the seed of ${name} cannot be read (pxectl logs says why)`,
  problem: `seed of ${name}: ${problem}`,
});

/** cloud-init wants these to be there (200), and takes them empty (NoCloud: meta-data is required). */
function isOptionalFile(format: SeedFormat, name: string): boolean {
  return format === 'autoinstall' && NOCLOUD_NAMES.some((known) => known === name);
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
