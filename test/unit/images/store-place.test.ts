import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { foldersOf, makeStore, sharedStoreFolder } from '../../../src/images/shared/store-place.ts';
import { itNeeds } from '../../support/external-tool.ts';

const root = mkdtempSync(join(tmpdir(), 'pxectl-place-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

const asUser = (uid: number): void =>
  void vi.spyOn(process as { getuid: () => number }, 'getuid').mockReturnValue(uid);

describe('where the shared store is', () => {
  it.each([
    // uid, PXECTL_STORE, XDG_DATA_HOME, store of the configuration, the folder
    [0, '', '/data', undefined, '/var/lib/pxectl/store'],
    [0, '', '/data', 'shared', '/var/lib/pxectl/store'],
    [1000, '', '/data', undefined, '/data/pxectl/store'],
    [1000, '', 'relative', undefined, join(homedir(), '.local/share/pxectl/store')],
    [1000, '', '/data', '/srv/store', '/srv/store'],
    [1000, '', '/data', 'off', undefined],
    [1000, 'off', '/data', '/srv/store', undefined],
    [1000, '/mine', '/data', 'off', '/mine'],
    [1000, 'shared', '/data', 'off', '/data/pxectl/store'],
  ])('for uid %d with PXECTL_STORE=%s, XDG_DATA_HOME=%s and store: %s', (uid, own, data, store, folder) => {
    vi.stubEnv('PXECTL_STORE', own);
    vi.stubEnv('XDG_DATA_HOME', data);
    asUser(uid);
    expect(sharedStoreFolder(store)).toBe(folder);
  });
});

describe('who may write to it', () => {
  itNeeds('root')('a user shares nothing with another one, nor with everybody', async () => {
    const store = join(root, 'of-1000');
    mkdirSync(store, { mode: 0o700 });
    chownSync(store, 1000, 1000);
    asUser(1001);
    await expect(makeStore(foldersOf(store))).rejects.toMatchObject({ code: 'E_UNSAFE_FOLDER' });
    asUser(1000);
    chmodSync(store, 0o777);
    await expect(makeStore(foldersOf(store))).rejects.toMatchObject({ code: 'E_UNSAFE_FOLDER' });
    vi.stubEnv('PXECTL_SAFE_DIRECTORY', store);
    await makeStore(foldersOf(store));
  });

  itNeeds('root')('a user takes what root stored', async () => {
    const store = join(root, 'of-root');
    await makeStore(foldersOf(store));
    asUser(1000);
    await makeStore(foldersOf(store));
  });
});
