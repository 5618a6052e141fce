import type { BootEvent, BootEventType } from '../../../../src/model/boot-event.ts';
import type { Ipv4Address, MacAddress } from '../../../../src/protocol/addresses.ts';

export const START = Date.parse('2026-01-01T10:00:00.000Z');
export const mac = (last: number): MacAddress =>
  `52:54:00:00:${(last >> 8).toString(16).padStart(2, '0')}:${(last & 255).toString(16).padStart(2, '0')}` as MacAddress;

/** An event of the n-th machine, so long after the start. */
export const event = (
  n: number,
  type: BootEventType,
  detail: BootEvent['detail'] = {},
  atMs = 0,
): BootEvent => ({
  time: new Date(START + atMs).toISOString(),
  type,
  mac: mac(n),
  ip: `10.0.${n >> 8}.${n & 255}` as Ipv4Address,
  firmware: 'bios',
  detail,
});

export const machine = (n: number, more: object = {}) => ({
  ...{ name: `node-${n}`, mac: mac(n), isArmed: false, canInstall: false, hasPower: false },
  ...more,
});
