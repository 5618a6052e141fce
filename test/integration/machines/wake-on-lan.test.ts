import { resolve } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { TestNetwork } from '../../support/dhcp/test-network.ts';

const network = new TestNetwork();
afterAll(() => network.destroy());

it('the packet is on the wire, for everyone on the network of our address', { timeout: 60_000 }, async () => {
  const ends = { host: 'waker', interfaceName: 'eth0', address: '10.9.0.1/24' };
  await network.connect(ends, { host: 'sleeper', interfaceName: 'eth0', address: '10.9.0.2/24' });
  const capture = network.start('sleeper', 'tcpdump', ['-ln', '-xx', '-c', '3', '-i', 'eth0', 'udp port 9']);
  const lines: string[] = [];
  capture.onLine((line) => lines.push(line));
  await expect.poll(() => lines.join('\n'), { timeout: 20_000 }).toContain('listening on');
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
  await capture.ended;
  const text = lines.join('\n');
  expect(text).toContain('10.9.0.1.');
  expect(text).toContain('255.255.255.255.9');
  const bytes = [...text.matchAll(/0x[0-9a-f]{4}:\s+([0-9a-f ]+)/g)].map(([, hex = '']) => hex).join('');
  expect(bytes.replaceAll(' ', '')).toContain(`ffffffffffff${'525400123456'.repeat(16)}0123456789ab`);
});
