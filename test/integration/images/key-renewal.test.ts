import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findRemoteImage } from '../../../src/images/catalogue/available.ts';
import { openHttpClient } from '../../../src/images/download/http-client.ts';
import { partFile } from '../../../src/images/download/part-file.ts';
import type { KeyPin } from '../../../src/images/verify/key-pins.ts';
import { checkFileSignature, readVouchedFiles } from '../../../src/images/verify/vouched-files.ts';
import { PxectlError } from '../../../src/model/errors.ts';
import { stateLayout, type StateLayout } from '../../../src/model/state-layout.ts';
import { makeGpgTestKey, type GpgTestKey } from '../../support/gpg-test-key.ts';
import { startLoopbackMirror, type LoopbackMirror } from '../../support/loopback-mirror.ts';

const folder = mkdtempSync(join(tmpdir(), 'pxectl-renewal-'));
const LIST = `${'a'.repeat(64)}  a.iso\n`;
let vendor: GpgTestKey;
let oldCopy: Buffer;
let newCopy: Buffer;
let signature: Buffer;
let mirror: LoopbackMirror;
let layout: StateLayout;
let count = 0;

beforeAll(() => {
  vendor = makeGpgTestKey('Vendor <v@example.org>', { expiry: '2020-06-01', fakeTime: '20200101T000000' });
  signature = vendor.detachedSignature(LIST);
  oldCopy = vendor.publicKey;
  newCopy = vendor.prolong();
});
afterAll(() => {
  vendor.dispose();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  layout = stateLayout(join(folder, `state-${count++}`));
  mkdirSync(join(layout.root, 'keys'), { recursive: true });
  writeFileSync(cached(), oldCopy);
  mirror = await startLoopbackMirror();
  mirror.files.set('/key.asc', newCopy);
  mirror.files.set('/list', Buffer.from(LIST));
  mirror.files.set('/list.sig', signature);
});
afterEach(() => mirror.close());

const cached = (): string => join(layout.root, 'keys', `${vendor.fingerprint}.gpg`);
const image = findRemoteImage('debian-12') ?? expect.fail();
const pin = (): KeyPin => ({
  name: 'Vendor',
  fingerprints: [vendor.fingerprint],
  installedRings: [],
  urls: [`${mirror.url}/key.asc`],
});
const input = async () => ({
  client: await openHttpClient({ retryPauseMs: 5 }),
  options: {},
  context: { layout, progress: () => undefined },
});
const readList = async () =>
  readVouchedFiles(
    image,
    `${mirror.url}/`,
    { kind: 'signed-list', list: 'list', signatures: ['list.sig'], key: pin() },
    await input(),
  );
const keyRequests = () => mirror.requests.filter((request) => request.path === '/key.asc').length;
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no error',
    (error: unknown) => (error instanceof PxectlError ? error.code : String(error)),
  );

describe('a key that the vendor prolonged after it was kept here', () => {
  it('is fetched again, and kept', async () => {
    expect((await readList()).verification).toBe('signature');
    expect(readFileSync(cached()).equals(oldCopy)).toBe(false);
    expect(keyRequests()).toBe(1);
    await readList();
    expect(keyRequests()).toBe(1);
  });

  it('vouches for a file that is there already', async () => {
    const part = partFile(join(folder, `file-${count}`));
    writeFileSync(part.path, LIST);
    const trust = { kind: 'signed-files', suffix: '.sig', key: pin() } as const;
    await checkFileSignature(image, `${mirror.url}/list`, part, trust, await input());
    expect(readFileSync(part.path, 'utf8')).toBe(LIST);
  });

  it('stays expired where the vendor has no other', async () => {
    mirror.files.set('/key.asc', oldCopy);
    expect(await codeOf(readList())).toBe('E_SIGNATURE');
    mirror.files.delete('/key.asc');
    expect(await codeOf(readList())).toBe('E_SIGNATURE');
  });

  it('is not asked for when the list was changed', async () => {
    writeFileSync(cached(), newCopy);
    mirror.files.set('/list', Buffer.from(`${LIST}more\n`));
    expect(await codeOf(readList())).toBe('E_SIGNATURE');
    expect(keyRequests()).toBe(0);
  });
});
