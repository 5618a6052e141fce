import { lookup } from 'node:dns/promises';
import { networkInterfaces } from 'node:os';
import { BlockList } from 'node:net';

/** This computer's own, and what no router passes on (RFC 6890). */
const OWN = new BlockList();
OWN.addSubnet('0.0.0.0', 8);
OWN.addSubnet('127.0.0.0', 8);
OWN.addSubnet('169.254.0.0', 16);

/**
 * Whether doctor asks this host because a boot server says so: anybody on the network answers as one, and is not to have services
 * asked that only this computer reaches. `localAddress`: where pxectl itself may serve.
 */
export async function mayBeAsked(hostname: string, localAddress: string): Promise<boolean> {
  const found = await lookup(hostname, { all: true, family: 4 }).catch(() => []);
  const here = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return (
    found.length > 0 &&
    found.every(
      ({ address }) =>
        address === localAddress || !(OWN.check(address) || here.some((own) => own.address === address)),
    )
  );
}
