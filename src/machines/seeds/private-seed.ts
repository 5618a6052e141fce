import { realpath } from 'node:fs/promises';
import { whyNoSeed, type PrivatePlaces } from '../../model/private-places.ts';

/** As `whyNoSeed`, of what links lead to: whoever wrote a folder of seeds may have put one there. */
export async function whyNoSeedBehindLinks(path: string, places: PrivatePlaces): Promise<string | undefined> {
  const [real, configPath, stateRoot, secrets] = await Promise.all([
    realPathOf(path),
    realPathOf(places.configPath),
    realPathOf(places.stateRoot),
    realPathOf(places.secrets),
  ]);
  const why = whyNoSeed(real, { configPath, stateRoot, secrets });
  return why === undefined ? undefined : `it leads to ${real}: ${why}`;
}

const realPathOf = (path: string): Promise<string> => realpath(path).catch(() => path);
