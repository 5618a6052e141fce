import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fetchImages } from '../../../src/images/fetch-images.ts';
import type { FetchEvent } from '../../../src/images/fetch-progress.ts';
import type { FetchedImage } from '../../../src/images/fetch-types.ts';
import { listImages, removeImage, verifyImage } from '../../../src/images/manage-images.ts';
import { openStore } from '../../../src/images/store.ts';
import { withLock } from '../../../src/platform/file-lock.ts';
import { stateLayout, type StateLayout } from '../../../src/model/state-layout.ts';
import { writeCasperIso } from '../../support/casper-iso.ts';
import { misbehaviour, startLoopbackMirror, type LoopbackMirror } from '../../support/loopback-mirror.ts';

const folder = mkdtempSync(join(tmpdir(), 'pxectl-shared-store-'));
const file = join(folder, 'own.iso');
let iso: Buffer;
let mirror: LoopbackMirror;
let layout: StateLayout;
let state = 0;

beforeAll(() => {
  writeCasperIso(file, { files: { 'casper/filesystem.squashfs': Buffer.alloc(40_000_000, 'squashfs ') } });
  iso = readFileSync(file);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(async () => {
  mirror = await startLoopbackMirror(new Map([['/own.iso', iso]]));
  layout = stateLayout(join(folder, `state-${state++}`));
});
afterEach(() => mirror.close());

const fetchFrom = (
  from: string,
  id?: string,
  progress: (event: FetchEvent) => void = () => undefined,
  signal?: AbortSignal,
): Promise<FetchedImage[]> =>
  fetchImages(
    [from],
    { ...(id === undefined ? {} : { storedAs: id }), http: { stallTimeoutMs: 2000, retryPauseMs: 5 } },
    { layout, progress, ...(signal === undefined ? {} : { signal }) },
  );

describe('locks', () => {
  it('an image whose name begins like another one leaves its lock alone', async () => {
    const locks = (): string[] => readdirSync(folder).filter((name) => name.startsWith('.lock-'));
    await withLock(folder, 'ubuntu-20.04.3', async () => {
      const held = locks();
      await withLock(folder, 'ubuntu-20.04', async () => expect(locks()).toHaveLength(2));
      expect(locks()).toEqual(held);
    });
    expect(locks()).toEqual([]);
  });

  it.each([
    ['a server with ranges', undefined],
    ['a server without', () => misbehaviour.rangeBlind('/own.iso', iso)],
  ])(
    'two fetches of one address at once, from %s, do not take each other’s download',
    async (_name, behave) => {
      mirror.misbehave = behave?.();
      const waits: string[] = [];
      // the first is still at it when the second comes
      let go = (): void => undefined;
      mirror.hold = new Promise((resolve) => (go = resolve));
      const note = (event: FetchEvent): void => {
        if (event.type !== 'step' || !event.text.includes('waiting')) return;
        waits.push(event.subject);
        go();
      };
      const url = `${mirror.url}/own.iso`;
      await Promise.all([fetchFrom(url, 'one', note), fetchFrom(url, 'two', note)]);
      expect((await listImages(layout)).map((image) => image.id)).toEqual(['one', 'two']);
      for (const id of ['one', 'two']) expect((await verifyImage(layout, id)).isOk).toBe(true);
      expect(waits).toHaveLength(1);
    },
  );
});

describe('a fetch that is ended', () => {
  it('by ^C while it copies stops, and leaves nothing', async () => {
    const ending = new AbortController();
    const onEvent = (event: FetchEvent): void => {
      if (event.type === 'bytes' && event.file.endsWith('.iso')) ending.abort();
    };
    await expect(fetchFrom(file, undefined, onEvent, ending.signal)).rejects.toMatchObject({
      name: 'AbortError',
    });
    expect(readdirSync(layout.images)).toEqual([]);
  });

  it('by ^C while it verifies stops as well', async () => {
    await fetchFrom(file);
    const verifying = verifyImage(layout, 'ubuntu-20.04.3', AbortSignal.abort());
    await expect(verifying).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('by kill -9 while it unpacks leaves a folder that the next one clears away', async () => {
    const store = openStore(layout);
    const mine = await store.scratchFolder();
    const left = mine.replace(`-${process.pid}-`, '-4194999-');
    for (const path of [mine, left]) mkdirSync(path, { recursive: true });
    await fetchFrom(file);
    expect([existsSync(mine), existsSync(left)]).toEqual([true, false]);
  });

  it('by kill -9 while one image takes the place of another: the old one is back', async () => {
    await fetchFrom(file);
    const id = 'ubuntu-20.04.3';
    renameSync(join(layout.images, id), join(layout.images, `.outgoing-${id}`));
    const [again] = await fetchImages([id], { isOffline: true }, { layout, progress: () => undefined });
    expect(again?.outcome).toBe('present');
    expect((await verifyImage(layout, id)).isOk).toBe(true);
    expect(readdirSync(layout.images)).toEqual([id]);
  });

  it('by the user for good: rm takes what was downloaded of it', async () => {
    const parts = openStore(layout).partsFolder('ubuntu-20.04.3');
    mkdirSync(parts, { recursive: true });
    writeFileSync(join(parts, 'big.iso.part'), 'the beginning');
    await removeImage(layout, 'ubuntu-20.04.3');
    expect(existsSync(parts)).toBe(false);
    await expect(removeImage(layout, 'ubuntu-20.04.3')).rejects.toMatchObject({
      code: 'E_IMAGE_NOT_FETCHED',
    });
  });
});

describe.skipIf(process.getuid?.() !== 0)('after sudo', () => {
  const NOBODY = 65_534;

  /** Runs this as another user, who may read and write the store but not what root left in it; says how it ended. */
  const runAsNobody = async (work: string): Promise<string> => {
    const root = process.cwd();
    const script = join(folder, 'fetch.mts');
    writeFileSync(
      script,
      `import { fetchImages } from '${root}/src/images/fetch-images.ts';
import { removeImage } from '${root}/src/images/manage-images.ts';
import { stateLayout } from '${root}/src/model/state-layout.ts';
const layout = stateLayout('${layout.root}');
await ${work}.then(() => console.log('done'), (error) => console.log(error.code, error.message));`,
    );
    for (const path of [folder, script, file]) chmodSync(path, 0o755);
    const child = spawn(process.execPath, ['--import', 'tsx', script], {
      cwd: root,
      uid: NOBODY,
      gid: NOBODY,
      env: { ...process.env, HOME: '/nonexistent' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await new Promise((resolve) => child.once('close', resolve));
    return said.trim();
  };

  const fetchAsNobody = (): Promise<string> =>
    runAsNobody(`fetchImages(['${file}'], {}, { layout, progress: () => undefined })`);
  const openStoreToAll = (): void => {
    for (const path of [layout.root, layout.images]) chmodSync(path, 0o777);
  };

  it('what root left half-built is in nobody’s way', { timeout: 30_000 }, async () => {
    const left = join(layout.images, '.incoming-debian-12-4194999-1-abcdef');
    mkdirSync(left, { recursive: true });
    writeFileSync(join(left, 'linux'), 'half of it');
    openStoreToAll();
    expect(await fetchAsNobody()).toBe('done');
  });

  it('an image of root is replaced, and not half removed', { timeout: 30_000 }, async () => {
    await fetchFrom(file);
    openStoreToAll();
    const id = 'ubuntu-20.04.3';
    expect(await runAsNobody(`removeImage(layout, '${id}')`)).toMatch(/^E_PERMISSION cannot access /);
    expect((await verifyImage(layout, id)).isOk).toBe(true);
    expect(await fetchAsNobody()).toBe('done');
    expect((await verifyImage(layout, id)).isOk).toBe(true);
  });

  it('a store of root is an error with its folder, and no bug', { timeout: 30_000 }, async () => {
    mkdirSync(layout.images, { recursive: true });
    writeFileSync(join(layout.images, '.lock-ubuntu-20.04.3.4194999.1.abcdef01'), '');
    expect(await fetchAsNobody()).toBe(`E_PERMISSION cannot access ${layout.images}`);
    chmodSync(layout.images, 0o711);
    expect(await fetchAsNobody()).toBe(`E_PERMISSION cannot access ${layout.images}`);
  });
});
