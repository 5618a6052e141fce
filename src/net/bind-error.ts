import { environmentError, systemCodeOf } from '../model/errors.ts';

/** What could not be bound. */
export interface BindTarget {
  readonly protocol: 'udp' | 'tcp';
  readonly port: number;
  readonly address: string;
  /** the program that holds the port, for example `dnsmasq (pid 812)`, where it is known */
  readonly owner?: string;
}

/** Turns the failure to bind a port into an error that says who holds it or what is lacking; others pass through. */
export function bindError(error: unknown, target: BindTarget): unknown {
  const { protocol, port, address, owner } = target;
  const name = `${protocol.toUpperCase()} port ${port}`;
  switch (systemCodeOf(error)) {
    case 'EADDRINUSE':
      return environmentError('E_PORT_IN_USE', {
        what: `${name} on ${address} is taken`,
        why: owner === undefined ? 'another program listens there' : `${owner} listens there`,
        next: `stop that program; to see which it is: sudo ss -lnp${protocol === 'udp' ? 'u' : 't'} 'sport = :${port}'`,
        cause: error,
        details: { protocol, port, address, ...(owner === undefined ? {} : { owner }) },
      });
    case 'EACCES':
    case 'EPERM':
      return environmentError('E_PRIVILEGE', {
        what: `not allowed to listen on ${name}`,
        why: 'ports below 1024 need root or the capability CAP_NET_BIND_SERVICE',
        next: 'run it with sudo, or: sudo setcap cap_net_bind_service,cap_net_raw+ep "$(readlink -f "$(command -v node)")"',
        cause: error,
        details: { protocol, port, address },
      });
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
