import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What somebody does who looks on too much, and what a boot beside it waits; run in a process of its own, in the network of a project. */
const API = '/ui/api/v1';
const [what = '', count = '0'] = process.argv.slice(2);

async function answerTo(host: string, path: string, agent: Agent | false): Promise<number> {
  const request = get({ host, port: 8080, path, agent });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.resume();
  await once(response, 'end');
  return response.statusCode ?? 0;
}

/** Lists, as many at once as one address gets connections. */
async function readLists(): Promise<unknown> {
  const agent = new Agent({ keepAlive: true, maxSockets: 50 });
  const statuses = new Map<number, number>();
  const all = Array.from({ length: Number(count) }, async () => {
    const status = await answerTo('127.0.0.1', `${API}/machines`, agent).catch(() => 0);
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
  });
  await Promise.all(all);
  agent.destroy();
  return Object.fromEntries(statuses);
}

/** Readers of events that never read, until they are ended. */
async function readNothing(): Promise<unknown> {
  for (let n = 0; n < Number(count); n += 1) {
    const socket = connect(8080, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.pause();
    socket.write(`GET ${API}/events?after=0 HTTP/1.1\r\nhost: 127.0.0.1:8080\r\n\r\n`);
  }
  await sleep(600_000);
  return {};
}

/** How long a loader waits for its script, again and again for so many ms. */
async function boot(): Promise<unknown> {
  const waits: number[] = [];
  const endMs = performance.now() + Number(count);
  while (performance.now() < endMs) {
    const beganMs = performance.now();
    await answerTo('192.168.1.50', '/boot.ipxe', false);
    waits.push(performance.now() - beganMs);
    await sleep(10);
  }
  waits.sort((one, other) => one - other);
  const at = (share: number): number => Math.round(waits[Math.floor((waits.length - 1) * share)] ?? 0);
  return { count: waits.length, median: at(0.5), p95: at(0.95), longest: at(1) };
}

const work = { readLists, readNothing, boot }[what];
if (work !== undefined) process.stdout.write(JSON.stringify(await work()));
