import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { signatureOf } from '../../../src/engine/reporting/webhooks.ts';
import { createVirtualLan, type VirtualLan } from '../../../src/lab/virtual-lan.ts';
import { start, type LongRunning } from '../../../src/platform/long-running.ts';
import { configText, prepareState } from '../../support/engine/prepare-state.ts';
import { itNeeds } from '../../support/external-tool.ts';
import { schemaProblem } from '../../support/json-schemas/published.ts';
import { pxectl, type PrivateNetwork } from '../../support/pxectl-process.ts';

interface Received {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const RECEIVER = new URL('../../support/receiver-process.mjs', import.meta.url).pathname;
const SECRET = 'what only the receiver and pxectl know';

let lan: VirtualLan;
let folder: string;
let network: PrivateNetwork;
let receiver: LongRunning;
const received: Received[] = [];
const bodies = (path: string) =>
  received.filter((one) => one.path === path).map(({ body }) => JSON.parse(body) as Record<string, unknown>);
const cli = (...args: string[]) => pxectl(args, { cwd: folder, network });
const curl = async (where: string, url: string, ...more: string[]): Promise<string> =>
  (await lan.execIn(where, 'curl', ['-s', '-m', '10', '-w', ' %{http_code}', ...more, url])).stdout;
const numbers = () => curl('lan', 'http://192.168.1.50:9469/metrics');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pxectl-reporting-'));
  lan = await createVirtualLan({ folder: join(folder, 'lan') });
  network = { namespace: lan.namespaceOf('lan'), destroy: async () => undefined };
  for (const [name, address] of [
    ['pc1', '192.168.1.61'],
    ['guest', '192.168.1.62'],
  ] as const) {
    await lan.addHost(name, address);
  }
  const { stdout: mac } = await lan.execIn('pc1', 'cat', ['/sys/class/net/eth0/address']);
  await prepareState(
    folder,
    configText(
      'proxy',
      [
        `machines: [{ mac: "${mac.trim()}", name: pc1, install: { seed: seed.cfg } }]`,
        'metrics: { listen: 192.168.1.50, allow: [192.168.1.61] }',
        'notify: [{ url: "http://127.0.0.1:9000/hook", secret: hook }]',
        'traces: { endpoint: "http://127.0.0.1:9000" }',
      ].join('\n'),
    ),
  );
  await writeFile(join(folder, 'seed.cfg'), '# preseed\n');
  await mkdir(join(folder, 'secrets'), { mode: 0o700 });
  await writeFile(join(folder, 'secrets/hook'), `${SECRET}\n`, { mode: 0o600 });
  receiver = start('ip', ['netns', 'exec', network.namespace, process.execPath, RECEIVER, '9000'], {});
  await new Promise<void>((resolve) =>
    receiver.onLine((line) => {
      received.push(JSON.parse(line) as Received);
      resolve();
    }),
  );
  const { exitCode, stderr } = await cli('up', '--detach', '--no-look', '--engine', 'builtin');
  expect(exitCode, stderr).toBe(0);
});
afterAll(async () => {
  await cli('down');
  receiver.kill('SIGKILL');
  await lan.destroy();
  await rm(folder, { recursive: true, force: true });
});

describe('what a running pxectl tells other programs', () => {
  itNeeds(
    'root',
    'ip',
    'curl',
    'busybox',
  )('numbers, webhooks and spans, of boots that come and end', async () => {
    const discover = (name: string) =>
      lan
        .execIn(name, 'busybox', [
          ...['udhcpc', '-i', 'eth0', '-n', '-q', '-t', '1', '-T', '1', '-s', '/bin/true'],
          ...['-V', 'PXEClient:Arch:00007:UNDI:003016', '-x', '0x5d:0007'],
        ])
        .catch(() => undefined);
    await cli('machines', 'arm', 'pc1', '--yes');
    await discover('pc1');
    await discover('guest');
    await expect
      .poll(() => bodies('/hook'))
      .toMatchObject([{ type: 'unknown-machine', machine: { name: null } }]);

    const { stdout } = await lan.execIn('pc1', 'cat', ['/sys/class/net/eth0/address']);
    const key = stdout.trim().replaceAll(':', '-');
    const base = 'http://192.168.1.50:8080';
    const script = await curl('pc1', `${base}/machines/${key}.ipxe`);
    const token = /\/token-[0-9a-f]{32}/.exec(script)?.[0] ?? '';
    expect(await curl('pc1', `${base}/seed/${key}${token}/preseed.cfg`)).toMatch(/ 200$/);
    await curl('pc1', `${base}/report/${key}${token}/done`, '--data-binary', '');
    await expect
      .poll(() => bodies('/hook').at(1))
      .toMatchObject({
        ...{ schema: 'pxectl.notice/1', type: 'installed', machine: { name: 'pc1' } },
      });
    for (const body of bodies('/hook')) expect(schemaProblem(body)).toBeUndefined();
    const hook = received.findLast(({ path }) => path === '/hook');
    const signed = `${hook?.headers['webhook-id']}.${hook?.headers['webhook-timestamp']}.${hook?.body}`;
    expect(hook?.headers['webhook-signature']).toBe(signatureOf(SECRET, signed));

    await expect.poll(() => bodies('/v1/traces').length, { timeout: 30_000 }).toBe(1);
    expect(JSON.stringify(bodies('/v1/traces'))).toMatch(/"name":"boot".*"installed".*"name":"install-seed"/);
    const text = await numbers();
    expect(text).toContain('pxectl_boots_total{firmware="uefi-x64",outcome="installed"} 1');
    expect(text).toMatch(/pxectl_dhcp_answers_total\{type="offer"\} [1-9]/);
    expect(text).toContain('pxectl_machines{state="installed"} 1');
    const { stdout: history } = await cli('history', 'pc1');
    expect(history).toMatch(/pc1 +uefi-x64 +installed/);
    expect(JSON.stringify(received)).not.toContain(token);
  });

  itNeeds(
    'root',
    'ip',
    'curl',
  )('reads numbers who is named, nobody else, and only where metrics.listen says', async () => {
    expect(await curl('pc1', 'http://192.168.1.50:9469/metrics')).toMatch(/ 200$/);
    expect(await curl('guest', 'http://192.168.1.50:9469/metrics')).toMatch(/does not name you\n 403$/);
    expect(await curl('guest', 'http://192.168.1.50:8080/metrics')).toMatch(/ 404$/);
    expect(await curl('pc1', 'http://192.168.1.50:9469/seed/')).toMatch(/ 404$/);
    const config = await curl('lan', 'http://192.168.1.50:9469/metrics', '-X', 'POST');
    expect(config).toMatch(/ 405$/);
    const path = join(folder, 'pxectl.yaml');
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace(/metrics: .*/, 'metrics: { listen: 127.0.0.1:9470 }'));
    expect((await cli('reload')).exitCode).toBe(0);
    expect(await curl('lan', 'http://127.0.0.1:9470/metrics')).toMatch(/ 200$/);
    expect(await numbers()).toMatch(/ 000$/);
  });
});
