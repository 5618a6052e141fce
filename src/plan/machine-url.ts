import { type BootContext, httpBaseUrl } from '../model/boot-context.ts';
import type { Machine } from '../model/config.ts';
import { machineFileName, machineKey } from '../model/machine-key.ts';
import { tokenSegment } from '../model/order-token.ts';

/** `http://ADDRESS:PORT/seed/<machine>`, without a trailing slash, with the token of the machine's order where there is one. */
export function machineUrl(context: BootContext, kind: 'seed' | 'report', machine: Machine): string {
  const token = context.orderTokens?.get(machineKey(machine));
  return `${httpBaseUrl(context.config)}/${kind}/${machineFileName(machine)}${tokenSegment(token)}`;
}
