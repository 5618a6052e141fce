import { afterAll, beforeAll, describe, expect } from 'vitest';
import { programArguments, TestNetwork } from '../../support/dhcp/test-network.ts';
import { itNeeds } from '../../support/external-tool.ts';

const LAN0 = { interfaceName: 'lan0', address: '10.79.0.1', prefix: 24, mode: 'proxy' };
const network = new TestNetwork();

beforeAll(async () => {
  if (process.getuid?.() !== 0) return;
  await network.connect(
    { host: 'server', interfaceName: 'lan0', address: '10.79.0.1/24' },
    { host: 'client', interfaceName: 'eth0' },
  );
  await network.connect(
    { host: 'server', interfaceName: 'lan1', address: '10.80.0.1/24' },
    { host: 'client', interfaceName: 'eth1' },
  );
});
afterAll(() => network.destroy());

/** dnsmasq as a DHCP server; it sets SO_REUSEADDR with bind-interfaces, and would share port 67 in silence */
async function startDnsmasq(
  interfaceName: string,
  network24: string,
): Promise<{ pid: number; stop(): Promise<void> }> {
  const dnsmasq = network.start('server', 'dnsmasq', [
    ...['--keep-in-foreground', '--conf-file=/dev/null', '--port=0', '--user=root', '--pid-file='],
    ...[
      '--bind-interfaces',
      `--interface=${interfaceName}`,
      '--leasefile-ro',
      '--log-facility=-',
      '--log-dhcp',
    ],
    `--dhcp-range=${network24}.100,${network24}.110`,
  ]);
  await new Promise<void>((resolve) =>
    dnsmasq.onLine((line) => line.includes('DHCP, IP range') && resolve()),
  );
  return {
    pid: dnsmasq.pid,
    stop: async () => {
      dnsmasq.kill('SIGKILL');
      await dnsmasq.ended;
    },
  };
}

describe('a port that is taken', () => {
  itNeeds(
    'root',
    'ip',
    'dnsmasq',
  )('is refused, with the process that holds it', async () => {
    const dnsmasq = await startDnsmasq('lan0', '10.79.0');
    try {
      const { outcome } = await network.startDhcpServer('server', LAN0);
      expect(outcome).toMatchObject({
        failed: true,
        code: 'E_PORT_IN_USE',
        message: `UDP port 67 is taken by dnsmasq (pid ${dnsmasq.pid})`,
        next: 'stop it (sudo systemctl stop dnsmasq), or let it be and run pxectl on another machine',
      });
    } finally {
      await dnsmasq.stop();
    }
  });

  itNeeds(
    'root',
    'ip',
    'dnsmasq',
    'ss',
  )('is no conflict when it is bound to another interface', async () => {
    const dnsmasq = await startDnsmasq('lan1', '10.80.0');
    try {
      const server = await network.startDhcpServer('server', LAN0);
      expect(server.outcome).toMatchObject({ ready: true });
      await server.stop();
    } finally {
      await dnsmasq.stop();
    }
  });

  itNeeds('root', 'ip')('is refused to a second pxectl too', async () => {
    const first = await network.startDhcpServer('server', LAN0);
    const second = await network.startDhcpServer('server', LAN0);
    expect(second.outcome).toMatchObject({ code: 'E_PORT_IN_USE' });
    expect(second.outcome.message).toContain(`(pid ${first.outcome.pid})`);
    await first.stop();
  });
});

describe('what the server cannot open', () => {
  itNeeds('root', 'ip')('names an address that this machine does not have', async () => {
    const { outcome } = await network.startDhcpServer('server', { ...LAN0, address: '10.79.0.77' });
    expect(outcome).toMatchObject({
      code: 'E_NO_ADDRESS',
      message: 'this machine does not have the address 10.79.0.77',
    });
  });

  itNeeds('root', 'ip')('names an interface that is not there', async () => {
    const { outcome } = await network.startDhcpServer('server', { ...LAN0, interfaceName: 'eno99' });
    expect(outcome).toMatchObject({ code: 'E_NO_INTERFACE', message: 'there is no network interface eno99' });
  });

  itNeeds(
    'root',
    'ip',
    'setpriv',
  )('names the capability that is missing, and the line that gives it', async () => {
    const drop = ['--reuid=65534', '--regid=65534', '--clear-groups', '--inh-caps=-all', process.execPath];
    const { stdout } = await network.run('server', 'setpriv', [
      ...drop,
      ...programArguments('dhcp-server-process.ts', LAN0),
    ]);
    expect(JSON.parse(stdout)).toMatchObject({
      code: 'E_PRIVILEGE',
      message: 'not permitted to open UDP port 67',
      next: expect.stringContaining('--ambient-caps +net_bind_service,+net_raw') as unknown,
    });
  });

  itNeeds('root', 'ip')('asks for the range that a leasing mode needs', async () => {
    const { outcome } = await network.startDhcpServer('server', { ...LAN0, mode: 'pxe-only' });
    expect(outcome).toMatchObject({
      code: 'E_CONFIG_VALUE',
      message: 'network.mode pxe-only needs network.range',
    });
  });
});
