import type { BootEvent, BootEventType } from '../../../src/model/boot-event.ts';
import type { FindingId } from '../../../src/model/finding.ts';
import { CLIENT, ip } from './seen-phase.ts';

const START = Date.parse('2026-11-23T03:00:00.000Z');

const event = (
  seconds: number,
  type: BootEventType,
  detail: BootEvent['detail'] = {},
  firmware: BootEvent['firmware'] = 'uefi-x64',
): BootEvent => ({
  ...{ time: new Date(START + seconds * 1000).toISOString(), type, mac: CLIENT, detail },
  ...(type.startsWith('dhcp.') ? { firmware } : { ip: ip('192.168.1.20') }),
});

const offer = { file: 'ipxe/snponly-x64.efi', nextServer: '192.168.1.50', port: 67 };
const script = { path: '/boot.ipxe', status: 200, sizeBytes: 300 };
const LOADED = [
  event(0, 'dhcp.discover', { port: 67, architectures: '7' }),
  event(0, 'dhcp.offer', offer),
  event(5, 'dhcp.request', { port: 4011 }),
  event(5, 'dhcp.ack', { ...offer, port: 4011 }),
  event(6, 'tftp.start', { path: offer.file }),
  event(7, 'tftp.done', { path: offer.file, sentBytes: 173_792 }),
  event(9, 'dhcp.discover', { port: 67, architectures: '7' }, 'ipxe'),
  event(9, 'dhcp.offer', { ...offer, file: 'http://192.168.1.50:8080/boot.ipxe' }, 'ipxe'),
  event(11, 'http.get', script),
  event(11, 'http.done', { ...script, sentBytes: 300 }),
];
const file = (path: string) => event(14, 'http.done', { path, status: 200, sentBytes: 9, sizeBytes: 9 });
const KERNEL_UP = [...LOADED, file('/images/debian-12/linux'), file('/images/debian-12/initrd.gz')];
const seed = { path: '/seed/x/preseed.cfg' };

/** A boot that stands still, as pxectl's own events tell it, so many seconds after its start. */
export const TRACE_SAMPLES: readonly (readonly [FindingId, readonly BootEvent[], nowMs: number])[] = [
  ['proxy-offer-ignored', LOADED.slice(0, 2), START + 120_000],
  [
    'machine-held',
    [...LOADED, event(12, 'http.done', { path: '/boot.ipxe', status: 200, boots: 'hold' })],
    START + 600_000,
  ],
  ['kernel-not-requested', LOADED, START + 600_000],
  ['seed-not-requested', KERNEL_UP, START + 400_000],
  ['installer-silent', [...KERNEL_UP, event(60, 'seed.requested', seed)], START + 600_000],
  [
    'seed-refused',
    [...KERNEL_UP, event(30, 'seed.refused', { ...seed, reason: 'spent', message: 'its order was used' })],
    START + 31_000,
  ],
  [
    'install-never-reported',
    [...KERNEL_UP, event(900, 'install.unreported', { message: 'it booted again and never reported' })],
    START + 901_000,
  ],
  ['install-failed', [...KERNEL_UP, event(900, 'install.failed', { message: 'no disk' })], START + 901_000],
];
