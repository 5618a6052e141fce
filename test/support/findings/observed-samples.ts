import type { Observations, Phase } from '../../../src/doctor/analyse/observation.ts';
import type { FindingId } from '../../../src/model/finding.ts';
import { httpRead, ip, observationsOf, reply, request, SERVER, tftpRead } from './seen-phase.ts';

const DISCOVER = [request('discover', 0), request('request', 10)];
const LEASE = { leasedAddress: ip('192.168.1.20') };
/** A boot server beside the router: it gives no address. */
const PROXY = { server: ip('192.168.1.50'), leasedAddress: undefined, vendorClass: 'PXEClient' } as const;
const LOG: Partial<Observations> = {
  vantage: 'server-log',
  server: {
    isProxy: true,
    logsAnswers: true,
    servesTftp: true,
    address: ip('192.168.1.50'),
    interfaceName: 'eno1',
  },
};

const of = (
  id: FindingId,
  phase: Partial<Phase>,
  more: Partial<Observations> = {},
): readonly [FindingId, Observations] => [id, observationsOf(phase, more)];

/** What a capture or a log must show for each finding that no recording in fixtures/ has. */
export const OBSERVED_SAMPLES: readonly (readonly [FindingId, Observations])[] = [
  of('local-boot-menu-item', {
    requests: [...DISCOVER, request('request', 20, { port: 4011 })],
    replies: [
      reply('offer', 5, { ...LEASE }),
      reply('offer', 6, { ...PROXY }),
      reply('ack', 25, {
        ...{ ...PROXY, port: 4011, headerFile: 'ipxe.efi', nextServer: PROXY.server },
        // a prompt of one second, and one item of type 0: boot from the disk
        option43: {
          bytes: Uint8Array.from([6, 1, 0, 9, 7, 0, 0, 4, 68, 105, 115, 107, 10, 2, 1, 80, 255]),
          sizeBytes: 17,
          isElided: false,
        },
      }),
    ],
  }),
  of('proxy-offer-ignored', {
    requests: [request('discover', 0), request('discover', 4000), request('discover', 12000)],
    replies: [
      reply('offer', 5, LEASE),
      reply('offer', 6, { ...PROXY, headerFile: 'ipxe.efi', nextServer: SERVER }),
    ],
  }),
  of('address-declined', {
    requests: [...DISCOVER, request('decline', 20)],
    replies: [reply('offer', 5, { headerFile: 'x.efi', nextServer: SERVER }), reply('ack', 15)],
  }),
  of('url-as-pxe-file', {
    requests: DISCOVER,
    replies: [
      reply('offer', 5, { headerFile: 'http://192.168.1.1/ipxe.efi', nextServer: SERVER }),
      reply('ack', 15),
    ],
  }),
  of('second-dhcp-server', {
    requests: DISCOVER,
    replies: [reply('nak', 15, { server: ip('192.168.1.7'), leasedAddress: undefined })],
  }),
  of('no-boot-server', { requests: DISCOVER, replies: [reply('offer', 5, LEASE), reply('ack', 15, LEASE)] }),
  of('client-ignored', { requests: [request('discover', 0, { ignoredBecause: 'ignored' })] }, LOG),
  of(
    'client-left-alone',
    {
      requests: [request('discover', 0, { ignoredBecause: 'boot.unknown is ignore', isLeftAlone: true })],
    },
    LOG,
  ),
  of('proxy-without-pxe-service', { requests: [request('discover', 0)] }, LOG),
  of('offer-without-boot-file', {
    ...{ firmware: 'ipxe', requests: [request('discover', 0)] },
    replies: [reply('offer', 5, { ...PROXY, nextServer: PROXY.server })],
  }),
  of('wrong-server-address', {
    ...{ firmware: 'ipxe', requests: [request('discover', 0)] },
    replies: [reply('offer', 5, { ...PROXY, headerFile: 'http://192.168.1.50/boot.ipxe' })],
  }),
  of('dnsmasq-version-broken', {
    requests: [...DISCOVER, request('request', 20, { port: 4011 })],
    replies: [
      reply('offer', 5, LEASE),
      reply('ack', 25, { ...PROXY, port: 4011, destination: ip('255.255.255.255'), destinationPort: 68 }),
    ],
  }),
  of('boot-cancelled-by-key', { requests: DISCOVER, tftp: [tftpRead('ipxe.efi', 'cancelled', 50)] }),
  of('tftp-not-served', {
    requests: DISCOVER,
    replies: [reply('offer', 5, { headerFile: 'ipxe.efi', nextServer: SERVER })],
    tftp: [tftpRead('ipxe.efi', 'no-answer', 50)],
    refused: [
      { evidence: { source: 'packet 9', text: 'port unreachable' }, timeMs: 51, server: SERVER, port: 69 },
    ],
  }),
  of('loader-config-missing', {
    ...{ firmware: 'bios', architectures: [0], requests: DISCOVER },
    tftp: [tftpRead('pxelinux.0', 'done', 50), tftpRead('pxelinux.cfg/default', 'missing', 90)],
  }),
  of('loader-did-not-start', {
    ...{ firmware: 'bios', architectures: [0], requests: DISCOVER },
    tftp: [tftpRead('undionly.kpxe', 'done', 50, { sentBytes: 70_000 })],
  }),
  of('http-blocked', {
    firmware: 'ipxe',
    requests: DISCOVER,
    http: [httpRead('/boot.ipxe', 50, { isReset: true })],
  }),
  of('ram-too-small-for-iso', {
    ...{ firmware: 'system', requests: DISCOVER },
    http: [httpRead('/u.iso', 50, { status: 200, sizeBytes: 3e9, sentBytes: 1e9, isCutByClient: true })],
  }),
  of('iso-fetched-twice', {
    ...{ firmware: 'system', requests: DISCOVER },
    http: [httpRead('/u.iso', 50, { status: 200, userAgent: 'Cloud-Init/24.1', isDone: true })],
  }),
  of('meta-data-missing', { firmware: 'system', http: [httpRead('/seed/meta-data', 50, { status: 404 })] }),
  of('vendor-data-missing', {
    firmware: 'system',
    http: [httpRead('/seed/vendor-data', 50, { status: 404 })],
  }),
  of(
    'root-image-not-requested',
    {
      firmware: 'ipxe',
      http: [httpRead('/casper/initrd', 50, { status: 200, isDone: true, lastTimeMs: 60 })],
    },
    { lastTimeMs: 10_000_000 },
  ),
];
