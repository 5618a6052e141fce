import { expect, it } from 'vitest';
import { trimElf } from '../../../.ci/release/trim-elf.ts';

const HEADER_BYTES = 64;
const ALLOC = 2n;

interface Section {
  readonly name: string;
  readonly isLoaded: boolean;
  readonly bytes: string;
}

/** An ELF program of these sections, with the table of their names at its end, as linkers write it. */
function elf(sections: readonly Section[]): Buffer {
  const all = [...sections, { name: '.shstrtab', isLoaded: false, bytes: '' }];
  const names = Buffer.from(`\0${all.map(({ name }) => `${name}\0`).join('')}`);
  const contents = all.map((one, index) => (index === all.length - 1 ? names : Buffer.from(one.bytes)));
  let at = HEADER_BYTES;
  const headers = all.map(({ isLoaded }, index) => {
    const header = Buffer.alloc(64);
    header.writeBigUInt64LE(isLoaded ? ALLOC : 0n, 8);
    header.writeBigUInt64LE(BigInt(at), 0x18);
    header.writeBigUInt64LE(BigInt(contents[index]?.length ?? 0), 0x20);
    at += contents[index]?.length ?? 0;
    return header;
  });
  const start = Buffer.alloc(HEADER_BYTES);
  start.write('\x7fELF');
  start.writeBigUInt64LE(BigInt(at), 0x28);
  start.writeUInt16LE(all.length + 1, 0x3c);
  start.writeUInt16LE(all.length, 0x3e);
  return Buffer.concat([start, ...contents, Buffer.alloc(64), ...headers]);
}

const text = { name: '.text', isLoaded: true, bytes: 'the program' };
const symbols = { name: '.symtab', isLoaded: false, bytes: 'names for debuggers'.repeat(100) };

it('leaves out what is not loaded, and nothing else', () => {
  const whole = elf([text, symbols]);
  const trimmed = trimElf(whole);
  expect(trimmed.length).toBeLessThan(400);
  const loaded = HEADER_BYTES + text.bytes.length;
  expect(trimmed.subarray(HEADER_BYTES, loaded)).toEqual(whole.subarray(HEADER_BYTES, loaded));

  const tableAt = Number(trimmed.readBigUInt64LE(0x28));
  expect(tableAt % 8).toBe(0);
  expect(trimmed.readUInt16LE(0x3c)).toBe(3); // none, .text and the names
  const names = trimmed.subarray(tableAt + 64 * trimmed.readUInt16LE(0x3e));
  const namesAt = Number(names.readBigUInt64LE(0x18));
  expect(trimmed.subarray(namesAt, namesAt + 12).toString()).toBe('\0.text\0.symt');
  expect(trimmed.length).toBe(tableAt + 3 * 64);
});

it('is the same when there is nothing to leave out', () => {
  const once = trimElf(elf([text, symbols]));
  expect(trimElf(once).equals(once)).toBe(true);
});

it('refuses a program in which something loaded stands behind', () => {
  expect(() => trimElf(elf([symbols, text]))).toThrow('stand behind others');
});
