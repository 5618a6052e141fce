import type { BootContext } from '../model/boot-context.ts';
import { isTokenOf } from '../machines/order-tokens.ts';
import { networkContains, type MacAddress } from '../protocol/addresses.ts';
import type { HttpRouteRequest } from '../server/http/http-route.ts';

/**
 * Whether a request comes from the boot it is about: it shows the token of that machine's order, and on this network the neighbour
 * table shows the machine's card too; behind a relay of `network.relayed` no table shows anything. Without an order there is no token,
 * and nothing that a seed or a report could spend. (Neither a MAC nor a token in a boot file is authentication; docs/security.md.)
 */
export function isFromMachine(
  context: BootContext,
  mac: MacAddress,
  request: Pick<HttpRouteRequest, 'ip' | 'mac' | 'token'>,
  what: 'seed' | 'report',
): boolean {
  const order = context.orderTokens?.get(mac);
  const showsToken = isTokenOf(order, request.token, what);
  if (request.mac !== undefined) return request.mac === mac && (order === undefined || showsToken);
  const { relayed = [] } = context.config.network;
  return showsToken && relayed.some((network) => networkContains(network, request.ip));
}

/** Who asks, as far as it is known, for the message to whoever is refused. */
export function whoAsks(
  wanted: MacAddress,
  { ip, mac, token }: Pick<HttpRouteRequest, 'ip' | 'mac' | 'token'>,
): string {
  const card = `${mac ?? 'an unknown card'} at ${ip}`;
  if (mac !== undefined && mac !== wanted) return card;
  if (token !== undefined) return `${card}, with a token that is not of its order`;
  return mac === undefined ? card : `${card}, without the token of its order`;
}
