import { isMap, isSeq, type Document, type YAMLMap } from 'yaml';
import { usageError } from '../model/errors.ts';
import { parseMac, type MacAddress } from '../protocol/addresses.ts';
import { editConfig, type ConfigEdit } from './edit-config.ts';

/** A machine as it is written in the file. */
export interface MachineEntry {
  readonly mac: MacAddress;
  readonly name: string;
  readonly image?: string;
  readonly install?: { readonly seed: string; readonly once: boolean };
  readonly secureBoot?: boolean;
}

export type MachineEdit =
  | { readonly kind: 'add'; readonly machine: MachineEntry }
  | { readonly kind: 'remove'; readonly nameOrMac: string };

/** Changes `machines:` in the configuration file, all of it or nothing. */
export async function editMachines(
  path: string,
  isDryRun: boolean,
  edits: readonly MachineEdit[],
): Promise<ConfigEdit> {
  return editConfig(
    path,
    (document) => {
      for (const edit of edits) {
        if (edit.kind === 'add') addMachine(document, edit.machine);
        else removeMachine(document, edit.nameOrMac);
      }
    },
    isDryRun,
  );
}

function addMachine(document: Document, machine: MachineEntry): void {
  const machines = document.get('machines');
  if (!isSeq(machines)) document.set('machines', document.createNode([]));
  // `machines: []` is written in one line; entries are read better one a line
  else if (machines.items.length === 0) machines.flow = false;
  document.addIn(['machines'], document.createNode(machine, { flow: true }));
}

function removeMachine(document: Document, nameOrMac: string): void {
  const machines = document.get('machines');
  const mac = parseMac(nameOrMac);
  const index = isSeq(machines)
    ? machines.items.findIndex((item) => isMap(item) && isMachine(item, nameOrMac, mac))
    : -1;
  if (!isSeq(machines) || index < 0) {
    throw usageError({ what: `there is no machine ${nameOrMac}`, next: 'pxectl machines lists them' });
  }
  machines.delete(index);
}

function isMachine(item: YAMLMap, name: string, mac: MacAddress | undefined): boolean {
  return item.get('name') === name || (mac !== undefined && parseMac(String(item.get('mac'))) === mac);
}
