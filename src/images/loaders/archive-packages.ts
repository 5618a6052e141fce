import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { assetError } from '../../model/errors.ts';
import { debianKey } from '../catalogue/debian.ts';
import { decompress } from '../decompress.ts';
import { checkRelease, releaseSums } from '../verify/release-file.ts';
import { checkOrSkip, type VouchInput } from '../verify/vouched-files.ts';
import { verifyClearsigned } from '../verify/verify-signature.ts';
import { readDebFiles } from './deb-package.ts';
import type { DebArchitecture, PackageSource } from './package-source.ts';

/** The archive that loaders are taken from where there is no apt. Debian 12: what the firmware lab was measured with. */
const ARCHIVE = { base: 'https://ftp.debian.org/debian/', suite: 'bookworm', release: '12' } as const;

const MAX_INDEX_BYTES = 64 * 1024 * 1024;
const MAX_DEB_BYTES = 64 * 1024 * 1024;

interface IndexEntry {
  readonly version: string;
  readonly filename: string;
  readonly sha256: string;
}

/** Debian's archive over HTTP: InRelease (signed) vouches for Packages, Packages for the .deb. */
export function archivePackages(input: VouchInput): PackageSource {
  const indexes = new Map<DebArchitecture, Promise<Map<string, IndexEntry>>>();
  return {
    name: 'the Debian archive',
    async find(name, architecture, paths) {
      const index = indexes.get(architecture) ?? readIndex(architecture, input);
      indexes.set(architecture, index);
      const entry = (await index).get(name);
      if (entry === undefined) return undefined;
      const url = ARCHIVE.base + entry.filename;
      const origin = input.client.askedAddress(url);
      const deb = await input.client.getBytes(url, MAX_DEB_BYTES, { isVouched: true });
      checkSum(origin, deb, entry.sha256, 'Packages');
      const files = await readDebFiles(deb, paths, origin);
      return { name, version: entry.version, origin, read: async (path) => files.get(path) };
    },
  };
}

async function readIndex(architecture: DebArchitecture, input: VouchInput): Promise<Map<string, IndexEntry>> {
  const { client, context } = input;
  const folder = `${ARCHIVE.base}dists/${ARCHIVE.suite}/`;
  context.progress({ type: 'step', subject: 'loaders', text: `looking in ${client.askedAddress(folder)}` });
  const inRelease = client.askedAddress(`${folder}InRelease`);
  const release = await client.getBytes(`${folder}InRelease`, MAX_INDEX_BYTES, { isVouched: true });
  const checked = await checkOrSkip({ id: 'loaders' }, debianKey(ARCHIVE.release), inRelease, input, (keys) =>
    verifyClearsigned(inRelease, release, keys).then((result) => result.signedText),
  );
  if (checked.text !== undefined) {
    checkRelease(checked.text, { codename: ARCHIVE.suite, name: inRelease }, new Date());
  }
  const sums = releaseSums(checked.text ?? Buffer.from(release).toString('utf8'));
  const name = ['xz', 'gz']
    .map((suffix) => `main/binary-${architecture}/Packages.${suffix}`)
    .find((n) => sums.has(n));
  if (name === undefined) {
    throw assetError('E_NOT_FOUND', {
      what: `${inRelease} names no list of packages for ${architecture}`,
    });
  }
  const packed = await client.getBytes(folder + name, MAX_INDEX_BYTES, { isVouched: true });
  checkSum(client.askedAddress(folder + name), packed, sums.get(name) ?? '', 'InRelease');
  return parsePackages(decompress(Readable.from([packed])));
}

/** Reads a Packages list piece by piece: unpacked it is 50 MB. */
export async function parsePackages(source: AsyncIterable<Uint8Array>): Promise<Map<string, IndexEntry>> {
  const index = new Map<string, IndexEntry>();
  const decoder = new TextDecoder();
  let rest = '';
  const take = (stanza: string): void => {
    const field = (name: string): string | undefined =>
      new RegExp(`^${name}: (.+)$`, 'm').exec(stanza)?.[1]?.trim();
    const [name, version, filename, sha256] = ['Package', 'Version', 'Filename', 'SHA256'].map(field);
    if (name !== undefined && version !== undefined && filename !== undefined && sha256 !== undefined) {
      index.set(name, { version, filename, sha256 });
    }
  };
  for await (const chunk of source) {
    const stanzas = (rest + decoder.decode(chunk, { stream: true })).split('\n\n');
    rest = stanzas.pop() ?? '';
    stanzas.forEach(take);
  }
  take(rest);
  return index;
}

function checkSum(url: string, bytes: Uint8Array, expected: string, by: string): void {
  const actual = createHash('sha256').update(bytes).digest('hex');
  if (actual === expected) return;
  throw assetError('E_CHECKSUM', {
    what: `${url} is not the file that the archive published`,
    why: `its SHA-256 is ${actual}, ${by} says ${expected}`,
    next: 'the mirror may be in the middle of an update: try again later, or name another: --mirror PREFIX=URL',
  });
}
