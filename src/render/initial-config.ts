import type { NetworkMode } from '../model/config.ts';
import { CONFIG_SCHEMA_ADDRESS, DOCUMENTATION } from '../model/documentation.ts';
import { explainUnsafe, IMAGE_ID, INTERFACE_NAME } from '../model/safe-text.ts';
import { usageError } from '../model/errors.ts';
import { proposeRange } from '../model/propose-range.ts';
import { ipv4FromNumber, ipv4ToNumber, networkOf, type Ipv4Address } from '../protocol/addresses.ts';
import { plainComment } from './quoting.ts';
import { fillTemplate, type ReadTemplate } from './template-engine.ts';

/** What `pxectl init` found on this machine, or was told. */
export interface InitialConfig {
  readonly interfaceName: string;
  readonly address: Ipv4Address;
  readonly prefix: number;
  /** the address is what the interface has at each up, and was not asked for */
  readonly isAddressAuto: boolean;
  readonly mode: NetworkMode;
  /** FIRST-LAST, for pxe-only and full */
  readonly range?: string;
  /** what leases of those modes name, as far as it was found */
  readonly terms?: { readonly router?: Ipv4Address; readonly nameServers: readonly Ipv4Address[] };
  readonly httpPort?: number;
  readonly images: readonly string[];
  /** the address of the router, when there is one */
  readonly router?: Ipv4Address;
  /** what was assumed, one sentence an entry */
  readonly assumed: readonly string[];
}

const DEFAULT_HTTP_PORT = 8080;
const EXAMPLE_IMAGE = 'ubuntu-24.04';

/**
 * The text of a first pxectl.yaml, with a comment for every key.
 * @throws PxectlError E_USAGE when a value cannot stand in the file
 */
export function renderInitialConfig(found: InitialConfig, readTemplate: ReadTemplate): string {
  const checks = [
    [found.interfaceName, INTERFACE_NAME] as const,
    ...found.images.map((id) => [id, IMAGE_ID] as const),
  ];
  for (const [value, kind] of checks) {
    const why = explainUnsafe(value, kind);
    if (why !== undefined) throw usageError({ what: `${JSON.stringify(value)} cannot be used`, why });
  }
  const own = `Found: ${found.interfaceName} with ${found.address}/${found.prefix}.`;
  return fillTemplate(readTemplate('pxectl.yaml.hbs'), {
    schema: CONFIG_SCHEMA_ADDRESS,
    docs: `${DOCUMENTATION}config`,
    remarks: [
      ...(found.isAddressAuto ? [own] : []),
      found.router === undefined ? 'Found: no router.' : `Found: the router ${found.router}.`,
      ...found.assumed.map((sentence) => `Assumed: ${plainComment(sentence)}`),
    ],
    interface: found.interfaceName,
    address: found.address,
    prefix: found.prefix,
    isAddressAuto: found.isAddressAuto,
    mode: found.mode,
    range: found.range,
    leaseRouter: found.terms?.router,
    nameServers: found.terms?.nameServers.join(', '),
    exampleRouter: ipv4FromNumber(ipv4ToNumber(networkOf(found.address, found.prefix).network) + 1),
    exampleRange: proposeRange(found.address, found.prefix),
    port: found.httpPort ?? DEFAULT_HTTP_PORT,
    images: found.images,
    default: found.images[0] ?? 'local',
    exampleImage: found.images[0] ?? EXAMPLE_IMAGE,
  });
}
