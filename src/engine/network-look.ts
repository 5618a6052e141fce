import type { Config } from '../model/config.ts';
import { environmentError, type PxectlError } from '../model/errors.ts';
import type { NetworkTrouble } from '../model/network-trouble.ts';
import type { StateLayout } from '../model/state-layout.ts';
import { readInterfaceState, type InterfaceState } from '../net/interface-state.ts';
import { listInterfaces } from '../net/interfaces.ts';
import { lookAtSegment } from '../net/segment-look.ts';
import { readTextIfThere } from '../platform/files.ts';
import {
  ipv4FromNumber,
  ipv4ToNumber,
  parseMac,
  type Ipv4Address,
  type MacAddress,
} from '../protocol/addresses.ts';
import { judgeNetwork } from './judge-network.ts';

/** Ids of troubles of the interface itself: looked at every second, and not by asking the segment. */
export const INTERFACE_TROUBLES = [
  'interface-missing',
  'interface-down',
  'address-not-on-interface',
] as const;

/** dnsmasq, and with it most home routers, pings an address for three seconds before it offers it: `up` waits for no more. */
const QUICK_LOOK_MS = 3_300;
/** Whoever is not waited for may be slow: a router that is busy too. */
const LOOK_MS = 6_000;
/** Of two servers that ping first, the second offers a moment after the first. */
const OTHER_LEASE_MS = 300;
/** A range may be large; a look asks for so many of its addresses, from its beginning on. */
const MAX_PROBED_ADDRESSES = 256;

/** Below run/, of the servers that write one: cards in it have their addresses from us. */
export const LEASE_FILES = {
  builtin: 'builtin-leases.json',
  dnsmasq: 'dnsmasq/dnsmasq.leases',
} as const;

export interface NetworkLook {
  readonly troubles: readonly NetworkTrouble[];
  /** why something could not be looked at */
  readonly notAsked?: string;
}

/**
 * Looks who else is on the network that a configuration serves: other DHCP and boot servers, whoever uses our address
 * or addresses of our range. Takes up to 6 s, a quick look 3.3 s, and sends nothing that a server would remember. A quick
 * look misses a second DHCP server that is seconds slower than the first.
 */
export async function lookAtNetwork(
  config: Config,
  layout: Pick<StateLayout, 'run'>,
  clientMac: MacAddress,
  { isQuick }: { readonly isQuick: boolean },
): Promise<NetworkLook> {
  const { network } = config;
  const state = await readInterfaceState(network.interface, network.address);
  const own = judgeInterface(network, state);
  if (own.length > 0) return { troubles: own };
  const interfaces = await listInterfaces();
  const localMac = interfaces.find(({ name }) => name === network.interface)?.mac;
  const seen = await lookAtSegment({
    interfaceName: network.interface,
    localAddress: network.address,
    ...(localMac === undefined ? {} : { localMac }),
    otherOwnMacs: interfaces.flatMap(({ mac }) => mac ?? []),
    clientMac,
    addresses: [network.address, ...addressesOf(network.range)],
    ...(network.mode === 'pxe-only' && network.range ? { leasedHere: network.range.first } : {}),
    ...(isQuick ? { waitMs: QUICK_LOOK_MS, afterLeaseMs: OTHER_LEASE_MS } : { waitMs: LOOK_MS }),
  });
  return {
    troubles: judgeNetwork(network, seen, await leaseHolders(layout)),
    ...(seen.notAsked === undefined ? {} : { notAsked: seen.notAsked }),
  };
}

/** What is wrong with the interface itself. Pure. */
export function judgeInterface(network: Config['network'], state: InterfaceState): readonly NetworkTrouble[] {
  const { interface: name, address } = network;
  const error = (id: (typeof INTERFACE_TROUBLES)[number], message: string): NetworkTrouble[] => [
    { id, severity: 'error', message },
  ];
  if (!state.isThere) return error('interface-missing', `the interface ${name} is not there`);
  if (state.hasAddress) return [];
  if (!state.isUp) return error('interface-down', `the interface ${name} is down: no machine is heard`);
  return error('address-not-on-interface', `the interface ${name} does not have the address ${address}`);
}

/** The error for what must not be served beside; undefined when there is no such thing. */
export function refusalOf(troubles: readonly NetworkTrouble[]): PxectlError | undefined {
  const used = troubles.find(({ id }) => id === 'address-in-use');
  if (used) {
    return environmentError('E_ADDRESS_IN_USE', {
      what: 'another machine uses the address of this server',
      why: used.message,
      next: 'give this host an address that nobody uses; pxectl up --force serves all the same',
      details: { finding: used.id },
    });
  }
  const own = troubles.find(({ id }) => INTERFACE_TROUBLES.some((one) => one === id));
  if (own) {
    return environmentError(own.id === 'interface-missing' ? 'E_NO_INTERFACE' : 'E_NO_ADDRESS', {
      what: own.message,
      why: 'machines would not be heard',
      next: 'ip -brief address; pxectl doctor',
      details: { finding: own.id },
    });
  }
  const server = troubles.find(({ id, severity }) => id === 'second-dhcp-server' && severity === 'error');
  if (!server) return undefined;
  return environmentError('E_SECOND_DHCP_SERVER', {
    what: 'this network has a DHCP server: mode full would take over its clients',
    why: server.message,
    next: 'write mode: proxy in pxectl.yaml; pxectl up --force serves all the same',
    details: { finding: server.id },
  });
}

function addressesOf(range: Config['network']['range']): Ipv4Address[] {
  if (range === undefined) return [];
  const first = ipv4ToNumber(range.first);
  const count = Math.min(ipv4ToNumber(range.last) - first + 1, MAX_PROBED_ADDRESSES);
  return Array.from({ length: count }, (_, index) => ipv4FromNumber(first + index));
}

/** Cards that have a lease of an earlier run, or of the servers that run now. */
async function leaseHolders(layout: Pick<StateLayout, 'run'>): Promise<ReadonlySet<MacAddress>> {
  const texts = await Promise.all(
    Object.values(LEASE_FILES).map((name) => readTextIfThere(`${layout.run}/${name}`).catch(() => undefined)),
  );
  const macs = texts.join('\n').match(/(?:[0-9a-f]{2}:){5}[0-9a-f]{2}/gi) ?? [];
  return new Set(macs.flatMap((text) => parseMac(text) ?? []));
}
