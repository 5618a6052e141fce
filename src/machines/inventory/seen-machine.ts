import { z } from 'zod';
import { FIRMWARES, type Firmware } from '../../model/firmware.ts';
import { printable } from '../../model/printable.ts';
import { isSerialNumber } from '../../model/serial-number.ts';
import { parseMac, type MacAddress } from '../../protocol/addresses.ts';

const MAX_TEXT = 64;
const MAX_ITEMS = 16;
const MAX_MEMORY_MIB = 64 * 1024 * 1024;
const MAX_CPUS = 8192;

const text = z.string().max(MAX_TEXT + 1);
/** A MAC address in any spelling. */
export const macText = z.string().transform((word, context): MacAddress => {
  const mac = parseMac(word);
  if (mac === undefined) context.addIssue({ code: 'custom', message: 'no MAC address' });
  return mac ?? ('' as MacAddress);
});

/** What a machine says of itself, or its installer of it: words of strangers, cut and cleaned before they are kept. */
const toldSchema = z.object({
  firmware: z.enum(FIRMWARES).optional(),
  uuid: text.optional(),
  maker: text.optional(),
  product: text.optional(),
  serial: text.optional(),
  memoryMiB: z.number().optional(),
  cpus: z.number().optional(),
  cpu: text.optional(),
  /** all its cards */
  macs: z.array(macText).max(MAX_ITEMS).optional(),
  disks: z.array(text).max(MAX_ITEMS).optional(),
});
export type ToldFacts = z.infer<typeof toldSchema>;

export const seenMachineSchema = toldSchema.extend({
  firstSeenAt: z.string(),
  lastSeenAt: z.string(),
  ip: text.optional(),
  /** it has read files of a boot: more than a packet, which anybody makes up */
  hasLoaded: z.boolean().optional(),
});

/** What is known of a machine that was seen, whether the configuration has it or not. */
export type SeenMachine = z.infer<typeof seenMachineSchema>;

/** What iPXE says in the query of `/seen/`, or a hardware report in lines or JSON; what makes no sense is left out. */
export function toldFacts(said: (key: string) => unknown): ToldFacts {
  const uuid = cleanText(said('uuid'))?.toLowerCase();
  const facts: Record<keyof ToldFacts, unknown> = {
    firmware: firmwareOf(said('platform'), said('arch')),
    uuid: uuid !== undefined && isUuid(uuid) ? uuid : undefined,
    maker: cleanText(said('maker')),
    product: cleanText(said('product')),
    serial: serialOf(said('serial')),
    memoryMiB: wholeNumber(said('memoryMiB'), MAX_MEMORY_MIB),
    cpus: wholeNumber(said('cpus'), MAX_CPUS),
    cpu: cleanText(said('cpu')),
    macs: listOf(said('macs'), (word) => parseMac(word)),
    disks: listOf(said('disks'), cleanText),
  };
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}

/** `key=value` lines, or JSON: what a shell in an installer writes without a library. */
export function hardwareReport(body: Uint8Array): ToldFacts {
  const raw = Buffer.from(body.subarray(0, 16 * 1024)).toString('utf8');
  const values = new Map<string, unknown>();
  try {
    for (const [key, value] of Object.entries(JSON.parse(raw) as object)) values.set(key, value);
  } catch {
    for (const line of raw.split('\n')) {
      const at = line.indexOf('=');
      if (at > 0) values.set(line.slice(0, at).trim(), line.slice(at + 1));
    }
  }
  return toldFacts((key) => values.get(key));
}

/** Boards that were given none say only zeros, or only ones. */
const isUuid = (word: string): boolean =>
  /^(?!0{8}-|f{8}-f)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(word);

/** iPXE's own words for what it was built for. */
function firmwareOf(platform: unknown, arch: unknown): Firmware | undefined {
  if (platform === 'pcbios') return 'bios';
  if (platform !== 'efi') return undefined;
  return ({ x86_64: 'uefi-x64', i386: 'uefi-ia32', arm64: 'uefi-arm64' } as const)[String(arch)];
}

function cleanText(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const clean = printable(value.trim().replace(/\s+/g, ' '), MAX_TEXT);
  return clean === '' ? undefined : clean;
}

function serialOf(value: unknown): string | undefined {
  const clean = cleanText(value);
  return clean !== undefined && isSerialNumber(clean) ? clean : undefined;
}

function wholeNumber(value: unknown, most: number): number | undefined {
  const number = typeof value === 'string' && /^\d{1,9}$/.test(value.trim()) ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) && number > 0 && number <= most
    ? number
    : undefined;
}

/** A list, or words with commas between them. */
function listOf<T>(value: unknown, read: (word: string) => T | undefined): readonly T[] | undefined {
  const words: readonly unknown[] = Array.isArray(value)
    ? value
    : typeof value === 'string'
      ? value.split(',')
      : [];
  const found = words.slice(0, MAX_ITEMS).flatMap((word) => {
    const one = typeof word === 'string' ? read(word) : undefined;
    return one === undefined ? [] : [one];
  });
  return found.length === 0 ? undefined : [...new Set(found)];
}
