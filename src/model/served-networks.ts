import { type Ipv4Network, networkOf } from '../protocol/addresses.ts';
import type { Config } from './config.ts';

/** The networks whose clients are served: our own first, then those that relays may ask for. */
export function servedNetworks({
  address,
  prefix,
  relayed = [],
}: Pick<Config['network'], 'address' | 'prefix' | 'relayed'>): readonly Ipv4Network[] {
  return [networkOf(address, prefix), ...relayed];
}
