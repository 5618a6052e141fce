import type { BootContext } from '../model/boot-context.ts';
import { isTokenOf } from '../machines/order-tokens.ts';
import { networkContains, type MacAddress } from '../protocol/addresses.ts';
import type { HttpRouteRequest } from '../server/http/http-route.ts';

/**
 * Whether a request comes from the machine it is about: on this network the neighbour table must show its MAC; behind a
 * relay of `network.relayed`, where no table shows anything, the request must show the token of that machine's order.
 * (A MAC is an identifier and not authentication, and whoever knows it can read the token; docs/security.md says so.)
 */
export function isFromMachine(
  context: BootContext,
  mac: MacAddress,
  request: Pick<HttpRouteRequest, 'ip' | 'mac' | 'token'>,
  nowMs = Date.now(),
): boolean {
  if (request.mac !== undefined) return request.mac === mac;
  const { relayed = [] } = context.config.network;
  if (!relayed.some((network) => networkContains(network, request.ip))) return false;
  return isTokenOf(context.orderTokens?.get(mac), request.token, nowMs);
}

/** Who asks, as far as it is known, for the message to whoever is refused. */
export function whoAsks({ ip, mac, token }: Pick<HttpRouteRequest, 'ip' | 'mac' | 'token'>): string {
  const card = mac ?? 'an unknown card';
  return `${card} at ${ip}${mac === undefined && token !== undefined ? ', with a token that is not of its order' : ''}`;
}
