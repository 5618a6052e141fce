import type { Config } from '../../model/config.ts';
import type { StateLayout } from '../../model/state-layout.ts';
import type { Ipv4Address } from '../../protocol/addresses.ts';

/** What the checks are about: a project's configuration, or what can be guessed without one. */
export interface Subject {
  readonly interfaceName: string;
  readonly address: Ipv4Address;
  readonly prefix: number;
  readonly httpPort: number;
  readonly config?: Config;
  readonly layout?: StateLayout;
  /** true while pxectl serves: then its own programs hold the ports */
  readonly isServing: boolean;
  /** how the interface was chosen, when there is no configuration */
  readonly assumed?: string;
}
