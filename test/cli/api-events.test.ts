import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { askControl } from '../../src/control/control-client.ts';
import { followControl } from '../../src/control/follow-control.ts';
import type { BootEvent } from '../../src/model/boot-event.ts';
import { run } from '../../src/platform/processes.ts';
import { readEvents } from '../../src/watch/read-events.ts';
import { useProject } from '../support/test-project.ts';

const project = useProject('all');
beforeAll(async () => {
  await project.up();
});

const question = () => ({ layout: project.layout, pid: 0, command: 'pxectl watch' });
const lastEventId = async () => (await askControl('machines', {}, question())).lastEventId;

/** Somebody on the network asks for a file that nobody has: an event with its name. */
const happen = (name: string) =>
  run('ip', [
    ...['netns', 'exec', project.network.namespace, 'curl', '-s', '-o', '/dev/null'],
    // what comes from the address that is served may be the look whether it is
    ...['--interface', '127.0.0.1'],
    `http://192.168.1.50:8080/images/${name}`,
  ]);
const isOf = (name: string) => (event: BootEvent) => event.detail['path'] === `/images/${name}`;

/** What a reader is told until an event of this name comes. */
async function followTo(name: string, after?: number): Promise<readonly BootEvent[]> {
  const ending = new AbortController();
  const events: BootEvent[] = [];
  for await (const batch of followControl(after, { ...question(), signal: ending.signal })) {
    expect(batch.isAfterGap).toBe(false);
    events.push(...batch.events);
    if (events.some(isOf(name))) ending.abort();
  }
  return events;
}

it('tells events as they come, and over a restart each of them once', async () => {
  const before = await lastEventId();
  const [live] = await Promise.all([followTo('one', before), happen('one')]);
  const seen = live.at(-1)?.id ?? 0;
  expect(seen).toBeGreaterThan(before);
  await happen('two');
  expect((await project.cli('down')).exitCode).toBe(0);
  await project.up();
  await happen('three');
  const more = await followTo('three', seen);
  expect(more.some(isOf('two'))).toBe(true);
  expect(more.map(({ type }) => type)).toEqual(expect.arrayContaining(['engine.stopped', 'engine.ready']));
  const stored = async () => (await readEvents(project.layout.events)).filter(({ id = 0 }) => id > seen);
  await expect.poll(async () => (await stored()).slice(0, more.length)).toEqual(more);
});

it('goes on from the id that a browser sends when it comes back, whatever it first asked for', async () => {
  const before = await lastEventId();
  await happen('four');
  const ask = async (id: string): Promise<IncomingMessage> => {
    const asked = request({
      socketPath: join(project.layout.run, 'control.sock'),
      path: '/v1/events?after=1',
      headers: { 'last-event-id': id },
    });
    const [response] = (await once(asked.end(), 'response')) as [IncomingMessage];
    return response.setEncoding('utf8');
  };
  let told = '';
  for await (const text of (await ask(String(before))) as AsyncIterable<string>) {
    told += text;
    if (told.includes('/images/four')) break;
  }
  expect(told).toMatch(/^retry: \d+\n\nid: \d+\ndata: \{/);
  expect(told).not.toContain('engine.ready');
  const refused = await ask('x');
  expect(refused.statusCode).toBe(400);
  expect(refused.headers['content-type']).toBe('application/json');
  refused.destroy();
});

it('takes 32 readers and says so to the next, and one that went without a word leaves its place', async () => {
  const readers = await Promise.all(
    Array.from({ length: 32 }, async () => {
      const socket = connect(join(project.layout.run, 'control.sock'));
      socket.write('GET /v1/events HTTP/1.1\r\nHost: x\r\n\r\n');
      await new Promise((resolve) => socket.once('data', resolve));
      return socket;
    }),
  );
  const tooMany = followControl(undefined, { ...question(), signal: AbortSignal.timeout(20_000) });
  await expect(tooMany.next()).rejects.toThrow('32 others follow the events already');
  expect((await project.cli('status')).exitCode).toBe(0);
  readers[0]?.destroy();
  await expect
    .poll(async () => {
      const again = followControl(1, { ...question(), signal: AbortSignal.timeout(20_000) });
      return again.next().then(
        () => again.return(undefined).then(() => 'told'),
        () => 'refused',
      );
    })
    .toBe('told');
  for (const socket of readers) socket.destroy();
});
