import { z } from 'zod';
import { messageOf } from '../../model/errors.ts';
import { readTextIfThere, writeFileAtomic } from '../../platform/files.ts';
import { parseIpv4, parseMac } from '../../protocol/addresses.ts';
import type { Lease } from './lease.ts';
import type { LeasePool } from './lease-pool.ts';

/** what a kill can lose; a probe protects the addresses that were offered in this time */
const DELAY_MS = 500;

const leaseFile = z.object({
  schema: z.literal('pxectl.leases/1'),
  leases: z.array(
    z.object({
      address: z.string().transform((text) => parseIpv4(text)),
      /** null: in use by a machine without a lease */
      mac: z
        .string()
        .transform((text) => parseMac(text))
        .nullable(),
      expires: z.iso.datetime(),
      probedUntil: z.iso.datetime(),
    }),
  ),
});

export interface KeptLeases {
  /** The leases have changed: they are written soon, however often they change until then. */
  changed(): void;
  /** Writes what is still to be written. */
  close(): Promise<void>;
}

/**
 * Fills the pool with the leases of an earlier run and keeps them in a file from now on. A file that cannot be read or
 * written is told and stops nobody from serving.
 */
export async function keepLeases(
  path: string,
  pool: LeasePool,
  onTrouble: (message: string) => void,
): Promise<KeptLeases> {
  try {
    const text = await readTextIfThere(path);
    if (text !== undefined) pool.restore(parseLeases(text), Date.now());
  } catch (error) {
    const why =
      error instanceof SyntaxError || error instanceof z.ZodError ? 'it is damaged' : messageOf(error);
    onTrouble(`the leases of the last run are forgotten, ${path}: ${why}`);
  }
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();
  const write = (): Promise<void> => {
    timer = undefined;
    writing = writing
      .then(() => writeFileAtomic(path, leaseText(pool)))
      .catch((error: unknown) => onTrouble(`leases are not kept for a restart: ${messageOf(error)}`));
    return writing;
  };
  return {
    changed: () => void (timer ??= setTimeout(() => void write(), DELAY_MS)),
    async close() {
      if (timer === undefined) return writing;
      clearTimeout(timer);
      await write();
    },
  };
}

/** @throws SyntaxError, ZodError */
function parseLeases(text: string): (readonly [NonNullable<ReturnType<typeof parseIpv4>>, Lease])[] {
  return leaseFile.parse(JSON.parse(text)).leases.flatMap(({ address, mac, expires, probedUntil }) =>
    address === undefined || mac === undefined
      ? []
      : [
          [
            address,
            {
              mac: mac ?? undefined,
              expiresAtMs: Date.parse(expires),
              probedUntilMs: Date.parse(probedUntil),
            },
          ] as const,
        ],
  );
}

function leaseText(pool: LeasePool): string {
  const leases = Array.from(pool.entries(), ([address, lease]) => ({
    address,
    mac: lease.mac ?? null,
    expires: new Date(lease.expiresAtMs).toISOString(),
    probedUntil: new Date(lease.probedUntilMs).toISOString(),
  }));
  return `${JSON.stringify({ schema: 'pxectl.leases/1', leases })}\n`;
}
