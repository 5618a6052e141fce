import type { Config } from './config.ts';
import type { ImageManifest } from './image.ts';
import type { LoaderManifest } from './loader.ts';
import type { OrderToken } from './order-token.ts';
import type { MachineKey } from './machine-key.ts';

/** All that plan/ and render/ decide from: the configuration and what is in the store. */
export interface BootContext {
  readonly config: Config;
  /** manifests of the images that are in the store, in the order of `config.images` */
  readonly images: readonly ImageManifest[];
  readonly loaders: LoaderManifest;
  /** what machines behind relays show for their orders */
  readonly orderTokens?: ReadonlyMap<MachineKey, OrderToken>;
}

/** `http://192.168.1.50:8080`, without a trailing slash: the base of every URL given to a client. */
export function httpBaseUrl(config: Config): string {
  return `http://${config.network.address}:${config.http.port}`;
}
