import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { FetchEvent } from '../../../src/images/fetch-progress.ts';
import { fetchImages } from '../../../src/images/fetch-images.ts';
import type { FetchedImage, FetchOptions } from '../../../src/images/fetch-types.ts';
import { listImages, removeImage, verifyImage } from '../../../src/images/manage-images.ts';
import { checkFiles } from '../../../src/images/verified-files.ts';
import { PxectlError } from '../../../src/model/errors.ts';
import { fileOf } from '../../../src/model/image.ts';
import { stateLayout, type StateLayout } from '../../../src/model/state-layout.ts';
import { writeCasperIso } from '../../support/casper-iso.ts';
import { makeGpgTestKey, type GpgTestKey } from '../../support/gpg-test-key.ts';
import { misbehaviour, startLoopbackMirror, type LoopbackMirror } from '../../support/loopback-mirror.ts';

const ID = 'ubuntu-20.04.3';
const NAME = 'ubuntu-20.04.3-live-server-amd64.iso';
const OLD = '/old/releases/20.04.3';
const ISO_PATH = `${OLD}/${NAME}`;
const folder = mkdtempSync(join(tmpdir(), 'pxectl-fetch-'));
const keyring = join(folder, 'test-key.gpg');
let iso: Buffer;
let key: GpgTestKey;
let mirror: LoopbackMirror;
let layout: StateLayout;
let events: FetchEvent[];
let state = 0;

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const put = (path: string, names: Readonly<Record<string, Buffer>>): void => {
  const list = Object.entries(names)
    .map(([name, bytes]) => `${sha256(bytes)} *${name}\n`)
    .join('');
  mirror.files.set(`${path}/SHA256SUMS`, Buffer.from(list));
  mirror.files.set(`${path}/SHA256SUMS.gpg`, key.detachedSignature(list));
  for (const [name, bytes] of Object.entries(names)) mirror.files.set(`${path}/${name}`, bytes);
};

beforeAll(() => {
  const file = join(folder, NAME);
  writeCasperIso(file, { files: { 'casper/hwe-vmlinuz': 'hwe kernel', 'casper/hwe-initrd': 'hwe initrd' } });
  iso = readFileSync(file);
  key = makeGpgTestKey('Mirror Test <mirror@example.org>');
  writeFileSync(keyring, key.publicKey);
});
afterAll(() => {
  key.dispose();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  mirror = await startLoopbackMirror();
  put(OLD, { [NAME]: iso, 'ubuntu-20.04.3-desktop-amd64.iso': Buffer.from('another') });
  put('/releases/20.04', { 'ubuntu-20.04.6-live-server-amd64.iso': iso });
  layout = stateLayout(join(folder, `state-${state++}`));
  events = [];
});
afterEach(() => mirror.close());

/** As messages name what was asked: the mirror, and whose it is. */
const asked = (path: string): string => {
  const vendor = path.startsWith('/old/') ? 'https://old-releases.ubuntu.com' : 'https://releases.ubuntu.com';
  return `${mirror.url}${path} (mirror of ${vendor})`;
};

const fetch = (ids: readonly string[] = [ID], options: FetchOptions = {}): Promise<FetchedImage[]> =>
  fetchImages(
    ids,
    {
      keyring,
      mirrors: {
        'https://releases.ubuntu.com': `${mirror.url}/releases`,
        'https://old-releases.ubuntu.com': `${mirror.url}/old/`,
        'https://archive.ubuntu.com': `${mirror.url}/archive`,
      },
      http: { stallTimeoutMs: 400, retryPauseMs: 5 },
      ...options,
    },
    { layout, progress: (event) => events.push(event) },
  );
const failure = async (work: Promise<unknown>): Promise<PxectlError> =>
  work.then(
    () => expect.fail('it should have failed'),
    (error: unknown) => (error instanceof PxectlError ? error : expect.fail(String(error))),
  );
/** After a failure the store must work: nothing half-made is in it, and the same fetch then succeeds. */
const expectStoreWorks = async (): Promise<void> => {
  mirror.misbehave = undefined;
  expect(await listImages(layout)).toEqual([]);
  await fetch();
  expect((await verifyImage(layout, ID)).isOk).toBe(true);
};
const isoRequests = () => mirror.requests.filter((request) => request.path === ISO_PATH);

describe('fetch ubuntu-20.04.3', () => {
  it('finds it on old-releases, verifies it, and takes kernel and initrd out', async () => {
    const [{ manifest, outcome } = expect.fail()] = await fetch();
    expect(outcome).toBe('fetched');
    expect(manifest).toMatchObject({
      id: ID,
      distribution: 'ubuntu',
      release: '20.04.3',
      verification: 'signature',
      origin: `https://old-releases.ubuntu.com/releases/20.04.3/${NAME}`,
      mirror: asked(ISO_PATH),
    });
    const told = events.flatMap((event) => ('text' in event ? [event.text] : []));
    expect(told).toContain(`looking in ${asked(`${OLD}/`)}`);
    expect(told).toContain(`downloading ${asked(ISO_PATH)}`);
    expect(told.at(-1)).toContain(`; from ${asked(ISO_PATH)}`);
    expect(manifest.boot.arguments).toEqual([
      'root=/dev/ram0',
      'ramdisk_size=1500000',
      'ip=dhcp',
      'url={root}',
      'cloud-config-url=/dev/null',
    ]);
    expect(fileOf(manifest, 'kernel')).toMatchObject({ path: 'vmlinuz', sizeBytes: 2_000_000 });
    expect(fileOf(manifest, 'root-image')).toMatchObject({ path: NAME, sha256: sha256(iso) });
    expect(fileOf(manifest, 'kernel-hwe')).toBeUndefined();
    const stored = join(layout.images, ID);
    expect(readFileSync(join(stored, NAME)).equals(iso)).toBe(true);
    expect(readdirSync(layout.images)).toEqual([ID]);
    expect(readdirSync(stored).sort()).toEqual(
      ['initrd', 'manifest.json', NAME, 'verified.json', 'vmlinuz'].sort(),
    );
    // it was hashed as it came: nothing is read again before it is served
    await checkFiles(stored, manifest.files, { onHash: ({ path }) => expect.unreachable(path) });
    expect((await verifyImage(layout, ID)).isOk).toBe(true);
  });

  it('finds it there while the other server still lists it and has it no more', async () => {
    for (const path of ['/releases/20.04.3', '/releases/20.04']) {
      put(path, { 'ubuntu-20.04.6-live-server-amd64.iso': iso, [NAME]: iso });
      mirror.files.delete(`${path}/${NAME}`);
    }
    const [{ manifest } = expect.fail()] = await fetch();
    expect(manifest.origin).toBe(`https://old-releases.ubuntu.com/releases/20.04.3/${NAME}`);
    expect((await verifyImage(layout, ID)).isOk).toBe(true);
  });

  it('names every place when all that list it have it no more', async () => {
    put('/releases/20.04', { [NAME]: iso });
    mirror.files.delete(`/releases/20.04/${NAME}`);
    mirror.files.delete(ISO_PATH);
    const error = await failure(fetch());
    expect(error.code).toBe('E_NOT_FOUND');
    expect(error.why).toContain(`${asked('/releases/20.04/')} (the file is not there)`);
    expect(error.why).toContain(`${asked('/old/releases/20.04.3/')} (the file is not there)`);
    expect(await listImages(layout)).toEqual([]);
  });

  it('a second time does nothing, and says so', async () => {
    await fetch();
    const before = mirror.requests.length;
    expect((await fetch())[0]?.outcome).toBe('present');
    expect(mirror.requests.length).toBe(before);
  });

  it('ubuntu-20.04 is the newest point release', async () => {
    put('/releases/20.04', {
      'ubuntu-20.04.6-live-server-amd64.iso': Buffer.from('older'),
      'ubuntu-20.04.10-live-server-amd64.iso': iso,
      'ubuntu-20.04-live-server-amd64.iso': Buffer.from('first'),
    });
    const [{ manifest } = expect.fail()] = await fetch(['ubuntu-20.04']);
    expect(manifest.id).toBe('ubuntu-20.04');
    expect(manifest.origin).toMatch(/ubuntu-20\.04\.10-live-server-amd64\.iso$/);
  });

  it('--kernel hwe keeps both kernels', async () => {
    const [{ manifest } = expect.fail()] = await fetch([ID], { kernel: 'hwe' });
    expect(fileOf(manifest, 'kernel-hwe')?.path).toBe('hwe-vmlinuz');
    expect(fileOf(manifest, 'kernel')?.path).toBe('vmlinuz');
  });

  it('tells the progress in bytes, the last byte included', async () => {
    await fetch();
    const last = events.filter((event) => event.type === 'bytes' && event.file === NAME).at(-1);
    expect(last).toMatchObject({ doneBytes: iso.length, totalBytes: iso.length });
  });

  it('two at once: one downloads, the other waits and finds it there', async () => {
    const [first, second] = await Promise.all([fetch(), fetch()]);
    expect([first[0]?.outcome, second[0]?.outcome].sort()).toEqual(['fetched', 'present']);
    expect(isoRequests()).toHaveLength(1);
  });

  it('several images in one call', async () => {
    const results = await fetch([ID, 'ubuntu-20.04', ID]);
    expect(results.map((result) => result.manifest.id).sort()).toEqual(['ubuntu-20.04', ID]);
  });

  it('one that fails does not stop the others', async () => {
    expect((await failure(fetch(['ubuntu-22.04', ID]))).code).toBe('E_NOT_FOUND');
    expect((await listImages(layout)).map((image) => image.id)).toEqual([ID]);
  });

  it('every one that fails is told', async () => {
    const error = await failure(fetch(['ubuntu-22.04', 'ubuntu-24.04'], { parallel: 1 }));
    expect(error.message).toContain('ubuntu-22.04');
    const told = events.filter((event) => event.type === 'warning').map((event) => event.text);
    expect(told).toEqual([
      expect.stringMatching(/^not fetched: ubuntu-24\.04 is at none of its addresses: /),
    ]);
  });

  it('a name that nobody knows is told before anything is downloaded', async () => {
    expect((await failure(fetch([ID, 'ubuntu-20.4']))).code).toBe('E_IMAGE_UNKNOWN');
    expect(mirror.requests).toEqual([]);
  });

  it('rm removes it, and only it', async () => {
    await fetch([ID, 'ubuntu-20.04']);
    await removeImage(layout, ID);
    expect((await listImages(layout)).map((image) => image.id)).toEqual(['ubuntu-20.04']);
    expect((await failure(removeImage(layout, ID))).code).toBe('E_IMAGE_NOT_FETCHED');
  });

  it('verify finds a changed file and a missing one', async () => {
    await fetch();
    writeFileSync(join(layout.images, ID, 'vmlinuz'), Buffer.alloc(2_000_000, 'other'));
    rmSync(join(layout.images, ID, 'initrd'));
    const check = await verifyImage(layout, ID);
    expect(check.isOk).toBe(false);
    expect(check.files.map((file) => file.outcome)).toEqual(['wrong-hash', 'missing', 'ok']);
  });
});

describe('resume', () => {
  const begun = (sizeBytes: number, facts: object): string => {
    const parts = join(layout.images, `.parts-${ID}`);
    mkdirSync(parts, { recursive: true });
    const part = join(parts, `${NAME}.part`);
    writeFileSync(part, iso.subarray(0, sizeBytes));
    writeFileSync(`${part}.json`, JSON.stringify(facts));
    return part;
  };
  const url = `https://old-releases.ubuntu.com/releases/20.04.3/${NAME}`;
  const etag = () => `"${iso.length}-1"`;

  it('goes on where a killed download stopped, and hashes the old bytes too', async () => {
    begun(1_500_000, { url, etag: etag(), totalBytes: iso.length });
    await fetch();
    expect(isoRequests()).toEqual([{ path: ISO_PATH, range: 'bytes=1500000-', ifRange: etag() }]);
    expect(events).toContainEqual({
      type: 'step',
      subject: ID,
      text: 'going on where it stopped: 23% is here',
    });
    expect((await verifyImage(layout, ID)).isOk).toBe(true);
    expect(existsSync(join(layout.images, `.parts-${ID}`))).toBe(false);
  });

  it('starts over when the file changed', async () => {
    begun(1_500_000, { url, etag: '"another"', totalBytes: iso.length });
    await fetch();
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'warning', text: expect.stringContaining('starts over') as string }),
    );
    expect((await verifyImage(layout, ID)).isOk).toBe(true);
  });

  it('starts over once when the old bytes were wrong', async () => {
    const part = begun(1_500_000, { url, totalBytes: iso.length });
    writeFileSync(part, Buffer.alloc(1_500_000));
    await fetch();
    expect(isoRequests().map((request) => request.range)).toEqual(['bytes=1500000-', undefined]);
    expect((await verifyImage(layout, ID)).isOk).toBe(true);
  });

  it('a part that is already whole is only hashed', async () => {
    begun(iso.length, { url, etag: etag(), totalBytes: iso.length });
    await fetch();
    expect(events.map((event) => (event.type === 'step' ? event.text : ''))).toContain(
      'all of it was downloaded before: hashing',
    );
    expect(isoRequests()).toHaveLength(1);
    expect((await verifyImage(layout, ID)).isOk).toBe(true);
  });

  it('a part longer than the file starts over', async () => {
    const part = begun(10, { url, etag: etag(), totalBytes: iso.length });
    writeFileSync(part, Buffer.alloc(iso.length + 10));
    await fetch();
    expect((await verifyImage(layout, ID)).isOk).toBe(true);
  });

  it('a line that breaks again and again still gets there', async () => {
    mirror.misbehave = misbehaviour.closing(ISO_PATH, iso, 700_000);
    await fetch();
    expect(isoRequests().length).toBeGreaterThan(5);
    expect((await verifyImage(layout, ID)).isOk).toBe(true);
  });

  it('kill -9 in the middle, then the same fetch again', { timeout: 30_000 }, async () => {
    mirror.misbehave = (path, _request, response) => {
      if (path !== ISO_PATH) return false;
      response
        .writeHead(200, { 'content-length': iso.length, etag: etag() })
        .write(iso.subarray(0, 2_000_000));
      return true;
    };
    const script = join(folder, 'fetch.mts');
    const root = process.cwd();
    writeFileSync(
      script,
      `import { fetchImages } from '${root}/src/images/fetch-images.ts';
import { stateLayout } from '${root}/src/model/state-layout.ts';
await fetchImages(['${ID}'], ${JSON.stringify({ keyring, mirrors: { 'https://releases.ubuntu.com': `${mirror.url}/releases`, 'https://old-releases.ubuntu.com': `${mirror.url}/old` } })}, { layout: stateLayout('${layout.root}'), progress: () => undefined });`,
    );
    const { spawn } = await import('node:child_process');
    const child = spawn(process.execPath, ['--import', 'tsx', script], { cwd: root, stdio: 'ignore' });
    const part = join(layout.images, `.parts-${ID}`, `${NAME}.part`);
    while (!existsSync(part) || statSync(part).size < 2_000_000)
      await new Promise((resolve) => setTimeout(resolve, 50));
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
    mirror.misbehave = undefined;
    mirror.requests.length = 0;
    await fetch();
    expect(isoRequests()).toEqual([{ path: ISO_PATH, range: 'bytes=2000000-', ifRange: etag() }]);
    expect((await verifyImage(layout, ID)).isOk).toBe(true);
    expect(readdirSync(layout.images)).toEqual([ID]);
  });
});

describe('trust', () => {
  const spoil: readonly [string, () => void, string, RegExp][] = [
    [
      'a wrong hash in a signed list',
      () => put(OLD, { [NAME]: Buffer.from('x') }),
      'E_CHECKSUM',
      /list says/,
    ],
    [
      'a changed list',
      () => mirror.files.set(`${OLD}/SHA256SUMS`, Buffer.from(`${'0'.repeat(64)} *${NAME}\n`)),
      'E_SIGNATURE',
      /does not fit/,
    ],
    ['no signature', () => mirror.files.delete(`${OLD}/SHA256SUMS.gpg`), 'E_SIGNATURE', /^$/],
  ];
  it.each(spoil)('%s is refused', async (_name, damage, code, why) => {
    damage();
    if (code === 'E_CHECKSUM') mirror.files.set(ISO_PATH, iso);
    const error = await failure(fetch());
    expect(error.code).toBe(code);
    expect(error.why ?? '').toMatch(why);
    // whoever is to blame is named: the mirror that was asked
    expect(error.message).toContain(`${mirror.url}${OLD}/`);
    expect(error.message).toContain('(mirror of https://old-releases.ubuntu.com)');
    put(OLD, { [NAME]: iso });
    await expectStoreWorks();
  });

  it('a key ring that is not there is the error, and not the addresses', async () => {
    const error = await failure(fetch([ID], { keyring: join(folder, 'no-such.gpg') }));
    expect(error).toMatchObject({ code: 'E_NOT_FOUND', next: 'check --keyring' });
    expect(error.message).toContain('no-such.gpg');
    expect((await failure(fetch([ID], { keyring: folder }))).message).toContain('is a folder');
  });

  it('the key of a mirror is refused without --keyring', async () => {
    mirror.files.set('/archive/ubuntu/project/ubuntu-archive-keyring.gpg', key.publicKey);
    const { keyring: _keyring, ...rest } = { keyring };
    const error = await failure(
      fetchImages(
        [ID],
        {
          ...rest,
          mirrors: {
            'https://releases.ubuntu.com': `${mirror.url}/releases`,
            'https://old-releases.ubuntu.com': `${mirror.url}/old`,
            'https://archive.ubuntu.com': `${mirror.url}/archive`,
          },
        },
        { layout, progress: () => undefined },
      ),
    );
    expect(error.code).toBe('E_SIGNATURE');
    expect(`${error.message} ${error.why}`).toContain('843938DF228D22F7B3742BC0D94AA3F0EFE21092');
    await expectStoreWorks();
  });

  it('--insecure-skip-verify is loud, and recorded for ever', async () => {
    mirror.files.delete(`${OLD}/SHA256SUMS.gpg`);
    const [{ manifest } = expect.fail()] = await fetch([ID], { isVerificationSkipped: true });
    expect(manifest).toMatchObject({ verification: 'skipped', verifiedBy: 'nobody: --insecure-skip-verify' });
    expect(events.some((event) => event.type === 'warning' && event.text.includes('NOT CHECKED'))).toBe(true);
    expect((await listImages(layout))[0]?.verification).toBe('skipped');
  });
});

describe('mirrors that are not well', () => {
  it('404 everywhere names every address', async () => {
    mirror.files.clear();
    const error = await failure(fetch());
    expect(error.code).toBe('E_NOT_FOUND');
    expect(error.why).toContain(`${asked('/releases/20.04.3/')} (not there)`);
    expect(error.why).toContain(`${asked('/old/releases/20.04.3/')} (not there)`);
  });

  const cases: readonly [string, () => LoopbackMirror['misbehave'], string, RegExp][] = [
    ['stalls', () => misbehaviour.stalling(ISO_PATH), 'E_DOWNLOAD', /went silent/],
    [
      'sends a web page for the ISO',
      () =>
        (path, ...rest) =>
          path === ISO_PATH && misbehaviour.captivePortal()(path, ...rest),
      'E_DOWNLOAD',
      /log-in page/,
    ],
    [
      'announces more than it sends',
      () => misbehaviour.lyingLong(ISO_PATH, iso),
      'E_DOWNLOAD',
      /closed|number of bytes/,
    ],
    ['announces less than there is', () => misbehaviour.lyingShort(ISO_PATH, iso), 'E_CHECKSUM', /list says/],
    ['is always out of order', () => misbehaviour.serverError(ISO_PATH, 1000), 'E_DOWNLOAD', /has a problem/],
  ];
  it.each(cases)('one that %s gives one clear error', async (_name, behave, code, why) => {
    mirror.misbehave = behave();
    const error = await failure(fetch());
    expect(error.code).toBe(code);
    expect(error.why).toMatch(why);
    expect(isoRequests().length).toBeLessThan(45);
    await expectStoreWorks();
  });

  it('one that ignores Range is downloaded from the start', async () => {
    mirror.misbehave = misbehaviour.rangeBlind(ISO_PATH, iso);
    await fetch();
    expect((await verifyImage(layout, ID)).isOk).toBe(true);
  });

  it('one that is out of order for a moment is asked again', async () => {
    mirror.misbehave = misbehaviour.serverError(ISO_PATH, 2);
    await fetch();
    expect(isoRequests()).toHaveLength(3);
  });

  it('a captive portal instead of everything', async () => {
    mirror.misbehave = misbehaviour.captivePortal();
    const error = await failure(fetch());
    expect(error.code).toBe('E_DOWNLOAD');
    expect(error.why).toMatch(/log-in page/);
    await expectStoreWorks();
  });

  it('--offline sends nothing', async () => {
    const error = await failure(fetch([ID], { isOffline: true }));
    expect(error.code).toBe('E_OFFLINE');
    expect(mirror.requests).toEqual([]);
  });
});

describe('disks that are not well', () => {
  it('an ISO without casper is not stored', async () => {
    const file = join(folder, 'no-casper.iso');
    writeCasperIso(file, { files: { 'casper/vmlinuz': undefined } });
    put(OLD, { [NAME]: readFileSync(file) });
    expect((await failure(fetch())).code).toBe('E_IMAGE_UNRECOGNISED');
    put(OLD, { [NAME]: iso });
    await expectStoreWorks();
  });

  it('a truncated ISO that is signed as it is', async () => {
    put(OLD, { [NAME]: iso.subarray(0, 3_000_000) });
    expect((await failure(fetch())).code).toBe('E_ISO_INVALID');
    put(OLD, { [NAME]: iso });
    await expectStoreWorks();
  });

  it.skipIf(process.getuid?.() !== 0)(
    'a full disk: one error, nothing lost, and the same fetch goes on',
    async () => {
      const mount = join(folder, 'small-disk');
      mkdirSync(mount, { recursive: true });
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=5m', 'tmpfs', mount]);
      try {
        layout = stateLayout(join(mount, 'state'));
        expect((await failure(fetch())).code).toBe('E_DISK_FULL');
        mirror.misbehave = (path, _request, response) => {
          // without a length nobody can know beforehand: the disk really fills up
          if (path !== ISO_PATH) return false;
          response.writeHead(200, { etag: etag() }).end(iso);
          return true;
        };
        const etag = () => `"${iso.length}-1"`;
        expect((await failure(fetch())).code).toBe('E_DISK_FULL');
        execFileSync('mount', ['-o', 'remount,size=40m', mount]);
        mirror.misbehave = undefined;
        await fetch();
        expect(isoRequests().at(-1)?.range).toMatch(/^bytes=\d+-$/);
        expect((await verifyImage(layout, ID)).isOk).toBe(true);
      } finally {
        execFileSync('umount', [mount]);
      }
    },
  );

  it.skipIf(process.getuid?.() !== 0)(
    'a file that changed needs the room of one, and not of two',
    async () => {
      const mount = join(folder, 'disk-for-one');
      mkdirSync(mount, { recursive: true });
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=12m', 'tmpfs', mount]);
      try {
        layout = stateLayout(join(mount, 'state'));
        const parts = join(layout.images, `.parts-${ID}`);
        mkdirSync(parts, { recursive: true });
        const part = join(parts, `${NAME}.part`);
        writeFileSync(part, Buffer.alloc(6_000_000));
        const url = `https://old-releases.ubuntu.com/releases/20.04.3/${NAME}`;
        writeFileSync(`${part}.json`, JSON.stringify({ url, etag: '"old"', totalBytes: iso.length }));
        await fetch();
        expect((await verifyImage(layout, ID)).isOk).toBe(true);
      } finally {
        execFileSync('umount', [mount]);
      }
    },
  );

  it('no permission to write', async () => {
    const readOnly = join(folder, 'read-only');
    mkdirSync(readOnly);
    if (process.getuid?.() === 0) {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'ro', 'tmpfs', readOnly]);
    } else chmodSync(readOnly, 0o555);
    try {
      layout = stateLayout(join(readOnly, 'state'));
      expect((await failure(fetch())).code).toBe('E_PERMISSION');
    } finally {
      if (process.getuid?.() === 0) execFileSync('umount', [readOnly]);
    }
  });
});
