import { hexFromBytes, macWithHyphens, parseMac, type MacAddress } from '../protocol/addresses.ts';

/**
 * What orders, tokens and states of a machine are kept under: its MAC where the file gives one, else its UUID as the file
 * writes it, else `serial-` and the serial number in hex.
 */
export type MachineKey = MacAddress | (string & { readonly __machineKey: unique symbol });

const UUID_OR_SERIAL = /^(?:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|serial-(?:[0-9a-f]{2})+)$/;

/** What a machine is known by. */
export interface MachineIdentity {
  readonly mac?: MacAddress;
  readonly uuid?: string;
  /** SMBIOS serial number, which no firmware tells before a loader runs */
  readonly serial?: string;
}

/** The key of a machine of the configuration. */
export function machineKey({ mac, uuid, serial = '' }: MachineIdentity): MachineKey {
  return mac ?? ((uuid ?? `serial-${serialHex(serial)}`) as MachineKey);
}

/** Reads a key, with a MAC in every spelling; undefined when it is none. */
export function parseMachineKey(text: string): MachineKey | undefined {
  const mac = parseMac(text);
  if (mac !== undefined) return mac;
  const word = text.toLowerCase();
  return UUID_OR_SERIAL.test(word) ? (word as MachineKey) : undefined;
}

/** The name that a machine's own files and URLs are made of: its key, a MAC with hyphens. */
export function machineFileName(machine: MachineIdentity): string {
  return machine.mac === undefined ? machineKey(machine) : macWithHyphens(machine.mac);
}

/** A serial number as iPXE writes it with `:hexraw`: whatever is in it, this is one word. */
export function serialHex(serial: string): string {
  return hexFromBytes(new TextEncoder().encode(serial));
}

/** A machine by name and key, as `--json` tells it. */
export const namedByKey = ({ name, key }: { readonly name: string; readonly key: string }) => ({
  name,
  mac: parseMac(key) ?? null,
  key,
});

/** The machine that a key is of, among thousands. */
export function machinesByKey<M extends MachineIdentity>(machines: readonly M[]): ReadonlyMap<MachineKey, M> {
  return new Map(machines.map((machine) => [machineKey(machine), machine]));
}
