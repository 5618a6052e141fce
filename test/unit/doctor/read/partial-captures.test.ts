import { createReadStream, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { analyse } from '../../../../src/doctor/analyse/analyse.ts';
import { limitsOf } from '../../../../src/doctor/analyse/coverage.ts';
import { CaptureObserver } from '../../../../src/doctor/analyse/observe-capture.ts';
import { readCapture } from '../../../../src/protocol/pcap/capture-reader.ts';
import type { CapturedFrame } from '../../../../src/protocol/pcap/captured-frame.ts';
import { Dissector } from '../../../../src/protocol/pcap/dissector.ts';
import { ethernet, ipv4, join, udpSegment, be16 } from '../../protocol/pcap/frames.ts';

const fixtures = new URL('../../../../fixtures/', import.meta.url);
const healthy = [
  ...readdirSync(new URL('captures/', fixtures))
    .filter((name) => name.endsWith('.pcap'))
    .map((name) => `captures/${name}`),
  'field/captures/healthy-bios-with-advised-filter.pcap',
];

async function framesOf(name: string): Promise<CapturedFrame[]> {
  const frames: CapturedFrame[] = [];
  for await (const frame of readCapture(createReadStream(new URL(name, fixtures))))
    frames.push({ ...frame, data: frame.data.slice() });
  return frames;
}

function judge(frames: readonly CapturedFrame[]) {
  const observer = new CaptureObserver();
  for (const frame of frames) observer.push(frame);
  const observations = observer.finish();
  return {
    errors: analyse(observations)
      .filter(({ severity }) => severity === 'error')
      .map(({ id, cause }) => `${id}: ${cause}`),
    limits: limitsOf(observations).map(({ text }) => text),
  };
}

/** What many are told to record: the ports that are known beforehand. */
function onWellKnownPorts(frames: readonly CapturedFrame[]): CapturedFrame[] {
  const dissector = new Dissector();
  return frames.filter((frame) => {
    const packet = dissector.dissect(frame);
    const ports = packet?.kind === 'udp' ? [packet.sourcePort, packet.destinationPort] : [];
    return ports.some((port) => [67, 68, 69, 4011].includes(port));
  });
}

describe.each(healthy)('%s, a healthy boot', (name) => {
  it('accuses nobody and is no all-clear when a filter left the data of TFTP out', async () => {
    const { errors, limits } = judge(onWellKnownPorts(await framesOf(name)));
    expect(errors).toEqual([]);
    expect(limits).not.toEqual([]);
  });

  it.each([60, 96, 200, 400])('accuses nobody when packets are cut to %i bytes', async (snapLength) => {
    const frames = (await framesOf(name)).map((frame) => ({
      ...frame,
      data: frame.data.subarray(0, snapLength),
    }));
    const { errors } = judge(frames);
    expect(errors).toEqual([]);
  });

  it('accuses nobody when the recording began late', async () => {
    const frames = await framesOf(name);
    const step = Math.max(1, Math.floor(frames.length / 40));
    for (let from = 1; from < frames.length; from += step)
      expect(judge(frames.slice(from)).errors, `from frame ${from}`).toEqual([]);
  });
});

describe('what is no boot of a client that is judged', () => {
  const frame = (payload: Uint8Array, number = 1): CapturedFrame => ({
    number,
    timeUs: number * 1_000_000,
    linkType: 1,
    data: payload,
    wireLength: payload.length,
  });
  const tftp = (from: number, to: number, opcode: number, text: string) =>
    ethernet(
      ipv4(
        '192.168.1.9',
        '192.168.1.50',
        17,
        udpSegment(from, to, join(be16(opcode), new TextEncoder().encode(text))),
      ),
    );

  it('a file that is no boot file is no error of a boot', () => {
    const ask = tftp(2000, 69, 1, 'License.txt\0octet\0');
    expect(judge([frame(ask, 1), frame(ask, 5), frame(ask, 60)]).errors).toEqual([]);
  });

  it('an upload is no read', () => {
    const write = tftp(2000, 69, 2, 'pxelinux.0\0octet\0');
    expect(judge([frame(write, 1), frame(write, 5), frame(write, 60)]).errors).toEqual([]);
  });

  it('a boot over IPv6 is named', () => {
    const message = join(
      Uint8Array.of(1, 1, 2, 3),
      be16(16),
      be16(15),
      new Uint8Array(4),
      be16(9),
      new TextEncoder().encode('PXEClient'),
    );
    const header = new Uint8Array(40);
    header[0] = 0x60;
    header[6] = 17;
    const packet = join(header, udpSegment(546, 547, message));
    const link = join(new Uint8Array(12), be16(0x86dd), packet);
    expect(judge([frame(link)]).limits.join('\n')).toContain(
      'packet 1 is a DHCPv6 request of network boot firmware',
    );
  });
});

it('accuses neither a web server whose answers a filter left out, nor the client that pxectl itself is', async () => {
  const { errors, limits } = judge(await framesOf('captures/lab-filter-local-disk.pcap'));
  expect(errors).toEqual([]);
  expect(limits.join('\n')).toContain('answers of a web server that its client got are not in this capture');
});
