import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { ControlHandlers } from '../../../src/control/api.ts';
import { controlListener } from '../../../src/control/control-listener.ts';
import type { InTurn } from '../../../src/platform/turns.ts';
import { guestReads } from '../../../src/control/dashboard/guest-reads.ts';

describe('reads of guests', () => {
  it('are one for all who ask the same, one after the other, with rests between them', async () => {
    let running = 0;
    let most = 0;
    const began: number[] = [];
    const boots = async ({ limit }: { limit: number }): Promise<unknown> => {
      began.push(performance.now());
      most = Math.max(most, (running += 1));
      await sleep(30);
      running -= 1;
      return { limit };
    };
    const reads = guestReads({ boots } as unknown as ControlHandlers);
    const ask = reads.boots as unknown as (input: { limit: number }) => Promise<unknown>;
    const answers = await Promise.all([1, 1, 1, 2, 1, 3].map((limit) => ask({ limit })));
    expect(answers).toEqual([1, 1, 1, 2, 1, 3].map((limit) => ({ limit })));
    expect([most, began.length]).toEqual([1, 3]);
    // 30 ms of work and as long nothing
    expect((began[2] ?? 0) - (began[0] ?? 0)).toBeGreaterThan(115);
  });

  it('begin after they are asked for: a page asks since something has just happened', async () => {
    let state = 'before';
    const boots = async (): Promise<unknown> => {
      const seen = state;
      await sleep(50);
      return seen;
    };
    const reads = guestReads({ boots } as unknown as ControlHandlers);
    const ask = reads.boots as unknown as (input: object) => Promise<unknown>;
    const first = ask({});
    await sleep(20);
    state = 'after';
    expect(await Promise.all([first, ask({})])).toEqual(['before', 'after']);
  });

  it('are one after the other with rests between them for events of the disk too, and what comes now waits for nobody', async () => {
    const began: number[] = [];
    const reads = guestReads({
      async *events(_: unknown, __: AbortSignal, inTurn: InTurn) {
        yield await inTurn(async () => {
          began.push(performance.now());
          await sleep(30);
          return { isAfterGap: false, events: [] };
        });
        yield { isAfterGap: true, events: [] };
      },
    } as unknown as ControlHandlers);
    const look = async (): Promise<number> => {
      let batches = 0;
      for await (const _ of reads.events({ after: 1, recent: 0 }, new AbortController().signal)) batches += 1;
      return batches;
    };
    expect(await Promise.all([look(), look(), look()])).toEqual([2, 2, 2]);
    expect((began[2] ?? 0) - (began[0] ?? 0)).toBeGreaterThan(115);
  });

  it('are refused when more are asked for than anybody looks at', async () => {
    const reads = guestReads({ boots: () => sleep(1_000) } as unknown as ControlHandlers);
    const ask = reads.boots as unknown as (input: { limit: number }) => Promise<unknown>;
    const asked = Array.from({ length: 65 }, (_, limit) => ask({ limit }));
    for (const one of asked) one.catch(() => undefined);
    await expect(asked[64]).rejects.toThrow('too many look on at once');
  });

  it('are checked and written down once, however many wait for the same', async () => {
    let looks = 0;
    const machines = async (): Promise<unknown> => {
      await sleep(200);
      return {
        get machines() {
          looks += 1;
          return [];
        },
        unknown: [],
        lastEventId: 1,
      };
    };
    const listener = controlListener({ handlers: guestReads({ machines } as unknown as ControlHandlers) });
    const server = createServer((request, response) => void listener(request, response));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const ask = async (): Promise<unknown> => (await fetch(`http://127.0.0.1:${port}/v1/machines`)).json();
    const answers = await Promise.all(Array.from({ length: 40 }, ask));
    expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toEqual(
      new Set(['{"machines":[],"unknown":[],"lastEventId":1}']),
    );
    // those that came while it was made wait for the next
    expect(looks).toBeLessThanOrEqual(4);
    server.close();
  });
});
