import { describe, expect, it } from 'vitest';
import { analyse } from '../../../../src/doctor/analyse/analyse.ts';
import type { Observations, Phase } from '../../../../src/doctor/analyse/observation.ts';
import {
  httpRead,
  ip,
  observationsOf,
  reply,
  request,
  SERVER,
} from '../../../support/findings/seen-phase.ts';

const idsOf = (phase: Partial<Phase>, vantage: Observations['vantage'] = 'capture'): readonly string[] =>
  analyse({ ...observationsOf(phase), vantage }).map(({ id }) => id);

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

  it('HTTP Boot without an answer is no fault of a log of leases alone: a router writes nothing of the boot server', () => {
    const asked: Partial<Phase> = { firmware: 'uefi-http-x64', requests: [request('discover', 0)] };
    const leased = { ...asked, replies: [reply('offer', 5), reply('ack', 15)] };
    expect(idsOf(leased)).toEqual(['http-client-unanswered']);
    expect(idsOf(asked, 'server-log')).toContain('http-client-unanswered');
    expect(idsOf(leased, 'server-log')).toEqual([]);
  });

  it('a GET that is reset', () => {
    const http = httpRead('/boot.ipxe', 50, { isReset: true });
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
