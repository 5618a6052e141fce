import { join } from 'node:path';
import { z } from 'zod';
import { readConfigSource } from '../model/config-file.ts';
import type { ConfigPlace } from '../model/config-settings.ts';
import type { Config } from '../model/config.ts';
import { PxectlError } from '../model/errors.ts';
import { askedOfComputer } from '../model/own-network.ts';
import type { StateLayout } from '../model/state-layout.ts';
import { chooseInterface } from '../net/choose-interface.ts';
import { listInterfaces, readDefaultRoute } from '../net/interfaces.ts';
import { readTextIfThere, writeFileAtomic } from '../platform/files.ts';

/**
 * Reads a configuration with what `auto` in its `network` stands for on this computer now.
 * @throws PxectlError as `parseConfig`
 */
export async function readOnThisComputer(
  text: string,
  place: ConfigPlace,
): Promise<{ readonly config: Config; readonly networkProblem?: PxectlError }> {
  const { config, file } = readConfigSource(text, place);
  const asked = askedOfComputer(file);
  if (asked === undefined) return { config };
  try {
    const own = chooseInterface(await listInterfaces(), await readDefaultRoute(), asked);
    return readConfigSource(text, { ...place, own });
  } catch (error) {
    if (!(error instanceof PxectlError) || error.code.startsWith('E_CONFIG')) throw error;
    return { config, networkProblem: error };
  }
}

const schema = z.object({
  schema: z.literal('pxectl.network/1'),
  interface: z.string(),
  address: z.string(),
});

/**
 * Remembers where machines were served, for the next `up`.
 * @returns where they were served before, when that was elsewhere
 */
export async function rememberNetwork(
  { root }: Pick<StateLayout, 'root'>,
  network: Config['network'],
): Promise<{ readonly interface: string; readonly address: string } | undefined> {
  const path = join(root, 'network.json');
  const now = { schema: 'pxectl.network/1', interface: network.interface, address: network.address } as const;
  const before = readRecord(await readTextIfThere(path));
  const isSame = before?.interface === now.interface && before.address === now.address;
  if (isSame) return undefined;
  await writeFileAtomic(path, `${JSON.stringify(now)}\n`);
  return before;
}

function readRecord(text: string | undefined): z.infer<typeof schema> | undefined {
  try {
    return schema.parse(JSON.parse(text ?? ''));
  } catch {
    return undefined;
  }
}
