import { describe, expect, it } from 'vitest';
import { findingsOfTrace } from '../../../../src/doctor/analyse/findings-of-trace.ts';
import type { BootEvent, BootEventType } from '../../../../src/model/boot-event.ts';
import type { BootTrace } from '../../../../src/model/boot-trace.ts';
import type { Ipv4Address, MacAddress } from '../../../../src/protocol/addresses.ts';
import { buildTraces } from '../../../../src/watch/trace-builder.ts';

const mac = 'f4:4d:30:00:00:01' as MacAddress;
const ip = '192.168.1.40' as Ipv4Address;
const START = Date.parse('2026-11-23T03:00:00.000Z');

function event(
  seconds: number,
  type: BootEventType,
  detail: BootEvent['detail'] = {},
  firmware: BootEvent['firmware'] = 'uefi-x64',
): BootEvent {
  const isDhcp = type.startsWith('dhcp.');
  return {
    time: new Date(START + seconds * 1000).toISOString(),
    type,
    mac,
    ...(isDhcp ? { firmware } : { ip }),
    detail,
  };
}

const offer = { file: 'ipxe/snponly-x64.efi', nextServer: '192.168.1.50', port: 67 };
const untilLoader = [
  event(0, 'dhcp.discover', { port: 67, architectures: '7' }),
  event(0, 'dhcp.offer', offer),
  event(5, 'dhcp.request', { port: 4011 }),
  event(5, 'dhcp.ack', { ...offer, port: 4011 }),
];
const loader = [
  event(6, 'tftp.start', { path: 'ipxe/snponly-x64.efi' }),
  event(6, 'tftp.aborted', { path: 'ipxe/snponly-x64.efi' }),
  event(6, 'tftp.start', { path: 'ipxe/snponly-x64.efi' }),
  event(7, 'tftp.done', { path: 'ipxe/snponly-x64.efi', sentBytes: 173792 }),
];
const afterLoader = [
  event(9, 'dhcp.discover', { port: 67, architectures: '7' }, 'ipxe'),
  event(
    9,
    'dhcp.offer',
    { file: 'http://192.168.1.50:8080/boot.ipxe', nextServer: '192.168.1.50', port: 67 },
    'ipxe',
  ),
  event(11, 'http.get', { path: '/boot.ipxe', status: 200 }),
  event(11, 'http.done', { path: '/boot.ipxe', status: 200, sentBytes: 300, sizeBytes: 300 }),
];

function findings(events: readonly BootEvent[], nowSeconds: number, isArmed = false): string[] {
  const [trace] = buildTraces(events, isArmed ? [{ mac, name: 'node-1', isArmed }] : []);
  if (!trace) throw new Error('no trace');
  return findingsOfTrace(trace, START + nowSeconds * 1000).map((finding) => finding.id);
}

describe('findingsOfTrace', () => {
  it('says nothing while a boot goes on, and nothing of one that is done', () => {
    expect(findings(untilLoader, 10)).toEqual([]);
    expect(findings([...untilLoader, ...loader], 12)).toEqual([]);
    expect(findings([...untilLoader, ...loader, ...afterLoader], 20)).toEqual([]);
    const done = [...untilLoader, ...loader, ...afterLoader, event(900, 'install.done', {})];
    expect(findings(done, 5000)).toEqual([]);
  });

  it('does not take the DHCP of the system that was booted for a firmware that leaves its offer aside', () => {
    const lease = (seconds: number, type: BootEventType): BootEvent =>
      event(seconds, type, { port: 67, architectures: '', vendorClass: 'd-i' }, 'unknown');
    const stuck = [
      ...[...untilLoader, ...loader, ...afterLoader],
      event(12, 'http.done', { path: '/images/debian-12/linux', status: 200, sentBytes: 9, sizeBytes: 9 }),
      event(13, 'http.done', {
        path: '/images/debian-12/initrd.gz',
        status: 200,
        sentBytes: 9,
        sizeBytes: 9,
      }),
      ...[lease(80, 'dhcp.discover'), lease(80, 'dhcp.offer'), lease(80, 'dhcp.request')],
      lease(80, 'dhcp.ack'),
    ];
    expect(findings(stuck, 200, true)).toEqual([]);
    expect(findings(stuck, 500, true)).toEqual(['seed-not-requested']);
  });

  it('names the finding of a boot that stands still', () => {
    expect(findings([...untilLoader, ...loader], 300)).toEqual(['unsigned-loader-under-secure-boot']);
    expect(
      findings([...untilLoader, event(6, 'tftp.missing', { path: 'ipxe/snponly-x64.efi' })], 10),
    ).toEqual(['loader-missing']);
    const without4011 = untilLoader.slice(0, 2);
    expect(findings(without4011, 120)).toEqual(['proxy-offer-ignored']);
    const missingKernel = [
      ...untilLoader,
      ...loader,
      ...afterLoader,
      event(12, 'http.missing', { path: '/images/u/vmlinuz', status: 404 }),
    ];
    expect(findings(missingKernel, 15)).toEqual(['http-file-missing']);
    expect(findings([...untilLoader, ...loader, ...afterLoader], 600)).toEqual(['kernel-not-requested']);
  });

  it('does not miss a machine that starts its own disk, by default or perhaps by its menu', () => {
    const after = (choice: BootEvent['detail']): BootTrace => {
      const read = event(11, 'http.done', { path: '/boot.ipxe', status: 200, ...choice });
      return buildTraces([...untilLoader, ...loader, ...afterLoader, read], [])[0]!;
    };
    const said = (choice: BootEvent['detail']): string[] =>
      findingsOfTrace(after(choice), START + 600_000).map(({ id, severity }) => `${severity} ${id}`);
    expect(said({ boots: 'local' })).toEqual([]);
    expect(said({ boots: 'local', menu: true })).toEqual([]);
    expect(said({ boots: 'debian-12', menu: true })).toEqual(['info kernel-not-requested']);
    expect(said({ boots: 'debian-12' })).toEqual(['warning kernel-not-requested']);
  });

  it('does not call iPXE lost while it waits for a proxy, up to 16 s and longer on a busy host', () => {
    const ipxe = [
      event(0, 'dhcp.discover', { port: 67, architectures: '7' }, 'ipxe'),
      event(0, 'dhcp.offer', { ...offer, file: 'http://192.168.1.50:8080/boot.ipxe' }, 'ipxe'),
      event(3, 'dhcp.request', { port: 67 }, 'ipxe'),
    ];
    expect(findings(ipxe, 40)).toEqual([]);
    expect(findings(ipxe, 65)).toEqual(['proxy-offer-ignored']);
  });

  it('gives a loader the time that a switch port takes to come up before it speaks of Secure Boot', () => {
    const overHttp = [
      event(0, 'dhcp.discover', { port: 67, architectures: '16' }, 'uefi-http-x64'),
      event(
        0,
        'dhcp.offer',
        { ...offer, file: 'http://192.168.1.50:8080/loaders/ipxe/snponly-x64.efi' },
        'uefi-http-x64',
      ),
      event(3, 'http.head', { path: '/loaders/ipxe/snponly-x64.efi', status: 200 }),
      event(3, 'http.get', { path: '/loaders/ipxe/snponly-x64.efi', status: 200 }),
      event(4, 'http.done', {
        path: '/loaders/ipxe/snponly-x64.efi',
        status: 200,
        sentBytes: 9,
        sizeBytes: 9,
      }),
    ];
    expect(findings(overHttp, 40)).toEqual([]);
    expect(findings(overHttp, 60)).toEqual(['unsigned-loader-under-secure-boot']);
  });

  it('knows that dnsmasq and nginx tell of a transfer when it has ended', () => {
    // a size probe, and then the read itself over a slow link: dnsmasq says nothing of it until it is through
    const probed = [
      ...untilLoader,
      event(6, 'tftp.aborted', { path: 'ipxe/snponly-x64.efi', reason: 'size-probe' }),
    ];
    expect(findings(probed, 120)).not.toContain('tftp-blocked');
    const casper = (path: string): BootEvent[] => [
      event(19, 'http.get', { path, status: 200, sizeBytes: 9, isToldAtEnd: true }),
      event(20, 'http.done', { path, status: 200, sentBytes: 9, sizeBytes: 9 }),
    ];
    const initrd = [
      ...untilLoader,
      event(7, 'tftp.done', { path: 'ipxe/snponly-x64.efi', sentBytes: 173792 }),
      event(9, 'dhcp.discover', { port: 67 }, 'ipxe'),
      ...casper('/boot.ipxe'),
      ...casper('/images/ubuntu-24.04/vmlinuz'),
      ...casper('/images/ubuntu-24.04/initrd'),
    ];
    // 2.6 GB at 100 Mb/s
    expect(findings(initrd, 20 + 240, true)).toEqual([]);
    expect(findings(initrd, 20 + 3600, true)).toEqual(['root-image-not-requested']);
  });

  it('does not miss what follows while a transfer goes on, however slowly', () => {
    const linux = { path: 'images/debian-12/linux' };
    const reading = [...untilLoader, ...loader, ...afterLoader, event(12, 'tftp.start', linux)];
    expect(findings(reading, 12 + 20 * 60, true)).toEqual([]);
    const iso = { path: '/images/ubuntu-24.04/ubuntu.iso', status: 200, sizeBytes: 3e9 };
    const initrd = { path: '/images/ubuntu-24.04/initrd', status: 200, sizeBytes: 9 };
    const fetching = [
      ...reading,
      event(400, 'tftp.done', { ...linux, sentBytes: 9 }),
      event(401, 'http.get', initrd),
      event(410, 'http.done', { ...initrd, sentBytes: 9 }),
      event(420, 'http.get', iso),
    ];
    expect(findings(fetching, 420 + 30 * 60, true)).toEqual([]);
    const whole = [...fetching, event(2300, 'http.done', { ...iso, sentBytes: 3e9 })];
    expect(findings(whole, 2300 + 300, true)).toEqual([]);
    expect(findings(whole, 2300 + 700, true)).toEqual(['seed-not-requested']);
    // the server knows when a client is gone; one that died itself says no more
    expect(findings(reading, 12 + 50 * 60, true)).toEqual(['kernel-not-requested']);
  });

  it('says of an installer that has been silent for minutes that it has, and no more', () => {
    const seeded = [
      ...untilLoader,
      ...loader,
      ...afterLoader,
      event(60, 'seed.requested', { path: '/seed/x/preseed.cfg' }),
    ];
    expect(findings(seeded, 200, true)).toEqual([]);
    expect(findings(seeded, 60 + 8 * 60, true)).toEqual(['installer-silent']);
  });

  it('sees that the ISO did not fit into memory', () => {
    const iso = { path: '/images/u/u.iso', status: 200, sizeBytes: 2_000_000_000 };
    const cut = [
      ...untilLoader,
      ...loader,
      ...afterLoader,
      event(20, 'http.get', iso),
      event(30, 'http.error', { ...iso, sentBytes: 900_000_000, reason: 'client-aborted' }),
    ];
    expect(findings(cut, 40)).toEqual(['ram-too-small-for-iso']);
  });

  const kernelUp = [
    ...untilLoader,
    ...loader,
    ...afterLoader,
    event(12, 'http.done', { path: '/images/debian-12/linux', status: 200, sentBytes: 8, sizeBytes: 8 }),
    event(14, 'http.done', { path: '/images/debian-12/initrd.gz', status: 200, sentBytes: 9, sizeBytes: 9 }),
  ];
  const path = '/seed/f4-4d-30-00-00-01/preseed.cfg';

  it('tells a refused seed as what it is, and not as one that nobody asked for', () => {
    const other = 'f4:4d:30:00:00:02';
    const detail = { path, reason: 'other-machine', message: 'this seed is for another', askedBy: other };
    const request = event(30, 'http.get', { path, status: 403 });
    const refused = [...kernelUp, request, event(30, 'seed.refused', detail)];
    expect(findings(refused, 31, true)).toEqual(['seed-refused']);
    expect(findings(refused, 800, true)).toEqual(['seed-refused']);
    const [trace] = buildTraces(refused, [{ mac, name: 'node-1', isArmed: true }]);
    expect(findingsOfTrace(trace!, START + 31_000)[0]).toMatchObject({
      severity: 'error',
      title: `${other} at ${ip} asked for the seed of node-1, and was refused`,
      cause: expect.stringContaining(`The seed is for ${mac}`),
      client: { mac },
    });
    // the card that was meant asks too
    expect(findings([...refused, event(35, 'seed.requested', { path })], 36, true)).toEqual([]);
  });

  it('says what else a seed was refused for', () => {
    const titleOf = (detail: BootEvent['detail']): string | undefined => {
      const [trace] = buildTraces(
        [...kernelUp, event(30, 'seed.refused', { path, ...detail })],
        [{ mac, name: 'node-1' }],
      );
      return findingsOfTrace(trace!, START + 31_000)[0]?.title;
    };
    expect(titleOf({ reason: 'other-machine' })).toContain('whose address it is is not known');
    expect(titleOf({ reason: 'no-token' })).toContain('without the token of the order');
    expect(titleOf({ reason: 'unconfirmed-card' })).toContain('does not answer for the address');
    expect(titleOf({ reason: 'spent' })).toContain('nobody has ordered this install');
    expect(titleOf({ reason: 'not-recorded' })).toContain('cannot be written');
  });

  it('misses the seed of a machine that is armed, and of no other', () => {
    expect(findings(kernelUp, 60, true)).toEqual([]);
    expect(findings(kernelUp, 400, true)).toEqual(['seed-not-requested']);
    expect(findings(kernelUp, 400)).toEqual([]);
  });
});
