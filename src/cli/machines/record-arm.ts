import { userInfo } from 'node:os';
import type { Project } from '../../engine/project.ts';
import { openMachineStates } from '../../machines/machine-states.ts';
import { orderFor } from '../../machines/order-for.ts';
import type { StateLayout } from '../../model/state-layout.ts';
import type { MacAddress } from '../../protocol/addresses.ts';

interface Named {
  readonly name: string;
  readonly mac: MacAddress;
}

/** @throws PxectlError of the disk: what is not written is not so */
export async function recordArm(
  layout: StateLayout,
  { config, machines }: Pick<Project, 'config'> & { readonly machines: readonly Named[] },
  isAlways: boolean,
): Promise<void> {
  const order = { at: new Date().toISOString(), by: userName(), isAlways };
  const orders = machines.map(({ mac }) => [mac, orderFor(config, mac, order)] as const);
  await openMachineStates(layout).arm(new Map(orders));
}

/** Whoever gave the order: under sudo the one who typed it. */
export function userName(): string {
  return process.env['SUDO_USER'] ?? userInfo().username;
}
