import { type BootContext, httpBaseUrl } from '../model/boot-context.ts';
import type { Machine } from '../model/config.ts';
import { tokenSegment } from '../model/order-token.ts';
import { hexFromBytes, macWithHyphens } from '../protocol/addresses.ts';

/** The name that a machine's own files and URLs are made of: its MAC with hyphens, its UUID, or its serial number in hex. */
export function machineKey({ mac, uuid, serial = '' }: Machine): string {
  return mac === undefined ? (uuid ?? `serial-${serialHex(serial)}`) : macWithHyphens(mac);
}

/** A serial number as iPXE writes it with `:hexraw`: whatever is in it, this is one word. */
export function serialHex(serial: string): string {
  return hexFromBytes(new TextEncoder().encode(serial));
}

/** `http://ADDRESS:PORT/seed/<machine>`, without a trailing slash, with the token of the machine's order where there is one. */
export function machineUrl(context: BootContext, kind: 'seed' | 'report', machine: Machine): string {
  const token = machine.mac === undefined ? undefined : context.orderTokens?.get(machine.mac);
  return `${httpBaseUrl(context.config)}/${kind}/${machineKey(machine)}${tokenSegment(token)}`;
}
