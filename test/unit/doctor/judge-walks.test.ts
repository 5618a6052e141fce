import { expect, it } from 'vitest';
import { judgeWalks } from '../../../src/doctor/probe/judge-walks.ts';
import { PROBE_CLIENTS } from '../../../src/doctor/probe/probe-clients.ts';
import type { Phase, ReplySeen } from '../../../src/doctor/analyse/observation.ts';
import type { Ipv4Address, MacAddress } from '../../../src/protocol/addresses.ts';

const SERVER = '192.168.1.50' as Ipv4Address;

/** What a client met: a proxy that answers and has the file, and (where given) a router with an address. */
function walks(leasedAddress?: Ipv4Address) {
  return PROBE_CLIENTS.map((client, index) => {
    const evidence = { source: 'probe', text: 'offer' };
    const proxy: ReplySeen = {
      ...{ evidence, timeMs: 1, type: 'offer', port: 67, server: SERVER, nextServer: SERVER },
      ...{ vendorClass: 'PXEClient', headerFile: 'ipxe/snponly-x64.efi' },
    };
    const lease: ReplySeen[] =
      leasedAddress === undefined ? [] : [{ evidence, timeMs: 1, type: 'offer', port: 67, leasedAddress }];
    const phase: Phase = {
      firmware: client.firmware,
      architectures: client.architectures,
      requests: [{ evidence, timeMs: 0, type: 'discover', port: 67 }],
      replies: [proxy, ...lease],
      tftp: [{ evidence, timeMs: 2, path: 'ipxe/snponly-x64.efi', outcome: 'done' }],
      http: [],
      refused: [],
    };
    return { client, mac: `02:00:00:00:00:0${index}` as MacAddress, steps: [], phase };
  });
}

it('a proxy that answers and no router: no client can boot, and every one is named', () => {
  const [first] = judgeWalks(walks()).findings;
  expect(first).toMatchObject({ id: 'no-dhcp-server', severity: 'error' });
  for (const { name } of PROBE_CLIENTS) expect(first?.evidence[0]?.text).toContain(name);
});

it('with a router that offers an address nothing is said of it', () => {
  const ids = judgeWalks(walks('192.168.1.10' as Ipv4Address)).findings.map(({ id }) => id);
  expect(ids).not.toContain('no-dhcp-server');
});
