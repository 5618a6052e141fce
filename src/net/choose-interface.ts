import { environmentError, usageError } from '../model/errors.ts';
import { networkContains, networkOf, parseIpv4, type Ipv4Address } from '../protocol/addresses.ts';
import type { DefaultRoute, NetworkInterface } from './interfaces.ts';

/** The interface and address to serve on, and how it was chosen. */
export interface ChosenInterface {
  readonly interfaceName: string;
  readonly address: Ipv4Address;
  readonly prefix: number;
  /** the router, where the default route goes through this interface */
  readonly router?: Ipv4Address;
  /** what was seen, one line each */
  readonly found: readonly string[];
  /** what was taken for granted, one line each */
  readonly assumed: readonly string[];
}

export interface InterfaceWish {
  readonly interfaceName?: string;
  readonly address?: string;
}

/**
 * Chooses the interface: the one asked for, else the one that the default route goes through, else the only one
 * with an IPv4 address. Pure.
 * @throws PxectlError E_NO_INTERFACE, E_NO_ADDRESS, E_USAGE
 */
export function chooseInterface(
  interfaces: readonly NetworkInterface[],
  route: DefaultRoute | undefined,
  wish: InterfaceWish,
): ChosenInterface {
  const usable = interfaces.filter((candidate) => !candidate.isLoopback && candidate.addresses.length > 0);
  const assumed: string[] = [];
  const chosen = wishedInterface(interfaces, wish) ?? likelyInterface(usable, route, assumed);
  const address = chosen.addresses.find((a) => wish.address === undefined || a.address === wish.address);
  if (!address) throw noAddress(chosen, wish.address);
  if (wish.address === undefined && chosen.addresses.length > 1) {
    assumed.push(
      `${chosen.name} has ${chosen.addresses.length} addresses: the first, ${address.address}, is used`,
    );
  }
  if (!chosen.isUp) assumed.push(`${chosen.name} is down now: it must be up before pxectl up`);
  if (chosen.isWireless === true) {
    assumed.push(
      `${chosen.name} is Wi-Fi: its access point must pass broadcasts on to the machines, which boot by cable`,
    );
  }
  const router = route?.interfaceName === chosen.name ? route.router : undefined;
  const net = networkOf(address.address, address.prefix);
  if (router !== undefined && !networkContains(net, router)) {
    assumed.push(`the router ${router} is not in ${net.network}/${net.prefix}: check the address`);
  }
  return {
    interfaceName: chosen.name,
    address: address.address,
    prefix: address.prefix,
    ...(router === undefined ? {} : { router }),
    found: [
      `interface ${chosen.name}: ${address.address}/${address.prefix}${chosen.isUp ? '' : ' (down)'}`,
      router === undefined ? 'no router: no default route goes through it' : `router ${router}`,
      ...usable
        .filter((other) => other !== chosen)
        .map((other) => `also there: ${other.name} ${other.addresses[0]?.address ?? ''}`),
    ],
    assumed,
  };
}

function wishedInterface(
  interfaces: readonly NetworkInterface[],
  wish: InterfaceWish,
): NetworkInterface | undefined {
  if (wish.interfaceName !== undefined) {
    const named = interfaces.find((candidate) => candidate.name === wish.interfaceName);
    if (named) return named;
    throw environmentError('E_NO_INTERFACE', {
      what: `there is no interface ${wish.interfaceName}`,
      why: `there are: ${interfaces.map((candidate) => candidate.name).join(', ')}`,
      next: 'pxectl init --interface NAME',
    });
  }
  if (wish.address === undefined) return undefined;
  if (parseIpv4(wish.address) === undefined) {
    throw usageError({ what: `${wish.address} is not an IPv4 address`, why: 'it looks like 192.168.1.50' });
  }
  const owner = interfaces.find((candidate) => candidate.addresses.some((a) => a.address === wish.address));
  if (owner) return owner;
  throw environmentError('E_NO_ADDRESS', {
    what: `no interface of this computer has the address ${wish.address}`,
    next: 'ip -4 addr shows the addresses',
  });
}

function likelyInterface(
  usable: readonly NetworkInterface[],
  route: DefaultRoute | undefined,
  assumed: string[],
): NetworkInterface {
  const routed = usable.find((candidate) => candidate.name === route?.interfaceName);
  if (routed) {
    if (usable.length > 1) assumed.push(`machines boot on ${routed.name}, where the default route goes`);
    return routed;
  }
  const [only, ...others] = usable;
  if (only && others.length === 0) return only;
  if (!only) {
    throw environmentError('E_NO_INTERFACE', {
      what: 'no interface has an IPv4 address',
      next: 'connect the network, give the interface an address, and run pxectl init again',
    });
  }
  throw environmentError('E_NO_INTERFACE', {
    what: 'there are several interfaces and no default route that tells which one the machines are on',
    why: `there are: ${usable.map((candidate) => candidate.name).join(', ')}`,
    next: `pxectl init --interface ${only.name}`,
  });
}

function noAddress(chosen: NetworkInterface, wished: string | undefined): Error {
  const has = chosen.addresses.map((a) => a.address).join(', ');
  return environmentError('E_NO_ADDRESS', {
    what:
      wished === undefined || has === ''
        ? `the interface ${chosen.name} has no IPv4 address`
        : `${chosen.name} does not have the address ${wished}`,
    ...(has === '' ? {} : { why: `it has: ${has}` }),
    next:
      has === ''
        ? `give it one, for example: sudo ip addr add 192.168.1.50/24 dev ${chosen.name}`
        : `pxectl init --interface ${chosen.name} --address ${chosen.addresses[0]?.address ?? ''}`,
  });
}
