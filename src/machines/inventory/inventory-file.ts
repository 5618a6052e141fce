import { z } from 'zod';
import type { StateLayout } from '../../model/state-layout.ts';
import { readTextIfThere, writeFileAtomic } from '../../platform/files.ts';
import { parseMac, type MacAddress } from '../../protocol/addresses.ts';
import { seenMachineSchema, type SeenMachine } from './seen-machine.ts';

const fileSchema = z.object({
  schema: z.literal('pxectl.inventory/1'),
  machines: z.record(z.string(), z.unknown()),
});

export const inventoryPath = ({ root }: Pick<StateLayout, 'root'>): string => `${root}/inventory.json`;

/** Every machine that was seen. What cannot be read is left out: nothing is decided from it, and it comes again. */
export async function readInventory(
  layout: Pick<StateLayout, 'root'>,
): Promise<ReadonlyMap<MacAddress, SeenMachine>> {
  const seen = new Map<MacAddress, SeenMachine>();
  const text = await readTextIfThere(inventoryPath(layout)).catch(() => undefined);
  let value: unknown;
  try {
    value = JSON.parse(text ?? '');
  } catch {
    return seen;
  }
  const file = fileSchema.safeParse(value);
  for (const [key, entry] of Object.entries(file.data?.machines ?? {})) {
    const mac = parseMac(key);
    const record = seenMachineSchema.safeParse(entry);
    if (mac !== undefined && record.success) seen.set(mac, record.data);
  }
  return seen;
}

/** @throws PxectlError E_DISK_FULL, E_PERMISSION */
export async function writeInventory(
  layout: Pick<StateLayout, 'root'>,
  seen: Iterable<readonly [MacAddress, SeenMachine]>,
): Promise<void> {
  const text = JSON.stringify({ schema: 'pxectl.inventory/1', machines: Object.fromEntries(seen) }, null, 1);
  await writeFileAtomic(inventoryPath(layout), `${text}\n`);
}
