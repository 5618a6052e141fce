import { describe, expect, it } from 'vitest';
import type { TftpRead } from '../../../../src/doctor/analyse/observation.ts';
import { TftpWatcher } from '../../../../src/doctor/analyse/tftp-watcher.ts';
import type { Ipv4Address } from '../../../../src/protocol/addresses.ts';
import { encodeTftp, type TftpPacket } from '../../../../src/protocol/tftp/packets.ts';

const CLIENT = '192.168.1.7' as Ipv4Address;
const SERVER = '192.168.1.50' as Ipv4Address;
const PORT = 1234;

/** Plays packets into a watcher, 1 ms apart, and ends the capture a minute later. */
function watch(packets: readonly (readonly ['client' | 'server', TftpPacket])[]): TftpRead[] {
  const reads: TftpRead[] = [];
  const watcher = new TftpWatcher((_client, _datagram, read) => reads.push(read));
  packets.forEach(([from, packet], index) => {
    const isRequest = packet.opcode === 'rrq';
    const transferPort = 40_000;
    watcher.push({
      frameNumber: index + 1,
      timeUs: index * 1000,
      source: from === 'client' ? CLIENT : SERVER,
      destination: from === 'client' ? SERVER : CLIENT,
      sourcePort: from === 'client' ? PORT : transferPort,
      destinationPort: from === 'client' ? (isRequest ? 69 : transferPort) : PORT,
      payload: encodeTftp(packet),
      wirePayloadLength: encodeTftp(packet).length,
    } as Parameters<TftpWatcher['push']>[0]);
  });
  watcher.finish(60_000);
  return reads;
}

const request: TftpPacket = {
  opcode: 'rrq',
  fileName: 'pxelinux.0',
  mode: 'octet',
  options: [{ name: 'blksize', value: '1000' }],
};
const oack = (...options: [string, string][]): TftpPacket => ({
  opcode: 'oack',
  options: options.map(([name, value]) => ({ name, value })),
});
const ack = (block: number): TftpPacket => ({ opcode: 'ack', block });
const data = (block: number, length: number): TftpPacket => ({
  opcode: 'data',
  block,
  data: new Uint8Array(length),
});

describe('TFTP transfers in a capture', () => {
  it('are done when the short last block was acknowledged', () => {
    const whole = watch([
      ['client', request],
      ['server', oack(['blksize', '1000'])],
      ['client', ack(0)],
      ['server', data(1, 1000)],
      ['client', ack(1)],
      ['server', data(2, 400)],
      ['client', ack(2)],
    ]);
    expect(whole).toMatchObject([{ outcome: 'done', sentBytes: 1400 }]);
  });

  it('stall when data goes out and nothing more comes back', () => {
    const blocked = watch([
      ['client', request],
      ['server', oack(['blksize', '1000'])],
      ['client', ack(0)],
      ['server', data(1, 1000)],
      ['client', ack(0)],
    ]);
    expect(blocked).toMatchObject([{ outcome: 'stalled' }]);
  });

  it('are judged by their acknowledgements when a filter left the data out of the capture', () => {
    const acknowledged: ['client', TftpPacket][] = [0, 1, 2].map((block) => ['client', ack(block)]);
    const sized = watch([
      ['client', request],
      ['server', oack(['blksize', '1000'], ['tsize', '2400'])],
      ...acknowledged,
    ]);
    expect(sized).toMatchObject([{ outcome: 'under-way' }]);
    const whole = watch([
      ['client', request],
      ['server', oack(['blksize', '1000'], ['tsize', '2400'])],
      ...acknowledged,
      ['client', ack(3)],
    ]);
    expect(whole).toMatchObject([{ outcome: 'done' }]);
  });

  it('take the size from the probe that firmware sends before it reads', () => {
    const reads = watch([
      ['client', request],
      ['server', oack(['blksize', '1000'], ['tsize', '1400'])],
      ['client', { opcode: 'error', code: 8, message: 'User aborted the transfer' }],
      ['client', request],
      ['server', oack(['blksize', '1000'])],
      ['client', ack(0)],
      ['client', ack(1)],
      ['client', ack(2)],
    ]);
    expect(reads.map((read) => read.outcome)).toEqual(['size-probe', 'done']);
  });
});
