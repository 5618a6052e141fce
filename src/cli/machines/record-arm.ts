import { userInfo } from 'node:os';
import type { Project } from '../../engine/project.ts';
import { openMachineStates } from '../../machines/machine-states.ts';
import { orderFor } from '../../machines/order-for.ts';
import type { MachineKey } from '../../model/machine-key.ts';
import type { StateLayout } from '../../model/state-layout.ts';

interface Named {
  readonly name: string;
  readonly key: MachineKey;
}

/** @throws PxectlError of the disk: what is not written is not so */
export async function recordArm(
  layout: StateLayout,
  { config, machines }: Pick<Project, 'config'> & { readonly machines: readonly Named[] },
  isAlways: boolean,
): Promise<void> {
  const order = { at: new Date().toISOString(), by: userName(), isAlways };
  const orders = machines.map(({ key }) => [key, orderFor(config, key, order)] as const);
  await openMachineStates(layout).arm(new Map(orders));
}

/** Whoever gave the order: under sudo the one who typed it. */
export function userName(): string {
  return process.env['SUDO_USER'] ?? userInfo().username;
}
