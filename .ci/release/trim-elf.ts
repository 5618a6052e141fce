const HEADER = { sectionsAt: 0x28, count: 0x3c, namesIndex: 0x3e } as const;
const SECTION_BYTES = 64;
const ALLOC = 2n;

/**
 * Leaves out of an ELF program what is never loaded: symbols for debuggers, a seventh of Node. What is loaded stays where it is, byte
 * for byte. Done here since binutils knows one processor at a time.
 * @param program 64 bits, little-endian, and what is not loaded stands behind all that is, as linkers write it
 */
export function trimElf(program: Buffer): Buffer {
  const tableAt = Number(program.readBigUInt64LE(HEADER.sectionsAt));
  const sections = Array.from({ length: program.readUInt16LE(HEADER.count) }, (_, index) =>
    program.subarray(tableAt + index * SECTION_BYTES, tableAt + (index + 1) * SECTION_BYTES),
  );
  const isLoaded = (section: Buffer): boolean => (section.readBigUInt64LE(8) & ALLOC) !== 0n;
  const firstIdle = sections.findIndex((section, index) => index > 0 && !isLoaded(section));
  const idle = sections.slice(firstIdle);
  if (firstIdle < 0 || idle.some(isLoaded)) throw new Error('sections that are loaded stand behind others');

  const offsetOf = (section: Buffer | undefined): number => Number(section?.readBigUInt64LE(0x18) ?? 0n);
  const sizeOf = (section: Buffer | undefined): number => Number(section?.readBigUInt64LE(0x20) ?? 0n);
  const names = sections[program.readUInt16LE(HEADER.namesIndex)];
  const loadedEnd = offsetOf(idle[0]);
  const padding = Buffer.alloc(-(loadedEnd + sizeOf(names)) & 7);
  const namesHeader = Buffer.from(names ?? []);
  namesHeader.writeBigUInt64LE(BigInt(loadedEnd), 0x18);

  const trimmed = Buffer.concat([
    program.subarray(0, loadedEnd),
    program.subarray(offsetOf(names), offsetOf(names) + sizeOf(names)),
    padding,
    ...sections.slice(0, firstIdle),
    namesHeader,
  ]);
  trimmed.writeBigUInt64LE(BigInt(loadedEnd + sizeOf(names) + padding.length), HEADER.sectionsAt);
  trimmed.writeUInt16LE(firstIdle + 1, HEADER.count);
  trimmed.writeUInt16LE(firstIdle, HEADER.namesIndex);
  return trimmed;
}
