import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { ipIn } from '../../../src/lab/namespaces.ts';
import { TestNetwork } from '../../support/dhcp/test-network.ts';

const network = new TestNetwork();
const folder = mkdtempSync(join(tmpdir(), 'pxectl-wake-'));
afterAll(async () => {
  await network.destroy();
  rmSync(folder, { recursive: true, force: true });
});

/** Listens there for so many magic packets; resolves when it listens, then with what tcpdump shows of them. */
async function capture(host: string, count: number): Promise<() => Promise<string>> {
  const options = ['-ln', '-e', '-xx', '-c', String(count), '-i', 'eth0', 'udp port 9'];
  const tcpdump = network.start(host, 'tcpdump', options);
  const lines: string[] = [];
  tcpdump.onLine((line) => lines.push(line));
  await expect.poll(() => lines.join('\n'), { timeout: 20_000 }).toContain('listening on');
  return async () => {
    await tcpdump.ended;
    return lines.join('\n');
  };
}

it('the packet is on the wire, for everyone on the network of our address', { timeout: 60_000 }, async () => {
  const ends = { host: 'waker', interfaceName: 'eth0', address: '10.9.0.1/24' };
  await network.connect(ends, { host: 'sleeper', interfaceName: 'eth0', address: '10.9.0.2/24' });
  const captured = await capture('sleeper', 3);
  const module = resolve('src/machines/power/wake-on-lan.ts');
  const call = `const { wake, secureOnPassword } = await import(${JSON.stringify(module)});
    await wake({ mac: '52:54:00:12:34:56' }, '10.9.0.1', secureOnPassword('01:23:45:67:89:ab'));`;
  const sent = await network.run('waker', process.execPath, [
    '--import',
    'tsx',
    '--input-type=module',
    '-e',
    call,
  ]);
  expect(sent).toMatchObject({ exitCode: 0 });
  const text = await captured();
  expect(text).toContain('10.9.0.1.');
  expect(text).toContain('255.255.255.255.9');
  const bytes = [...text.matchAll(/0x[0-9a-f]{4}:\s+([0-9a-f ]+)/g)].map(([, hex = '']) => hex).join('');
  expect(bytes.replaceAll(' ', '')).toContain(`ffffffffffff${'525400123456'.repeat(16)}0123456789ab`);
});

it(
  'power on reaches another network, by its broadcast address and by a relay',
  { timeout: 60_000 },
  async () => {
    const router = { host: 'router', interfaceName: 'near', address: '10.8.0.254/24' };
    await network.connect({ host: 'server', interfaceName: 'eth0', address: '10.8.0.1/24' }, router);
    const far = { host: 'router', interfaceName: 'far', address: '10.2.0.254/24' };
    await network.connect({ host: 'class-room', interfaceName: 'eth0', address: '10.2.0.9/24' }, far);
    await ipIn(network.namespaceOf('server'), ['route', 'add', '10.2.0.0/24', 'via', '10.8.0.254']);
    // a directed broadcast passes where the router says so for both of its interfaces
    const forwarding = ['ip_forward', ...['all', 'near', 'far'].map((name) => `conf.${name}.bc_forwarding`)];
    const settings = forwarding.flatMap((name) => ['-w', `net.ipv4.${name}=1`]);
    expect(await network.run('router', 'sysctl', settings)).toMatchObject({ exitCode: 0 });
    writeFileSync(
      join(folder, 'pxectl.yaml'),
      `version: 1
network: { interface: eth0, address: 10.8.0.1 }
machines:
  - { mac: "52:54:00:12:34:01", name: by-broadcast, power: { type: wol, address: 10.2.0.255 } }
  - { mac: "52:54:00:12:34:02", name: by-relay, power: { type: wol, address: 10.2.0.9 } }
`,
    );
    const captured = await capture('class-room', 6);
    const program = resolve('bin/pxectl.js');
    const words = ['power', 'on', '--all', '--config', join(folder, 'pxectl.yaml')];
    const { stdout, stderr } = await network.run('server', process.execPath, [program, ...words]);
    // in the order in which they are done
    expect(stdout.split('\n').sort(), stderr).toEqual(['', 'by-broadcast: woken', 'by-relay: woken']);
    const text = await captured();
    const bytes = text.replaceAll(/^\s+0x[0-9a-f]{4}:\s|\s/gm, '');
    for (const mac of ['525400123401', '525400123402']) {
      expect(bytes.split(`ffffffffffff${mac.repeat(16)}`)).toHaveLength(4);
    }
    expect(text.match(/> ff:ff:ff:ff:ff:ff,.* > 10\.2\.0\.255\.9:/g)).toHaveLength(3);
    expect(text.match(/> 10\.2\.0\.9\.9:/g)).toHaveLength(3);
  },
);
