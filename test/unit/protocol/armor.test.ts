import { expect, it } from 'vitest';
import { dearmor } from '../../../src/protocol/openpgp/armor.ts';

const block = (label: string, text: string): string =>
  `-----BEGIN PGP ${label}-----\nVersion: 1\n\n${Buffer.from(text).toString('base64')}\n=abcd\n-----END PGP ${label}-----\n`;
const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

it('several armored blocks are one content', () => {
  expect(textOf(dearmor(`x\n${block('SIGNATURE', 'one, ')}y\r\n${block('PUBLIC KEY BLOCK', 'two')}`))).toBe(
    'one, two',
  );
});

it('a beginning without an end is none, however many there are', () => {
  const begin = '-----BEGIN PGP A-----\r\n';
  expect(() => dearmor(begin.repeat(170_000))).toThrow('there is no armored block');
  expect(textOf(dearmor(begin.repeat(3) + block('A', 'one')))).toBe('one');
}, 10_000);
