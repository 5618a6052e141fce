import { EventEmitter } from 'node:events';
import type { Server } from 'node:http';
import { describe, expect, it, vi } from 'vitest';
import { shareConnections } from '../../../../src/server/http/connections.ts';

/** As much of a socket as shares are given by. */
class FakeSocket extends EventEmitter {
  bytesWritten = 0;
  readonly writableLength = 0;
  isCut = false;
  constructor(readonly remoteAddress: string) {
    super();
  }
  destroy(): void {
    this.isCut = true;
    this.emit('close');
  }
}

function start(most: number) {
  const server = new EventEmitter();
  const shed: string[] = [];
  shareConnections(server as Server, {
    ...{ most, mostPerAddress: 4 },
    onShed: (address, reason) => shed.push(`${reason} ${address}`),
  });
  const connect = (address: string): FakeSocket => {
    const socket = new FakeSocket(address);
    server.emit('connection', socket);
    return socket;
  };
  return { shed, connect };
}

describe('when every connection is taken', () => {
  it('by addresses that have one each, who downloads keeps his, and of the others the one goes that stood longest', () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    try {
      const { shed, connect } = start(4);
      const good = connect('10.0.0.1');
      const others = [2, 3, 4].map((host) => {
        vi.advanceTimersByTime(1000);
        return connect(`10.0.0.${host}`);
      });
      vi.advanceTimersByTime(1000);
      good.bytesWritten = 1_000_000;
      connect('10.0.0.5');
      expect([good, ...others].map(({ isCut }) => isCut)).toEqual([false, true, false, false]);
      expect(shed).toEqual(['server-full 10.0.0.2']);
    } finally {
      vi.useRealTimers();
    }
  });

  it('who has most loses one of his', () => {
    const { shed, connect } = start(4);
    const good = connect('10.0.0.1');
    const greedy = [connect('10.0.0.2'), connect('10.0.0.2'), connect('10.0.0.2')];
    connect('10.0.0.3');
    expect([good, ...greedy].filter(({ isCut }) => isCut)).toHaveLength(1);
    expect([good.isCut, shed]).toEqual([false, ['server-full 10.0.0.2']]);
  });
});
