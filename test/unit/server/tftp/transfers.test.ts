import { describe, expect, it } from 'vitest';
import { Transfers } from '../../../../src/server/tftp/transfers.ts';

const KEY = '10.0.0.1:2070';

class FakeTransfer {
  answeredAtMs = 0;
  hasAnswered = false;
  stopped = '';
  constructor(private readonly transfers: Transfers<FakeTransfer>) {}
  tick(): void {
    // nothing to send
  }
  stop(reason: string): void {
    this.stopped = reason;
    this.transfers.remove(KEY, this);
  }
}

function start() {
  const transfers = new Transfers<FakeTransfer>();
  const add = (nowMs: number): FakeTransfer => {
    const transfer = new FakeTransfer(transfers);
    transfer.answeredAtMs = nowMs;
    transfers.add(KEY, transfer, nowMs);
    return transfer;
  };
  const running = add(0);
  running.hasAnswered = true;
  return { transfers, add, running };
}

describe('a transfer that moves', () => {
  it('goes on while others ask in the name of its client, and is the one again when they are gone', () => {
    const { transfers, add, running } = start();
    for (let nowMs = 100; nowMs < 5000; nowMs += 20) {
      running.answeredAtMs = nowMs;
      const forged = add(nowMs);
      transfers.tick(nowMs);
      if (nowMs % 100 === 0) forged.stop('client-aborted');
    }
    expect(running.stopped).toBe('');
    expect(transfers.size).toBeLessThanOrEqual(2);
    for (const one of transfers.all()) if (one !== running) one.stop('client-aborted');
    expect(transfers.of(KEY)).toBe(running);
  });

  it('ends as soon as its client takes the newer one', () => {
    const { transfers, add, running } = start();
    const next = add(100);
    next.hasAnswered = true;
    transfers.tick(120);
    expect([running.stopped, transfers.of(KEY) === next, transfers.size]).toEqual(['superseded', true, 1]);
  });
});

it('a transfer that stands still ends when its client asks anew', () => {
  const { transfers, running } = start();
  transfers.endStill(KEY, 900);
  expect(running.stopped).toBe('');
  transfers.endStill(KEY, 1001);
  expect(running.stopped).toBe('superseded');
});

it('one that has just begun is not ended either, and one that nobody answers makes room for who does', () => {
  const { transfers, add, running } = start();
  running.stop('client-aborted');
  const begun = add(1000);
  const forged = add(1002);
  begun.hasAnswered = true;
  begun.answeredAtMs = 1003;
  transfers.tick(1020);
  expect([begun.stopped, transfers.of(KEY) === forged]).toEqual(['', true]);

  // two that nobody answers, then the client
  const other = start();
  other.running.hasAnswered = false;
  const client = other.add(10);
  client.hasAnswered = true;
  other.add(20);
  expect([other.running.stopped, client.stopped]).toEqual(['superseded', '']);
});
