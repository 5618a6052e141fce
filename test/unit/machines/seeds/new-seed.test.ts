import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { describe, expect, it } from 'vitest';
import { findRemoteImage } from '../../../../src/images/catalogue/available.ts';
import { hardwareReport } from '../../../../src/machines/inventory/seen-machine.ts';
import { checkSeed } from '../../../../src/machines/seeds/check-seed.ts';
import { newSeedView, SEED_FAMILIES } from '../../../../src/machines/seeds/new-seed.ts';
import { sampleFill } from '../../../../src/machines/seeds/sample-fill.ts';
import { seedFormatOfText } from '../../../../src/machines/seeds/seed-kinds.ts';
import { DOCUMENTED_SEEDS, FAMILIES, HASH, KEY, NEW_SEEDS } from '../../../support/new-seeds.ts';
import { SAMPLE_VIEW } from '../../../support/seed-samples.ts';

describe.each(NEW_SEEDS)('a new seed of $family with $name', ({ family, text }) => {
  const { format } = SEED_FAMILIES[family];
  const filled = sampleFill(SAMPLE_VIEW).forMachine(text).text;

  it('is known for what it is, and has nothing that we would tell', () => {
    expect(seedFormatOfText(text)).toBe(format);
    expect(checkSeed(format, filled)).toEqual([]);
  });

  it('tells what it finds in the machine', () => {
    if (family === 'talos' || family === 'flatcar') return;
    const [, told = ''] = /(?:--post-data=|-d )("\$\(read .*?\)") \S+\/hardware \|\| true/.exec(filled) ?? [];
    const shell = `list-devices() { echo /dev/sda; echo /dev/sdb; }; printf %s ${told}`;
    const said = execFileSync('bash', ['-c', shell]);
    expect(hardwareReport(said)).toMatchObject({
      memoryMiB: Math.floor(totalmem() / 2 ** 20),
      ...(family === 'debian' ? { disks: ['/dev/sda', '/dev/sdb'] } : {}),
    });
  });

  it('says how far it is, and reports at its end in a way that cannot fail the install', () => {
    if (family === 'talos') return;
    expect(filled).toContain('/report/52-54-00-00-00-01/progress');
    const report = /^.*\/report\/52-54-00-00-00-01\/done.*$/m.exec(filled)?.[0] ?? '';
    expect(report).toMatch(
      family === 'flatcar' ? /ExecStart=-\/usr\/bin\/curl [^\\]*\/done/ : /\/done \|\| true\b/,
    );
  });
});

it('docs/seeds/ has what seeds new writes: npx tsx test/support/write-seed-docs.ts', () => {
  const page = readFileSync('docs/seeds.md', 'utf8');
  for (const { path, text } of DOCUMENTED_SEEDS) {
    expect(readFileSync(path, 'utf8')).toBe(text);
    expect(page).toContain(`(${path.replace('docs/', '')})`);
  }
});

it('each family has an image that takes it', () => {
  for (const family of FAMILIES) {
    const { image, format } = SEED_FAMILIES[family];
    expect([image, findRemoteImage(image)?.seedFormat]).toEqual([image, format]);
  }
});

it('takes no value that would be something else in one of the formats', () => {
  const view = (wishes: object) => newSeedView('debian', { keys: KEY, ...wishes }, '');
  for (const wishes of [
    { user: 'Ada' },
    { user: "a'; reboot" },
    { user: '' },
    { disk: 'sda' },
    { disk: '/dev/sda; reboot' },
    { disk: '/dev/$(reboot)' },
    { locale: 'en US' },
    { timezone: '../etc/passwd\n' },
    { keyboard: 'us"' },
  ]) {
    expect(() => view(wishes), JSON.stringify(wishes)).toThrow(/can be none/);
  }
  expect(view({ disk: '/dev/disk/by-id/ata-X_1.2:3' }).diskName).toBe('disk/by-id/ata-X_1.2:3');
});

it('takes public keys, with a comment that is one word, and tells a private one', () => {
  const keysOf = (keys: string) => newSeedView('debian', { keys }, HASH).keys;
  const bare = KEY.replace(' ada@lab', '');
  expect(keysOf(`# mine\r\n${KEY}\r\n\n  ${bare}  it's "quoted"\n`)).toEqual([KEY, bare]);
  expect(() => keysOf('-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n')).toThrow(
    /line 1 of the SSH keys is no public key/,
  );
  expect(() => keysOf(`${KEY}\nfrom="10.0.0.0/8" ${KEY}`)).toThrow(/line 2/);
});

it('writes no seed that lets nobody in', () => {
  expect(() => newSeedView('ubuntu', {}, '')).toThrow(/nobody could log in/);
  expect(newSeedView('talos', {}, '').keys).toEqual([]);
});
