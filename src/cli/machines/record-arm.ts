import { userInfo } from 'node:os';
import type { Project } from '../../engine/project.ts';
import { openMachineStates } from '../../machines/machine-states.ts';
import { ordersFor } from '../../machines/orders-for.ts';
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
  const keys = machines.map(({ key }) => key);
  await openMachineStates(layout).arm(ordersFor(config, keys, order));
}

/** Whoever gave the order: under sudo the one who typed it. */
export function userName(): string {
  return process.env['SUDO_USER'] ?? userInfo().username;
}
