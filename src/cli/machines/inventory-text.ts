import { cardMakers } from '../../machines/inventory/card-makers.ts';
import type { SeenMachine } from '../../machines/inventory/seen-machine.ts';
import type { MacAddress } from '../../protocol/addresses.ts';
import { formatBytes, formatLocalTime } from '../../model/units.ts';
import { modelOf } from './unknown-table.ts';

const MIB = 1024 * 1024;

/** What a machine has told of itself, one line a subject. */
export async function inventoryText(mac: MacAddress, seen: SeenMachine): Promise<string> {
  const cards = [...new Set([mac, ...(seen.macs ?? [])])];
  const makers = await cardMakers(cards);
  const cpu = [seen.cpus === undefined ? undefined : `${seen.cpus} ×`, seen.cpu]
    .filter((word) => word !== undefined)
    .join(' ');
  const lines = {
    seen: `${formatLocalTime(seen.lastSeenAt)}${seen.ip === undefined ? '' : ` at ${seen.ip}`}, first ${formatLocalTime(seen.firstSeenAt)}`,
    firmware: seen.firmware,
    hardware: modelOf(seen),
    'serial no.': seen.serial,
    uuid: seen.uuid,
    memory: seen.memoryMiB === undefined ? undefined : formatBytes(seen.memoryMiB * MIB),
    cpu: cpu === '' ? undefined : cpu,
    cards: cards
      .map((card) => [card, makers.get(card)].filter((word) => word !== undefined).join(' '))
      .join(', '),
    disks: seen.disks?.join(', '),
  };
  return Object.entries(lines)
    .flatMap(([name, value]) => (value === undefined ? [] : [`  ${name.padEnd(12)} ${value}`]))
    .join('\n');
}
