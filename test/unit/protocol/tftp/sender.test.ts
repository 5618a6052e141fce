import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TftpSender, type SenderAction } from '../../../../src/protocol/tftp/sender.ts';

const sender = (blocks: number, windowsize: number, hasOack = false, retries = 3): TftpSender =>
  new TftpSender({
    sizeBytes: (blocks - 1) * 8 + 3,
    blksize: 8,
    windowsize,
    hasOack,
    handshakeRetries: retries - 1,
    retries,
  });
const blocks = (first: number, last: number): SenderAction => ({ kind: 'send-blocks', first, last });

describe('TftpSender', () => {
  it('sends an empty last block when the size is a multiple of the block size', () => {
    const make = (sizeBytes: number): number =>
      new TftpSender({
        sizeBytes,
        blksize: 512,
        windowsize: 1,
        hasOack: false,
        handshakeRetries: 1,
        retries: 1,
      }).totalBlocks;
    expect([0, 1, 511, 512, 513, 1024].map(make)).toEqual([1, 1, 1, 2, 2, 3]);
  });

  it('goes in lock-step with windowsize 1', () => {
    const s = sender(3, 1);
    expect(s.start()).toEqual(blocks(1, 1));
    expect(s.receiveAck(1)).toEqual(blocks(2, 2));
    expect(s.receiveAck(2)).toEqual(blocks(3, 3));
    expect(s.receiveAck(3)).toEqual({ kind: 'done' });
  });

  it('waits for ACK 0 after an OACK and repeats the OACK by timer', () => {
    const s = sender(3, 2, true);
    expect(s.start()).toEqual({ kind: 'send-oack' });
    expect(s.expire()).toEqual({ kind: 'send-oack' });
    expect(s.receiveAck(5).kind).toBe('wait');
    expect(s.receiveAck(0)).toEqual(blocks(1, 2));
  });

  it('sends nothing for a duplicate ACK (RFC 1123 4.2.3.1)', () => {
    const s = sender(10, 1);
    s.start();
    s.receiveAck(1);
    expect(s.receiveAck(1)).toEqual({ kind: 'wait', isGapReported: false });
    expect(s.receiveAck(0)).toEqual({ kind: 'wait', isGapReported: false });
    expect(s.receiveAck(9)).toEqual({ kind: 'wait', isGapReported: false });
  });

  it('resends from k+1 when less than the window is acknowledged (RFC 7440)', () => {
    const s = sender(20, 4);
    expect(s.start()).toEqual(blocks(1, 4));
    expect(s.receiveAck(2)).toEqual(blocks(3, 6));
    expect(s.receiveAck(2)).toEqual({ kind: 'wait', isGapReported: true });
    expect(s.receiveAck(6)).toEqual(blocks(7, 10));
  });

  it('repeats the window by timer and gives up in the end', () => {
    const s = sender(20, 4);
    s.start();
    s.receiveAck(4);
    for (let i = 0; i < 3; i += 1) expect(s.expire()).toEqual(blocks(5, 8));
    expect(s.expire()).toEqual({ kind: 'failed', reason: 'timeout' });
    expect(s.receiveAck(8).kind).toBe('wait');
  });

  it('gives up sooner on a client that never answered', () => {
    const s = sender(20, 4);
    s.start();
    expect([s.expire(), s.expire(), s.expire()].map((a) => a.kind)).toEqual([
      'send-blocks',
      'send-blocks',
      'failed',
    ]);
  });

  it('goes on with 0 after block 65535', () => {
    const s = sender(70000, 1);
    s.start();
    for (let block = 1; block < 70000; block += 1) {
      const action = s.receiveAck(block & 0xffff);
      if (action.kind !== 'send-blocks' || action.first !== block + 1) expect.unreachable(`block ${block}`);
    }
    expect(s.receiveAck(70000 & 0xffff)).toEqual({ kind: 'done' });
  });
});

/** What the network does to one packet. */
type Fate = 'deliver' | 'lose' | 'duplicate' | 'delay';

/** A receiver as RFC 7440 §4 describes it, at the end of a network that obeys `fates` and then loses nothing. */
function simulate(
  total: number,
  windowsize: number,
  fates: readonly Fate[],
): { got: number[]; sent: number } {
  // patience without end: what is asked is whether the transfer ever goes wrong, not when it gives up
  const s = sender(total, windowsize, false, 10_000);
  const got: number[] = [];
  let sent = 0;
  let used = 0;
  let inWindow = 0;
  let isDone = false;
  const toClient: number[] = [];
  const toServer: number[] = [];
  const transmit = (queue: number[], block: number): void => {
    const fate = fates[used] ?? 'deliver';
    used += 1;
    if (fate === 'lose') return;
    if (fate === 'delay' && queue.length > 0) queue.splice(queue.length - 1, 0, block & 0xffff);
    else queue.push(block & 0xffff);
    if (fate === 'duplicate') queue.push(block & 0xffff);
  };
  const act = (action: SenderAction): void => {
    if (action.kind === 'done') isDone = true;
    if (action.kind === 'failed') throw new Error('gave up');
    if (action.kind !== 'send-blocks') return;
    for (let block = action.first; block <= action.last; block += 1) {
      sent += 1;
      transmit(toClient, block);
    }
  };
  const receive = (wire: number): void => {
    const expected = got.length + 1;
    if (wire === (expected & 0xffff)) {
      got.push(expected);
      inWindow += 1;
      if (inWindow >= windowsize || expected === total) {
        inWindow = 0;
        transmit(toServer, expected);
      }
    } else {
      inWindow = 0;
      transmit(toServer, got.length);
    }
  };
  act(s.start());
  for (let step = 0; step < 20000 && !isDone; step += 1) {
    const data = toClient.shift();
    if (data !== undefined) {
      receive(data);
      continue;
    }
    const ack = toServer.shift();
    if (ack !== undefined) act(s.receiveAck(ack));
    else act(s.expire());
  }
  expect(isDone).toBe(true);
  return { got, sent };
}

describe('TftpSender on a bad network', () => {
  const fate = fc.constantFrom<Fate>('deliver', 'deliver', 'deliver', 'lose', 'duplicate', 'delay');

  it('brings the whole file, in order, through loss, duplication and reordering', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 16 }),
        fc.array(fate, { maxLength: 150 }),
        (total, windowsize, fates) => {
          const { got } = simulate(total, windowsize, fates);
          expect(got).toEqual(Array.from({ length: total }, (_, index) => index + 1));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('does not multiply packets when the network doubles every one (the Sorcerer’s Apprentice)', () => {
    const fates = Array<Fate>(5000).fill('duplicate');
    expect(simulate(200, 1, fates).sent).toBe(200);
  });
});
