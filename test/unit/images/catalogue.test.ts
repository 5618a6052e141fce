import { describe, expect, it } from 'vitest';
import { availableImages, findRemoteImage } from '../../../src/images/catalogue/available.ts';
import { ramForIsoMiB } from '../../../src/images/catalogue/ubuntu.ts';
import { checkImageId } from '../../../src/images/image-id.ts';
import { askedAddress, throughMirror } from '../../../src/images/download/mirrors.ts';
import { parseContentRange } from '../../../src/images/download/content-range.ts';
import {
  newestMatching,
  parseChecksumList,
  parseSha512List,
} from '../../../src/images/verify/checksum-list.ts';
import { parseGpgStatus } from '../../../src/images/verify/gpg-status.ts';

const PLACEHOLDERS = ['{http}', '{root}', '{seed}', '{initrd}', '{mac}', '{modloop}', '{place}'];

describe.each(availableImages().map((image) => image.id))('catalogue: %s', (id) => {
  const image = findRemoteImage(id) ?? expect.fail();

  it('is found under its own, usable name', () => {
    expect(image.id).toBe(id);
    expect(checkImageId(id)).toBe(id);
    expect(availableImages().filter((other) => other.id === id)).toHaveLength(1);
  });

  it('comes over https from folders, vouched for by full fingerprints', () => {
    for (const place of image.places) expect(place).toMatch(/^https:\/\/.*\/$/);
    if (image.trust.kind === 'unsigned-list') return;
    for (const fingerprint of image.trust.key.fingerprints) expect(fingerprint).toMatch(/^[0-9A-F]{40}$/);
    expect(image.trust.key.fingerprints.length).toBeGreaterThan(0);
    expect(image.trust.key.urls.length).toBeGreaterThan(0);
  });

  it('asks for nothing that the fetch or the planner cannot fill', () => {
    if (image.payload.kind !== 'files') return;
    const { boot } = image.payload;
    for (const argument of [...boot.arguments, ...boot.seedArguments]) {
      for (const placeholder of argument.match(/\{\w+\}/g) ?? []) expect(PLACEHOLDERS).toContain(placeholder);
      expect(argument).not.toMatch(/[\s"']/);
    }
    expect(boot.seedArguments.length > 0).toBe(boot.seedFormat !== 'none');
    expect(image.payload.files.map((file) => file.role)).toEqual(
      expect.arrayContaining(['kernel', 'initrd']),
    );
  });
});

describe('names', () => {
  it.each([
    'ubuntu-20.04.3',
    'ubuntu-24.04.2-desktop',
    'ubuntu-24.04-arm64',
    'debian-12-arm64',
    'debian-12-i386',
    'fedora-42',
    'fedora-46',
    'alpine-3.25',
    'opensuse-leap-16.1',
    'talos-1.11.5',
  ])('%s is known though not listed', (id) => {
    expect(findRemoteImage(id)?.id).toBe(id);
  });
  it.each([
    'ubuntu-19.10',
    'debian-9',
    'debian-13-i386',
    'fedora-1',
    'alpine-edge',
    'opensuse-leap-15.5',
    'nothing',
    'ubuntu-20.04.3.1',
  ])('%s is unknown', (id) => {
    expect(findRemoteImage(id)).toBeUndefined();
  });
  it.each(['', '..', 'a/b', '../x', 'A', '.hidden', 'x'.repeat(64), 'a..b', 'é'])(
    '%j is no image name',
    (id) => {
      expect(() => checkImageId(id)).toThrow(expect.objectContaining({ code: 'E_USAGE' }) as Error);
    },
  );
});

describe('memory that is told before the ISO is there', () => {
  it.each([
    ['ubuntu-20.04.3', 1_261_371_392],
    ['ubuntu-20.04-desktop', 4_351_463_424],
    ['ubuntu-22.04', 2_136_926_208],
    ['ubuntu-24.04', 3_303_444_480],
    ['ubuntu-24.04-desktop', 6_345_887_744],
  ])('%s: enough for its ISO of %i bytes', (id, sizeBytes) => {
    expect(findRemoteImage(id)?.ramMiB).toBeGreaterThanOrEqual(ramForIsoMiB(sizeBytes));
  });
});

describe('mirrors', () => {
  const mirrors = { 'https://a.org': 'http://m1', 'https://a.org/x/': 'http://m2/y/' };
  it.each([
    ['https://a.org/f', 'http://m1/f'],
    ['https://a.org/x/f', 'http://m2/y/f'],
    ['https://a.org/xx/f', 'http://m1/xx/f'],
    ['https://a.org.evil/f', 'https://a.org.evil/f'],
    ['https://b.org/f', 'https://b.org/f'],
  ])('%s → %s', (url, expected) => expect(throughMirror(url, mirrors)).toBe(expected));

  it.each([
    ['https://a.org/x/f', 'http://m2/y/f (mirror of https://a.org/x)'],
    ['https://b.org/f', 'https://b.org/f'],
    ['https://c.org/f', 'http://m3:8080/f (mirror of https://c.org)'],
  ])('%s is named %s: what is asked, and no password', (url, expected) => {
    expect(askedAddress(url, { ...mirrors, 'https://c.org': 'http://me:secret@m3:8080' })).toBe(expected);
  });
});

describe('lists', () => {
  const hash = 'ab'.repeat(32);
  it.each([
    ['GNU', `${hash}  ./a b.iso\n`, 'a b.iso'],
    ['GNU binary', `${hash.toUpperCase()} *a.iso\n`, 'a.iso'],
    ['BSD', `# comment\nSHA256 (a.iso) = ${hash}\n`, 'a.iso'],
    ['.treeinfo', `[checksums]\nimages/install.img = sha256:${hash}\n`, 'images/install.img'],
    ['Alpine', `-\n  file: a.tar.gz\n  iso: x\n  sha256: ${hash}\n  sha512: ff\n`, 'a.tar.gz'],
  ])('%s', (_kind, text, name) => expect([...parseChecksumList(text)]).toEqual([[name, hash]]));

  it('skips MD5, SHA-512 and prose', () => {
    expect(parseChecksumList(`${'a'.repeat(32)}  a\n${'a'.repeat(128)}  b\nhello\n`).size).toBe(0);
  });

  it('SHA-512, only where a vendor lists these', () => {
    const long = 'ab'.repeat(64);
    const text = `${hash}  x.iso\n${long.toUpperCase()} *./a.iso\r\n${long}  b.iso`;
    expect([...parseSha512List(text)]).toEqual([
      ['a.iso', long],
      ['b.iso', long],
    ]);
  });

  it('10 is newer than 9, and a point release newer than none', () => {
    const names = ['u-24.04.9-x.iso', 'u-24.04-x.iso', 'u-24.04.10-x.iso', 'other'];
    expect(newestMatching(names, /^u-24\.04(\.\d+)?-x\.iso$/)).toBe('u-24.04.10-x.iso');
    expect(newestMatching(['u-24.04.1-x.iso', 'u-24.04-x.iso'], /^u-/)).toBe('u-24.04.1-x.iso');
    expect(
      newestMatching(['archlinux-2026.11.01-x86_64.iso', 'archlinux-2026.09.30-x86_64.iso'], /^arch/),
    ).toContain('11.01');
    expect(newestMatching(['x'], /y/)).toBeUndefined();
  });
});

describe('Content-Range', () => {
  it.each([
    ['bytes 5-9/10', { first: 5, last: 9, totalBytes: 10 }],
    ['bytes 0-0/*', { first: 0, last: 0, totalBytes: undefined }],
    ['bytes 9-5/10', undefined],
    ['bytes 5-10/10', undefined],
    ['bytes */10', undefined],
    [undefined, undefined],
  ])('%s', (header, expected) => expect(parseContentRange(header)).toEqual(expected));
});

describe('gpgv status', () => {
  const key = 'A'.repeat(40);
  it('a good signature counts only with its VALIDSIG', () => {
    expect(parseGpgStatus('[GNUPG:] GOODSIG 1234 Me\n')).toMatchObject([{ state: 'unusable' }]);
    const valid = `[GNUPG:] GOODSIG 1234 Me <m@e>\n[GNUPG:] VALIDSIG ${'B'.repeat(40)} 2020-01-01 1 0 4 0 1 10 00 ${key}\n`;
    expect(parseGpgStatus(valid)).toEqual([
      { state: 'good', keyId: '1234', fingerprint: key, userId: 'Me <m@e>' },
    ]);
  });
  it('tells a missing key from a weak algorithm', () => {
    expect(parseGpgStatus('[GNUPG:] ERRSIG 1234 1 10 00 1 9 -\n')).toMatchObject([{ state: 'unknown-key' }]);
    expect(parseGpgStatus('[GNUPG:] ERRSIG 1234 1 1 00 1 5 -\n')).toMatchObject([{ state: 'unusable' }]);
  });
  it('text of others is no status', () =>
    expect(parseGpgStatus('gpgv: Good signature [GNUPG:] GOODSIG 1 x')).toEqual([]));
});
