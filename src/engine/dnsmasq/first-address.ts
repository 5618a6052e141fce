import type { Config } from '../../model/config.ts';
import { engineError } from '../../model/errors.ts';
import { findInterface } from '../../net/interfaces.ts';
import { networkContains, networkOf } from '../../protocol/addresses.ts';

/** dnsmasq answers with the first address that its interface has in a network, whatever it is told. */
export async function whyNotFirstAddress(network: Config['network']): Promise<string | undefined> {
  const { address, prefix, interface: name } = network;
  const there = (await findInterface(name))?.addresses.map((one) => one.address) ?? [];
  const net = networkOf(address, prefix);
  const first = there.find((one) => networkContains(net, one));
  if (first === undefined || first === address || !there.includes(address)) return undefined;
  return `${name} has ${first} before ${address}, and dnsmasq answers with the first address of a network`;
}

/** @throws PxectlError E_ENGINE_START when dnsmasq would answer with another address */
export async function refuseSecondAddress(network: Config['network']): Promise<void> {
  const why = await whyNotFirstAddress(network);
  if (why === undefined) return;
  throw engineError('E_ENGINE_START', {
    what: `dnsmasq cannot serve ${network.address}`,
    why,
    next: `pxectl up --engine builtin, or take the other address away; pxectl init --address auto takes it for its own`,
  });
}
