import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PxectlError } from '../../../src/model/errors.ts';
import { run } from '../../../src/platform/processes.ts';
import { plainComment, plainTitle, quoteWord, type Format } from '../../../src/render/quoting.ts';
import { fillTemplate } from '../../../src/render/template-engine.ts';
import { itNeeds } from '../../support/external-tool.ts';

const SEED = 'ds=nocloud;s=http://192.168.1.50:8080/seed/52-54-00-00-00-01/';

describe('a word in its format', () => {
  it('keeps the semicolon of a seed: in quotes for GRUB, bare for the others', () => {
    expect(quoteWord(SEED, 'grub')).toBe(`'${SEED}'`);
    expect(quoteWord(SEED, 'pxelinux')).toBe(SEED);
    expect(quoteWord(SEED, 'ipxe')).toBe(SEED);
  });

  it.each<[Format, readonly string[]]>([
    ['pxelinux', ['a b', 'a\nb', '"a"', "'a'", 'a\tb', '']],
    ['grub', ["it's", 'a\nb', 'a\u0000b', '']],
    ['ipxe', ['a b', 'a\nb', '"a"', '${net0/ip}', '#a', ';', '||', '&&', '']],
    ['dnsmasq', ['a b', 'a,b', 'a#b', 'a\nb', '"a"', 'a\\b', '']],
    ['nginx', ['a"b', '$a', 'a\\b', 'a\nb', '']],
  ])('%s refuses what it cannot hold', (format, words) => {
    for (const word of words) {
      expect(() => quoteWord(word, format), word).toThrow(
        expect.objectContaining({ code: 'E_CONFIG_UNSAFE_VALUE' }),
      );
    }
  });

  it('never lets a line break through, whatever the text', () => {
    const formats: Format[] = ['pxelinux', 'grub', 'ipxe', 'dnsmasq', 'nginx'];
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.constantFrom(...formats), (word, format) => {
        try {
          expect(quoteWord(word, format)).not.toMatch(/[\u0000-\u001f]/);
        } catch (error) {
          expect(error).toBeInstanceOf(PxectlError);
        }
      }),
    );
  });

  itNeeds('sh')('GRUB’s single quotes read back as the same word (they are those of sh)', async () => {
    for (const word of [SEED, 'a$b', 'a b', 'a\\b', '`x`', 'a"b', '{x}', '&&', '|', '>', '*']) {
      const { stdout } = await run('sh', ['-c', `printf %s ${quoteWord(word, 'grub')}`]);
      expect(stdout).toBe(word);
    }
  });
});

it('titles and comments cannot leave their line or their quotes', () => {
  expect(plainTitle('Ubuntu 24.04 \'Noble\'\nmenuentry "x" { reboot; } #')).toBe(
    'Ubuntu 24.04 Noble menuentry x reboot',
  );
  expect(plainComment('a\r\nengine: docker\u2028b')).toBe('a engine: docker b');
});

describe('templates', () => {
  it('escape nothing and invent nothing', () => {
    expect(fillTemplate('{{a}}', { a: `<&"'>` })).toBe(`<&"'>`);
    expect(() => fillTemplate('{{missing}}', {})).toThrow('missing');
  });
});
