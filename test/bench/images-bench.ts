import { randomBytes } from 'node:crypto';
import {
  closeSync,
  createReadStream,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { runOrThrow } from '../../src/platform/processes.ts';
import { median } from './bench-link.ts';
import type { BenchRow } from './bench-row.ts';

const ROUNDS = 7;
const ISO_MIB = 320;
/** kernel and initrd of an Ubuntu live-server image are about 90 MiB; more makes the figures steadier */
const INITRD_MIB = 160;
const WORK_SCRIPT = join(import.meta.dirname, '..', '..', '.cache', 'bench', 'image-work.mjs');

interface Work {
  readonly ms: number;
  readonly maxRssMiB: number;
}

/**
 * Hashing while downloading against sha256sum of the same file, and taking kernel and initrd out of an ISO against cp of
 * the same bytes, each with its sync; ours hashes them as well, so sha256sum is added to cp. Files are in the page cache for
 * all. Needs dist/.
 */
export async function benchImages(log: (line: string) => void): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'pxectl-bench-images-'));
  try {
    await bundleWork();
    const iso = await makeIso(folder);
    const sum = (await runOrThrow('sha256sum', [iso])).stdout.slice(0, 64);
    const server = await serve(iso);
    const times = { download: [] as Work[], sha256sum: [] as number[], extract: [] as Work[] };
    let commandRss = 0;
    const copies: { cp: number; both: number }[] = [];
    try {
      for (let round = 0; round < ROUNDS; round += 1) {
        times.download.push(await workIn(join(folder, 'out'), ['download', server.url, sum]));
        times.sha256sum.push(await timed(() => runOrThrow('sha256sum', [iso])));
      }
      commandRss = await rssOfFetch(join(folder, 'project'), server.url);
    } finally {
      server.close();
    }
    // apart from the downloads, whose last bytes a disk may still be working on
    for (let round = 0; round < ROUNDS; round += 1) {
      times.extract.push(await workIn(join(folder, 'out'), ['extract', iso]));
      copies.push(await copy(folder));
    }
    const ms = (works: readonly Work[]): number => median(works.map((one) => one.ms));
    const rss = Math.max(commandRss, ...[...times.download, ...times.extract].map((one) => one.maxRssMiB));
    const [download, hash] = [ms(times.download), median(times.sha256sum)];
    const extract = ms(times.extract);
    const [cp, both] = [median(copies.map((one) => one.cp)), median(copies.map((one) => one.both))];
    log(`images: download ${download.toFixed(0)} ms, sha256sum ${hash.toFixed(0)} ms`);
    log(
      `images: extract ${extract.toFixed(0)} ms, cp ${cp.toFixed(0)} ms, with sha256sum ${both.toFixed(0)} ms, at most ${rss.toFixed(0)} MiB`,
    );
    const group = 'Images';
    const time = { group, unit: 'ms', isMoreBetter: false } as const;
    return [
      {
        ...time,
        what: `download, hash and fsync ${ISO_MIB} MiB`,
        pxectl: download,
        peers: { sha256sum: hash },
        promise: 'within 1.2×',
        isKept: download <= 1.2 * hash,
      },
      {
        ...time,
        what: `extract and hash ${INITRD_MIB + 16} MiB from an ISO`,
        pxectl: extract,
        peers: { 'cp + sync + sha256sum': both, 'cp + sync': cp },
        // a manifest needs the hash, which cp does not make
        promise: 'within 1.2× of cp and sha256sum',
        isKept: extract <= 1.2 * both,
      },
      {
        group,
        what: 'largest memory of both, and of a whole pxectl fetch',
        unit: 'MiB',
        pxectl: rss,
        peers: {},
        isMoreBetter: false,
        promise: 'under 150 MB',
        isKept: rss * 1.048576 < 150,
      },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function makeIso(folder: string): Promise<string> {
  const casper = join(folder, 'tree/casper');
  mkdirSync(casper, { recursive: true });
  fill(join(casper, 'vmlinuz'), 16);
  fill(join(casper, 'initrd'), INITRD_MIB);
  fill(join(casper, 'filesystem.squashfs'), ISO_MIB - INITRD_MIB - 16);
  mkdirSync(join(folder, 'tree/.disk'));
  writeFileSync(
    join(folder, 'tree/.disk/info'),
    'Ubuntu-Server 20.04.3 LTS "Focal Fossa" - Release amd64 (20210824)\n',
  );
  const iso = join(folder, 'bench.iso');
  await runOrThrow('xorriso', ['-as', 'mkisofs', '-quiet', '-R', '-o', iso, join(folder, 'tree')]);
  return iso;
}

function fill(path: string, mib: number): void {
  const handle = openSync(path, 'w');
  for (let index = 0; index < mib; index += 1) writeSync(handle, randomBytes(1024 * 1024));
  closeSync(handle);
}

async function serve(file: string): Promise<{ url: string; close(): void }> {
  const { size } = statSync(file);
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-length': size, 'content-type': 'application/octet-stream' });
    createReadStream(file, { highWaterMark: 1024 * 1024 }).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/bench.iso`;
  return { url, close: () => void server.close() };
}

/** The work in one file, two folders below the package, as the built program has it. */
async function bundleWork(): Promise<void> {
  const from = join(import.meta.dirname, 'image-work-process.ts');
  const how = { bundle: true, format: 'esm', platform: 'node', packages: 'external' } as const;
  await build({ ...how, entryPoints: [from], outfile: WORK_SCRIPT });
}

async function workIn(folder: string, args: readonly string[]): Promise<Work> {
  const result = await runOrThrow(process.execPath, [WORK_SCRIPT, ...args, folder]);
  rmSync(folder, { recursive: true });
  return JSON.parse(result.stdout) as Work;
}

/** Peak memory of `pxectl fetch --from URL`, in MiB: download, extraction and loaders in one process. */
async function rssOfFetch(folder: string, url: string): Promise<number> {
  mkdirSync(folder);
  const root = join(import.meta.dirname, '..', '..');
  const reporter = `process.on('exit', () => console.error('rss', process.resourceUsage().maxRSS))`;
  const result = await runOrThrow(
    process.execPath,
    [
      ...['--import', `data:text/javascript,${encodeURIComponent(reporter)}`],
      ...[join(root, 'bin', 'pxectl.js'), 'fetch', '--from', url, '--no-add'],
    ],
    { cwd: folder },
  );
  rmSync(folder, { recursive: true });
  const kibibytes = /^rss (\d+)$/m.exec(result.stderr)?.[1];
  if (kibibytes === undefined) throw new Error(`pxectl fetch told no memory: ${result.stderr}`);
  return Number(kibibytes) / 1024;
}

/** cp with the sync that makes it as lasting as ours; and then with the hash that ours has as well. */
async function copy(folder: string): Promise<{ cp: number; both: number }> {
  const out = join(folder, 'copied');
  mkdirSync(out);
  const files = ['vmlinuz', 'initrd'].map((name) => join(folder, 'tree/casper', name));
  const cp = await timed(async () => {
    await runOrThrow('cp', [...files, out]);
    await runOrThrow('sync', ['vmlinuz', 'initrd'], { cwd: out });
  });
  const hashing = await timed(() => runOrThrow('sha256sum', files));
  rmSync(out, { recursive: true });
  return { cp, both: cp + hashing };
}

async function timed(task: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await task();
  return performance.now() - startedMs;
}
