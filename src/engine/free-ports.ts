import type { Config } from '../model/config.ts';
import { conflictingOwners, findPortOwners, portInUseError, type PortProtocol } from '../net/port-owner.ts';

/** The ports that DHCP and TFTP need in this mode. */
export function udpPortsOf(config: Config): readonly number[] {
  return config.network.mode === 'proxy' ? [67, 4011, 69] : [67, 69];
}

/**
 * Makes sure that nobody else answers on our ports. Needed before dnsmasq starts: two of them share port 67
 * without a word (SO_REUSEPORT), and the client hears both.
 * @throws PxectlError E_PORT_IN_USE naming the process
 */
export async function refuseTakenPorts(config: Config): Promise<void> {
  for (const port of udpPortsOf(config)) await refuseTakenPort(config, 'udp', port);
  await refuseTakenPort(config, 'tcp', config.http.port);
}

async function refuseTakenPort(config: Config, protocol: PortProtocol, port: number): Promise<void> {
  const owners = await findPortOwners(protocol, port);
  const { address, interface: interfaceName } = config.network;
  const conflicts = conflictingOwners(owners, address, interfaceName);
  if (conflicts.length > 0) throw portInUseError(protocol, port, conflicts);
}
