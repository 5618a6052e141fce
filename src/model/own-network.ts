import type { Ipv4Address } from '../protocol/addresses.ts';
import type { ConfigFile } from './config-schema.ts';

/** The word in `network` for what the computer itself says each time the file is read. */
export const AUTO = 'auto';

/** The interface and address that `auto` stands for on this computer, now. */
export interface OwnNetwork {
  readonly interfaceName: string;
  readonly address: Ipv4Address;
  readonly prefix: number;
}

/** Stands where `auto` cannot be found out: nothing is served on it. */
export const UNRESOLVED_ADDRESS = '0.0.0.0' as Ipv4Address;

/** What a file leaves to the computer; undefined when it says all itself. */
export function askedOfComputer({
  network,
}: Pick<ConfigFile, 'network'>): { readonly interfaceName?: string; readonly address?: string } | undefined {
  const isOpen = network.interface === AUTO || network.address === AUTO;
  if (!isOpen) return undefined;
  const [address = ''] = network.address.split('/');
  return {
    ...(network.interface === AUTO ? {} : { interfaceName: network.interface }),
    ...(address === AUTO ? {} : { address }),
  };
}
