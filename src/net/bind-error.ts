import { environmentError, systemCodeOf } from '../model/errors.ts';
import { findPortOwners, portInUseError, type PortProtocol } from './port-owner.ts';
import { privilegeError } from './privileges.ts';

/** What could not be bound. */
export interface BindTarget {
  readonly protocol: PortProtocol;
  readonly port: number;
  readonly address: string;
}

/** Turns the failure to bind a port into an error that says who holds it or what is lacking; others pass through. */
export async function bindError(error: Error, target: BindTarget): Promise<Error> {
  const { protocol, port, address } = target;
  const name = `${protocol.toUpperCase()} port ${port}`;
  switch (systemCodeOf(error)) {
    case 'EADDRINUSE':
      return portInUseError(protocol, port, await findPortOwners(protocol, port), error);
    case 'EACCES':
    case 'EPERM':
      return privilegeError(`not permitted to open ${name}`, 'CAP_NET_BIND_SERVICE', error);
    case 'EADDRNOTAVAIL':
      return environmentError('E_NO_ADDRESS', {
        what: `this machine does not have the address ${address}`,
        why: 'no interface carries it: it changed, or the interface is down',
        next: 'see the addresses with: ip -br address; then set network.address in pxectl.yaml',
        cause: error,
        details: { address },
      });
    default:
      return error;
  }
}
