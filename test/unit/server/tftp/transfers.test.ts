import { describe, expect, it } from 'vitest';
import { Transfers } from '../../../../src/server/tftp/transfers.ts';
import { ip } from '../../../support/dhcp/client-packets.ts';

const CLIENT = ip('10.0.0.1');

class FakeTransfer {
  readonly path = 'loader';
  readonly peer;
  readonly startedAtMs: number;
  goesOnSinceMs = 0;
  answeredAtMs: number;
  hasProgress = false;
  isWhole = false;
  sentBytes = 0;
  state = 'unproven';

  constructor(
    private readonly transfers: Transfers<FakeTransfer>,
    { port = 2070, address = CLIENT, nowMs = 0 },
  ) {
    this.peer = { address, port, mac: undefined };
    this.startedAtMs = this.answeredAtMs = nowMs;
    transfers.begin(this);
  }

  acknowledge(nowMs: number): this {
    this.answeredAtMs = nowMs;
    if (this.state !== 'unproven') return this;
    this.state = 'waits';
    this.transfers.answered(this, nowMs);
    return this;
  }
  goOn(): void {
    this.state = 'goes on';
  }
  tick(): void {
    // nothing to send
  }
  stop(reason: string): void {
    this.state = reason;
    this.transfers.ended(this);
  }
}

function start(bounds = { most: 256, mostPerAddress: 16 }) {
  const transfers = new Transfers<FakeTransfer>(bounds);
  return { transfers, begin: (about: object = {}) => new FakeTransfer(transfers, about) };
}

describe('a transfer that moves', () => {
  it('goes on while others ask in the name of its client', () => {
    const { transfers, begin } = start();
    const running = begin().acknowledge(0);
    for (let nowMs = 100; nowMs < 5000; nowMs += 20) {
      running.acknowledge(nowMs);
      if (!transfers.isNew(running.peer, 'another', nowMs)) continue;
      expect(transfers.makesRoomFor(running.peer, nowMs)).toBe(true);
      begin({ nowMs });
      transfers.tick(nowMs);
    }
    expect(running.state).toBe('goes on');
    // what its client let lie has ended, what it may still answer has not
    expect(transfers.size).toBeLessThan(60);
  });

  it('ends as soon as its client takes the newer one, and so does what else was asked for at that port', () => {
    const { transfers, begin } = start();
    const running = begin().acknowledge(0);
    const [forged, next] = [begin({ nowMs: 100 }), begin({ nowMs: 100 })];
    const elsewhere = begin({ port: 2071, nowMs: 100 });
    next.acknowledge(120);
    const states = [running, forged, next, elsewhere].map(({ state }) => state);
    expect([...states, transfers.size]).toEqual(['superseded', 'superseded', 'goes on', 'unproven', 2]);
  });
});

describe('a request again from the same port', () => {
  it('is a retransmission for a while', () => {
    const { transfers, begin } = start();
    const { peer } = begin();
    expect(transfers.isNew(peer, 'loader', 800)).toBe(false);
    expect(transfers.isNew(peer, 'another', 800)).toBe(true);
    expect(transfers.isNew({ ...peer, port: 2071 }, 'loader', 800)).toBe(true);
  });

  it('then ends what stands still', () => {
    const { transfers, begin } = start();
    const [running, unanswered] = [begin().acknowledge(0), begin()];
    running.hasProgress = true;
    expect(transfers.isNew(running.peer, 'loader', 1000)).toBe(true);
    expect([running.state, unanswered.state, transfers.size]).toEqual(['superseded', 'superseded', 0]);
  });
});

describe('the share of an address', () => {
  it('is taken by no request that its client did not acknowledge', () => {
    const { transfers, begin } = start({ most: 4, mostPerAddress: 2 });
    for (let port = 1; port <= 100; port += 1) begin({ port });
    const own = [begin({ port: 200 }), begin({ port: 201 })];
    for (const one of own) expect(one.acknowledge(10).state).toBe('goes on');
    expect(transfers.size).toBe(102);
  });

  it('is as large as it is; one that stands still gives way in it', () => {
    const { begin } = start({ most: 4, mostPerAddress: 2 });
    const [still] = [begin({ port: 1 }).acknowledge(0), begin({ port: 2 }).acknowledge(0)];
    expect(begin({ port: 3 }).acknowledge(100).state).toBe('too-many-transfers');
    expect(begin({ port: 4 }).acknowledge(2100).state).toBe('goes on');
    expect(still?.state).toBe('gave-way');
  });
});

describe('when all places are taken', () => {
  it('who has the whole file with its first acknowledgement needs none', () => {
    const { begin } = start({ most: 1, mostPerAddress: 1 });
    begin().acknowledge(0);
    const small = begin({ port: 2071 });
    small.isWhole = true;
    expect(small.acknowledge(10).state).toBe('goes on');
  });

  it('who has acknowledged waits, and goes on when one is free', () => {
    const { begin } = start({ most: 1, mostPerAddress: 1 });
    const first = begin({ address: ip('10.0.0.8') }).acknowledge(0);
    const second = begin().acknowledge(10);
    expect(second.state).toBe('waits');
    first.stop('done');
    expect(second.state).toBe('goes on');
  });

  it('one that stands still gives its place to who waits', () => {
    const { transfers, begin } = start({ most: 1, mostPerAddress: 1 });
    const still = begin({ address: ip('10.0.0.8') }).acknowledge(0);
    const second = begin().acknowledge(10);
    transfers.tick(1900);
    expect([still.state, second.state]).toEqual(['goes on', 'waits']);
    transfers.tick(2000);
    expect([still.state, second.state]).toEqual(['gave-way', 'goes on']);
  });
});
