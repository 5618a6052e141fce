import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import type { PinnedPackage } from './pinned-packages.ts';
import { cacheFolder } from './project.ts';

/**
 * Takes one file out of a package that npm would not install here, since it is for another processor; kept for the next build.
 * @returns the path of the file, whose name in the cache tells its content
 */
export async function fileOfPackage(pinned: PinnedPackage, path: string): Promise<string> {
  const sum = createHash('sha256').update(`${pinned.integrity} ${path}`).digest('hex').slice(0, 16);
  const kept = join(cacheFolder, 'packages', `${pinned.name.replace('/', '+')}-${pinned.version}-${sum}`);
  if (existsSync(kept)) return kept;
  const bytes = await memberOf(await download(pinned), `package/${path}`);
  await writeFile(`${kept}.${process.pid}`, bytes, { mode: 0o755 });
  await rename(`${kept}.${process.pid}`, kept);
  return kept;
}

/** By npm itself: it knows the registry, its proxies and its cache. */
async function download({ name, version, integrity }: PinnedPackage): Promise<string> {
  const folder = join(cacheFolder, 'packages', `download-${process.pid}`);
  await mkdir(folder, { recursive: true });
  const args = ['pack', `${name}@${version}`, '--prefer-offline', '--json', '--pack-destination', folder];
  const { stdout } = await promisify(execFile)('npm', args, { maxBuffer: 2 ** 26 });
  const [packed] = Object.values(JSON.parse(stdout) as Record<string, { readonly filename: string }>);
  const file = join(folder, packed?.filename ?? '');
  const found = `sha512-${createHash('sha512')
    .update(await readFile(file))
    .digest('base64')}`;
  if (found === integrity) return file;
  await rm(folder, { recursive: true });
  throw new Error(
    `${name} ${version} is not the one of the pinned sum: it has ${found}, and not ${integrity}`,
  );
}

async function memberOf(tarball: string, path: string): Promise<Buffer> {
  const unpack = extract();
  const chunks: Buffer[] = [];
  unpack.on('entry', ({ name }, stream, next) => {
    if (name === path) stream.on('data', (chunk) => chunks.push(chunk as Buffer));
    stream.on('end', next).resume();
  });
  await pipeline(createReadStream(tarball), createGunzip(), unpack);
  await rm(join(tarball, '..'), { recursive: true });
  if (chunks.length === 0) throw new Error(`${tarball} has no ${path}`);
  return Buffer.concat(chunks);
}
