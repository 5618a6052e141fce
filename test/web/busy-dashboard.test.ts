import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { readLiveSession } from '../../src/engine/session-record.ts';
import { startPxectlBootServer, type LabBootServer } from '../../src/lab/pxectl-boot-server.ts';
import { createVirtualLan, type VirtualLan } from '../../src/lab/virtual-lan.ts';
import { readEvents } from '../../src/watch/read-events.ts';
import { useBrowser } from '../support/browser.ts';
import type { LoadResult } from '../support/dhcp/load-client.ts';
import { configText, prepareState } from '../support/engine/prepare-state.ts';
import { itNeeds } from '../support/external-tool.ts';

const MACHINES = 1_000;
/** each is answered: two events */
const DISCOVERS_PER_SECOND = 500;
const SECONDS = 8;

const folder = mkdtempSync(join(tmpdir(), 'pxectl-busy-'));
const macs = Array.from({ length: MACHINES }, (_, index) => {
  const suffix = index.toString(16).padStart(4, '0');
  return `02:00:00:00:${suffix.slice(0, 2)}:${suffix.slice(2)}`;
});
let lan: VirtualLan;
let server: LabBootServer;
let pid: number;
let events: string;
beforeAll(async () => {
  const machines = macs.map((mac, index) => `  - { mac: "${mac}", name: rack-${index} }\n`).join('');
  const { configPath, layout } = await prepareState(folder, configText('proxy', `machines:\n${machines}`));
  lan = await createVirtualLan({});
  server = await startPxectlBootServer(lan, { configPath, layout, engine: 'builtin' });
  events = layout.events;
  pid = (await readLiveSession(layout))!.process.pid;
});
const browser = useBrowser(() => lan.namespaceOf('lan'));
afterAll(async () => {
  await server.stop();
  await lan.destroy();
  rmSync(folder, { recursive: true, force: true });
});

const residentMB = (): number =>
  Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1000;
/** of user and system, in hundredths of a second (proc_pid_stat(5)) */
const ticks = (): number => {
  const [, , ...fields] = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/\(.*\)/, 'x')
    .split(' ');
  return Number(fields[11]) + Number(fields[12]);
};

/** What the server is for a second of that, and the load that it had. */
async function load(): Promise<{
  readonly coreShare: number;
  readonly result: LoadResult;
  readonly mostMB: number;
}> {
  const before = { ticks: ticks(), atMs: performance.now() };
  let mostMB = residentMB();
  const look = setInterval(() => (mostMB = Math.max(mostMB, residentMB())), 100);
  const count = DISCOVERS_PER_SECOND * SECONDS;
  const options = { interfaceName: 'eth0', perSecond: DISCOVERS_PER_SECOND, count, clients: MACHINES };
  const client = await lan.execIn(
    'client',
    process.execPath,
    ['--import', 'tsx', 'test/support/dhcp/load-client.ts', JSON.stringify(options)],
    { timeoutMs: 120_000 },
  );
  clearInterval(look);
  if (client.exitCode !== 0) throw new Error(client.stderr);
  const result = JSON.parse(client.stdout) as LoadResult;
  return { coreShare: (ticks() - before.ticks) / 100 / SECONDS, result, mostMB };
}

itNeeds('root', 'ip', 'chromium')(
  'a thousand machines and a thousand events a second cost little more with the dashboard open',
  async () => {
    const alone = await load();
    const beforeMB = residentMB();
    const page = await browser.newPage();
    await page.goto('http://127.0.0.1:8080/ui/');
    await page.locator('.machine').getByText('rack-999', { exact: true }).waitFor();
    const openMB = residentMB() - beforeMB;
    const watched = await load();
    const told = `${openMB} MB to open it; alone ${JSON.stringify(alone)}, watched ${JSON.stringify(watched)}`;
    expect(openMB, told).toBeLessThan(40);
    // what is garbage at once is collected when V8 finds time
    expect(watched.mostMB - alone.mostMB, told).toBeLessThan(120);
    // the load itself takes most of it
    expect(watched.coreShare, told).toBeLessThan(0.5);
    expect(watched.result.answered, told).toBe(watched.result.sent);
    const { id = 0 } = (await readEvents(events)).at(-1) ?? {};
    expect(id).toBeGreaterThan(2 * 2 * DISCOVERS_PER_SECOND * SECONDS);
  },
  180_000,
);
