import type { PortProtocol } from '../../net/port-owner.ts';
import type { Subject } from './host-facts.ts';

/** A port of this host that network boot needs. */
export interface BootPort {
  readonly protocol: PortProtocol;
  readonly port: number;
  readonly what: string;
}

export function bootPorts(subject: Pick<Subject, 'httpPort'>): readonly BootPort[] {
  return [
    { protocol: 'udp', port: 67, what: 'DHCP' },
    { protocol: 'udp', port: 69, what: 'TFTP' },
    { protocol: 'udp', port: 4011, what: 'PXE boot server' },
    { protocol: 'tcp', port: subject.httpPort, what: 'HTTP' },
  ];
}
