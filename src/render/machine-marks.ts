import type { Machine } from '../model/config.ts';
import { macWithHyphens } from '../protocol/addresses.ts';
import { uuidForms } from '../protocol/uuid-order.ts';
import { machineFileName } from '../model/machine-key.ts';

/** What a loader can see of a machine. */
export interface MachineMark {
  readonly kind: 'mac' | 'uuid' | 'serial';
  readonly value: string;
  readonly machine: Machine;
}

/** In the order in which a client is looked for: every MAC comes before any UUID, and that before any serial number. */
export function machineMarks(machines: readonly Machine[]): readonly MachineMark[] {
  const marks = machines.flatMap((machine): MachineMark[] => [
    ...(machine.mac === undefined ? [] : [{ kind: 'mac' as const, value: machine.mac, machine }]),
    ...(machine.uuid === undefined
      ? []
      : uuidForms(machine.uuid).map((value) => ({ kind: 'uuid' as const, value, machine }))),
    ...(machine.serial === undefined ? [] : [{ kind: 'serial' as const, value: machine.serial, machine }]),
  ]);
  return (['mac', 'uuid', 'serial'] as const).flatMap((kind) => marks.filter((mark) => mark.kind === kind));
}

/** Names that pxelinux and GRUB look for: 01- (Ethernet) and the MAC, or the UUID as the ROM sends it. */
export function configNames({ mac, uuid }: Machine): readonly string[] {
  return [
    ...(mac === undefined ? [] : [`01-${macWithHyphens(mac)}`]),
    ...(uuid === undefined ? [] : uuidForms(uuid)),
  ];
}

/** Names of GRUB's file for a machine, the first the one that `grub.cfg` goes on to: it reads serial numbers too. */
export function grubConfigNames(machine: Machine): readonly string[] {
  const names = configNames(machine);
  return names.length > 0 ? names : [machineFileName(machine)];
}
