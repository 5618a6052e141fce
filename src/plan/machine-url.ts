import { type BootContext, httpBaseUrl } from '../model/boot-context.ts';
import type { Machine } from '../model/config.ts';
import { tokenSegment } from '../model/order-token.ts';
import { macWithHyphens } from '../protocol/addresses.ts';

/** The name that a machine's seed and report URLs are made of: its MAC with hyphens, else its UUID. */
export function machineKey(machine: Machine): string {
  return machine.mac === undefined ? (machine.uuid ?? machine.name) : macWithHyphens(machine.mac);
}

/**
 * `http://ADDRESS:PORT/seed/<machine>`, without a trailing slash. Where there are relays it shows the token of the
 * machine's order: behind one of them nobody sees the asking card.
 */
export function machineUrl(context: BootContext, kind: 'seed' | 'report', machine: Machine): string {
  const { network } = context.config;
  const token =
    network.relayed === undefined || machine.mac === undefined
      ? undefined
      : context.orderTokens?.get(machine.mac);
  return `${httpBaseUrl(context.config)}/${kind}/${machineKey(machine)}${tokenSegment(token)}`;
}
