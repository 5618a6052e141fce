import type { BootContext } from '../model/boot-context.ts';
import type { Machine } from '../model/config.ts';
import { machineKey, type MachineKey } from '../model/machine-key.ts';
import { isTokenOf } from '../machines/order-tokens.ts';
import { networkContains, parseMac, type MacAddress } from '../protocol/addresses.ts';
import type { HttpRouteRequest } from '../server/http/http-route.ts';

/** Whom a request is about. */
export interface AskedMachine {
  readonly key: MachineKey;
  /** undefined: the configuration has no such machine */
  readonly machine: Machine | undefined;
}

export interface AskerOptions {
  readonly context: BootContext;
  readonly what: 'seed' | 'report';
  /** the machine of a card, as far as it was seen */
  readonly ownerOf: (mac: MacAddress) => Machine | undefined;
}

/**
 * Whether a request comes from the boot it is about: it shows the token of that machine's order, and on this network the neighbour
 * table shows the machine's card too; of a machine that the file calls `relayed`, where no table shows anything, the token alone
 * counts, from a network of `network.relayed`. Without an order there is no token, and nothing that a seed or a report could
 * spend. (Neither a MAC nor a token in a boot file is authentication; docs/security.md.)
 */
export function isFromMachine(
  asked: AskedMachine,
  request: Pick<HttpRouteRequest, 'ip' | 'mac' | 'token'>,
  { context, what, ownerOf }: AskerOptions,
): boolean {
  const order = context.orderTokens?.get(asked.key);
  const showsToken = isTokenOf(order, request.token, what);
  if (request.mac !== undefined) {
    return isCardOf(asked, request.mac, showsToken, ownerOf) && (order === undefined || showsToken);
  }
  const { relayed = [] } = context.config.network;
  return (
    asked.machine?.isRelayed === true &&
    showsToken &&
    relayed.some((network) => networkContains(network, request.ip))
  );
}

/**
 * A machine without a MAC in the file has the cards that were seen of it. Its token says it of any card that the file gives to
 * nobody else: that outweighs what packets in a card's name have said.
 */
function isCardOf(
  { key, machine }: AskedMachine,
  mac: MacAddress,
  showsToken: boolean,
  ownerOf: AskerOptions['ownerOf'],
): boolean {
  if (parseMac(key) !== undefined) return key === mac;
  const owner = ownerOf(mac);
  if (machine === undefined) return false;
  if (showsToken) return owner?.mac !== mac;
  return owner !== undefined && machineKey(owner) === key;
}

/** Who asks, as far as it is known, for the message to whoever is refused. */
export function whoAsks(
  wanted: MachineKey,
  { ip, mac, token }: Pick<HttpRouteRequest, 'ip' | 'mac' | 'token'>,
  what: AskerOptions['what'] = 'seed',
): string {
  const card = `${mac ?? 'an unknown card'} at ${ip}`;
  if (mac !== undefined && parseMac(wanted) !== undefined && mac !== wanted) return card;
  if (token !== undefined && mac === undefined) {
    return `${card}, with a token that is not of its order, or is behind a relay without relayed: true in pxectl.yaml`;
  }
  if (token !== undefined) {
    const of = what === 'seed' ? 'that is not of its order' : 'of no boot that has fetched its seed';
    return `${card}, with a token ${of}`;
  }
  return mac === undefined ? card : `${card}, without the token of its order`;
}
