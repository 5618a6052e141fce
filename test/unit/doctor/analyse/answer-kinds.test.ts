import { describe, expect, it } from 'vitest';
import { analyse } from '../../../../src/doctor/analyse/analyse.ts';
import type {
  HttpRead,
  Observations,
  Phase,
  ReplySeen,
  RequestSeen,
} from '../../../../src/doctor/analyse/observation.ts';
import type { Ipv4Address, MacAddress } from '../../../../src/protocol/addresses.ts';

const ip = (text: string): Ipv4Address => text as Ipv4Address;
const SERVER = ip('192.168.1.1');
let packet = 0;
const seen = (text: string, timeMs: number) => ({ evidence: { source: `packet ${++packet}`, text }, timeMs });
const request = (
  type: RequestSeen['type'],
  timeMs: number,
  more: Partial<RequestSeen> = {},
): RequestSeen => ({
  ...seen(type, timeMs),
  type,
  port: 67,
  ...more,
});
const reply = (type: ReplySeen['type'], timeMs: number, more: Partial<ReplySeen> = {}): ReplySeen => ({
  ...seen(type, timeMs),
  type,
  port: 67,
  server: SERVER,
  leasedAddress: ip('192.168.1.20'),
  ...more,
});

function idsOf(phase: Partial<Phase>): readonly string[] {
  const observations: Observations = {
    vantage: 'capture',
    clients: [
      {
        mac: '52:54:00:12:34:56' as MacAddress,
        phases: [
          {
            firmware: 'uefi-x64',
            architectures: [7],
            requests: [],
            replies: [],
            tftp: [],
            http: [],
            refused: [],
            ...phase,
          },
        ],
      },
    ],
    server: {},
    problems: [],
    firstTimeMs: 0,
    lastTimeMs: 100_000,
    readCount: 9,
  };
  return analyse(observations).map(({ id }) => id);
}

describe('kinds of answers', () => {
  it('an address that the client gives back is told, although it was acknowledged before', () => {
    const leasedAddress = ip('192.168.1.0');
    const ids = idsOf({
      requests: [request('discover', 0), request('request', 10), request('decline', 20)],
      replies: [
        reply('offer', 5, { leasedAddress, headerFile: 'x.efi', nextServer: SERVER }),
        reply('ack', 15, { leasedAddress }),
      ],
    });
    expect(ids).toEqual(['address-declined']);
  });

  it('one server that does everything and says PXEClient: its port 4011 is silent, and it is no foreign router', () => {
    const boot = { vendorClass: 'PXEClient', headerFile: 'x.efi', nextServer: SERVER };
    const ids = idsOf({
      requests: [
        request('discover', 0),
        request('request', 10),
        request('request', 20, { port: 4011, server: SERVER }),
        request('request', 4000, { port: 4011, server: SERVER }),
      ],
      replies: [reply('offer', 5, boot), reply('ack', 15, boot)],
    });
    expect(ids).toEqual(['port-4011-silent']);
  });

  it('a URL as the file of PXE firmware', () => {
    const file = { headerFile: 'http://192.168.1.1/ipxe.efi', nextServer: SERVER };
    const ids = idsOf({
      requests: [request('discover', 0), request('request', 10)],
      replies: [reply('offer', 5, file), reply('ack', 15, file)],
    });
    expect(ids).toEqual(['url-as-pxe-file']);
  });

  it('a GET that is reset', () => {
    const http: HttpRead = {
      ...seen('GET /boot.ipxe', 50),
      method: 'GET',
      path: '/boot.ipxe',
      server: SERVER,
      isReset: true,
    };
    expect(
      idsOf({
        firmware: 'ipxe',
        requests: [request('discover', 0)],
        replies: [reply('offer', 5)],
        http: [http],
      }),
    ).toContain('http-blocked');
  });
});
