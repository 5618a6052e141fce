import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { openUdpEndpoint } from '../../../src/net/bound-socket.ts';
import {
  findInterface,
  listInterfaces,
  parseDefaultRoute,
  parseNameServers,
} from '../../../src/net/interfaces.ts';
import { parseNeighbours } from '../../../src/net/neighbours.ts';
import {
  conflictingOwners,
  findPortOwners,
  parseSockets,
  portInUseError,
  type PortOwner,
} from '../../../src/net/port-owner.ts';
import { missingForPort, parseCapabilities, readPrivileges } from '../../../src/net/privileges.ts';
import { ip } from '../../support/dhcp/client-packets.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

describe('interfaces', () => {
  it('lists the loopback interface with its address', async () => {
    expect(await findInterface('lo')).toMatchObject({
      isUp: true,
      isLoopback: true,
      addresses: [{ address: '127.0.0.1', prefix: 8 }],
    });
  });

  it('finds every IPv4 address that the operating system knows', async () => {
    const ours = (await listInterfaces()).flatMap(({ addresses }) => addresses.map(({ address }) => address));
    const theirs = Object.values(networkInterfaces())
      .flat()
      .filter((entry) => entry?.family === 'IPv4')
      .map((entry) => entry?.address);
    expect(ours).toEqual(expect.arrayContaining(theirs));
  });

  it('still finds them where there is no ip program', async () => {
    const path = process.env['PATH'];
    process.env['PATH'] = '/nonexistent';
    try {
      expect(await findInterface('lo')).toMatchObject({
        isLoopback: true,
        addresses: [{ address: '127.0.0.1' }],
      });
    } finally {
      process.env['PATH'] = path;
    }
  });

  it('takes from a resolv.conf what other machines can ask too', () => {
    const text =
      '# made by systemd-resolved\nnameserver 127.0.0.53\n nameserver 192.168.1.1\nnameserver fe80::1%eno1\n';
    expect(parseNameServers(`${text}nameserver 9.9.9.9\noptions edns0\n`)).toEqual([
      '192.168.1.1',
      '9.9.9.9',
    ]);
    expect(parseNameServers('')).toEqual([]);
  });

  const ROUTES = [
    'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT',
    'wlan0\t00000000\t0101A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0',
    'eno1\t00000000\tFE01A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0',
    'eno1\t0001A8C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0',
  ];

  it('reads the default route with the lowest metric', () => {
    expect(parseDefaultRoute(ROUTES.join('\n'))).toEqual({ interfaceName: 'eno1', router: '192.168.1.254' });
    expect(parseDefaultRoute([ROUTES[0], ROUTES[3]].join('\n'))).toBeUndefined();
    expect(parseDefaultRoute('')).toBeUndefined();
  });
});

describe('neighbours', () => {
  it('reads the ARP table and leaves out who never answered', () => {
    const table = parseNeighbours(
      [
        'IP address       HW type     Flags       HW address            Mask     Device',
        '192.168.1.40     0x1         0x2         52:54:00:12:34:56     *        eno1',
        '192.168.1.41     0x1         0x0         00:00:00:00:00:00     *        eno1',
      ].join('\n'),
    );
    expect(table).toEqual([{ ip: '192.168.1.40', mac: '52:54:00:12:34:56', interfaceName: 'eno1' }]);
  });
});

describe('port owners', () => {
  it('finds this very process on a UDP and on a TCP port', async () => {
    const socket = createSocket('udp4');
    closers.push(() => socket.close());
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    const udp = await findPortOwners('udp', socket.address().port);
    expect(udp).toMatchObject([{ protocol: 'udp', address: '127.0.0.1', pid: process.pid }]);

    const server = createServer();
    closers.push(() => server.close());
    await new Promise<void>((resolve) => server.listen(0, () => resolve()));
    const { port } = server.address() as { port: number };
    // a dual-stack socket on :: takes IPv4 as well
    expect(await findPortOwners('tcp', port)).toMatchObject([{ address: '0.0.0.0', pid: process.pid }]);
    expect(await findPortOwners('udp', port)).toEqual([]);
  });

  it('reads /proc/net/udp and takes listening TCP sockets only', () => {
    const header =
      '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';
    const udp = `${header}\n  1: 3201A8C0:0043 00000000:0000 07 0:0 0:0 0 0 0 4711 2 0 0`;
    expect(parseSockets(udp, 'udp', 67)).toEqual([{ address: '192.168.1.50', inode: '4711' }]);
    expect(parseSockets(udp, 'udp', 68)).toEqual([]);
    const connected = `${header}\n  1: 3201A8C0:1F90 0101A8C0:9999 01 0:0 0:0 0 0 0 4712 2 0 0`;
    expect(parseSockets(connected, 'tcp', 8080)).toEqual([]);
  });

  const owner = (more: Partial<PortOwner>): PortOwner => ({
    protocol: 'udp',
    address: ip('0.0.0.0'),
    port: 67,
    ...more,
  });

  it('tells a conflict from a server on another interface or address', () => {
    const owners = [
      owner({ deviceName: 'virbr0', program: 'dnsmasq', pid: 1 }),
      owner({ address: ip('10.0.0.1'), program: 'dhcpd', pid: 2 }),
      owner({ program: 'kea-dhcp4', pid: 3 }),
    ];
    const ours = (address: string) => conflictingOwners(owners, ip(address), 'eno1').map(({ pid }) => pid);
    expect(ours('192.168.1.50')).toEqual([3]);
    expect(ours('10.0.0.1')).toEqual([2, 3]);
    expect(ours('0.0.0.0')).toEqual([2, 3]);
  });

  it('names the process, or says how to find it', () => {
    const known = portInUseError('udp', 67, [owner({ pid: 812, program: 'kea-dhcp4' })]);
    expect(known.message).toBe('UDP port 67 is taken by kea-dhcp4 (pid 812)');
    expect(known.next).toContain('ps -fp 812 says what it is and who started it');
    const hidden = portInUseError('tcp', 8080, [owner({})]);
    expect(hidden.message).toContain('another process');
    expect(hidden.next).toBe("sudo ss -tlnp 'sport = :8080'");
  });
});

describe('privileges', () => {
  it('reads effective capabilities', () => {
    expect(parseCapabilities('CapPrm:\t0\nCapEff:\t0000000000002400\n')).toEqual([
      'CAP_NET_BIND_SERVICE',
      'CAP_NET_RAW',
    ]);
    expect(parseCapabilities('CapEff:\t000001ffffffffff')).toHaveLength(3);
    expect(parseCapabilities('')).toEqual([]);
  });

  it('knows which ports need one', () => {
    const none = { isRoot: false, capabilities: [], unprivilegedPortStart: 1024 };
    expect([missingForPort(none, 67), missingForPort(none, 4011)]).toEqual([
      'CAP_NET_BIND_SERVICE',
      undefined,
    ]);
    expect(missingForPort({ ...none, unprivilegedPortStart: 0 }, 67)).toBeUndefined();
    expect(missingForPort({ ...none, capabilities: ['CAP_NET_BIND_SERVICE'] }, 67)).toBeUndefined();
  });

  it('reads those of this process', async () => {
    const privileges = await readPrivileges();
    expect(privileges.isRoot).toBe(process.geteuid?.() === 0);
    expect(privileges.unprivilegedPortStart).toBeGreaterThanOrEqual(0);
  });
});

describe('openUdpEndpoint', () => {
  const open = (port: number) =>
    openUdpEndpoint({
      interfaceName: 'lo',
      address: ip('127.0.0.1'),
      port,
      receivesBroadcast: false,
      isKnown: () => true,
      onMessage: (bytes, source) => received.push([Buffer.from(bytes).toString(), source.port]),
      onError: (error) => {
        throw error;
      },
    });
  const received: [string, number][] = [];

  it('sends from its own port and refuses the port to a second one', async () => {
    const one = await open(0);
    closers.push(() => one.close());
    expect(one.send(Buffer.from('hello'), ip('127.0.0.1'), one.port)).toBe(true);
    await expect.poll(() => received).toEqual([['hello', one.port]]);
    await expect(open(one.port)).rejects.toMatchObject({ code: 'E_PORT_IN_USE' });
    await one.close();
    await one.close();
    expect(one.send(Buffer.from('late'), ip('127.0.0.1'), one.port)).toBe(false);
    const again = await open(one.port);
    await again.close();
  });

  it('names an address that is not ours', async () => {
    const opening = openUdpEndpoint({
      interfaceName: 'lo',
      address: ip('192.0.2.1'),
      port: 0,
      receivesBroadcast: false,
      isKnown: () => true,
      onMessage: () => undefined,
      onError: () => undefined,
    });
    await expect(opening).rejects.toMatchObject({ code: 'E_NO_ADDRESS', next: 'ip -4 address show dev lo' });
  });
});
