import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { streamEvents } from '../../../src/control/stream-events.ts';
import type { EventBatch } from '../../../src/watch/stored-after.ts';

let folder: string;
let socketPath: string;
let server: Server;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pxectl-stream-'));
  socketPath = join(folder, 'stream.sock');
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

const time = '2026-01-01T00:00:00.000Z';
const event = (id: number, text = '') => ({ id, time, type: 'engine.warning', detail: { text } }) as const;

/** A server that streams what `batches` gives; resolves with the answer, of which nothing is read yet. */
async function ask(
  batches: (signal: AbortSignal) => AsyncGenerator<EventBatch>,
  stuckMs?: number,
): Promise<IncomingMessage> {
  server = createServer((_, response) => void streamEvents(response, batches, stuckMs));
  await once(server.listen(socketPath), 'listening');
  const [response] = (await once(request({ socketPath }).end(), 'response')) as [IncomingMessage];
  return response;
}

it('asks for no more than a reader takes, and goes on when it does', async () => {
  let given = 0;
  const response = await ask(async function* () {
    for (given = 1; given <= 2_000; given += 1) {
      yield { isAfterGap: given === 1, events: [event(given, 'x'.repeat(20_000))] };
    }
  });
  let before = -1;
  // what the sockets hold is full: nothing more is asked for
  await expect
    .poll(
      () => {
        const isStill = given === before;
        before = given;
        return isStill && given > 0;
      },
      { interval: 100 },
    )
    .toBe(true);
  expect(given).toBeLessThan(200);
  let text = '';
  for await (const chunk of response.setEncoding('utf8') as AsyncIterable<string>) text += chunk;
  expect(text.startsWith('retry: 1000\n\nevent: gap\ndata: {}\n\nid: 1\n')).toBe(true);
  expect(text.match(/^id: /gm)).toHaveLength(2_000);
});

it('cuts a reader off that takes nothing, and forgets one that has gone', async () => {
  let isForgotten = false;
  const endless = async function* (signal: AbortSignal): AsyncGenerator<EventBatch> {
    try {
      for (let id = 1; !signal.aborted; id += 1)
        yield { isAfterGap: false, events: [event(id, 'x'.repeat(20_000))] };
    } finally {
      isForgotten = true;
    }
  };
  const stuck = await ask(endless, 100);
  await expect.poll(() => isForgotten).toBe(true);
  stuck.on('error', () => undefined).destroy();
});

it('ends what it waits for when the reader has gone', async () => {
  let isForgotten = false;
  const response = await ask(async function* (signal) {
    yield { isAfterGap: false, events: [event(1)] };
    await once(signal, 'abort');
    isForgotten = true;
  });
  await once(response, 'data');
  response.destroy();
  await expect.poll(() => isForgotten).toBe(true);
});
