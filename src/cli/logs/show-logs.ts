import { BOOT_EVENT_TYPES, type BootEvent } from '../../model/boot-event.ts';
import type { Machine } from '../../model/config.ts';
import { usageError } from '../../model/errors.ts';
import { machineLookup } from '../../model/find-machines.ts';
import { nearestWord } from '../../model/nearest-word.ts';
import { printable } from '../../model/printable.ts';
import { parseMac } from '../../protocol/addresses.ts';
import { EventFilter, type EventWish } from '../../watch/event-filter.ts';
import { eventFiles } from '../../watch/event-files.ts';
import { followEvents, readEvents } from '../../watch/read-events.ts';
import { requestedConfigPath, type CommandContext } from '../cli.ts';
import { EXIT } from '../exit-codes.ts';
import { momentOf } from '../since.ts';
import { formatEvent } from '../trace-view.ts';
import { formatLocalTime } from '../../model/units.ts';
import { watchedProject } from '../watched-project.ts';

export interface LogsOptions {
  readonly follow?: boolean;
  readonly since?: string;
  readonly until?: string;
  readonly machine?: string;
  readonly type?: readonly string[];
}

/** `pxectl logs`: what is kept, and with --follow what comes. */
export async function showLogs(context: CommandContext<LogsOptions>): Promise<number> {
  const { output, options, signal } = context;
  const { since, until, type } = options;
  const [from, to] = [
    since === undefined ? undefined : momentOf('--since', since),
    until === undefined ? undefined : momentOf('--until', until),
  ];
  type?.forEach(checkType);
  const { layout, machines } = await watchedProject(requestedConfigPath(options), output);
  const filter = new EventFilter({
    ...(from === undefined ? {} : { since: from }),
    ...(to === undefined ? {} : { until: to }),
    ...(type === undefined ? {} : { types: type.map((word) => word.replace(/\.\*?$/, '')) }),
    ...(options.machine === undefined ? {} : { machine: wantedMachine(options.machine, machines) }),
  });
  const show = (event: BootEvent): void => {
    if (!filter.wants(event)) return;
    if (options.json === true) return output.json(event, true);
    const line = formatEvent(event);
    if (line !== undefined) output.data(`${formatLocalTime(event.time).slice(0, 10)} ${line}`);
  };
  const follows = options.follow === true;
  const files = eventFiles(layout.events);
  // what is followed is read from its beginning: nothing is missed in between
  for (const event of await readEvents(layout.events, follows ? files.slice(0, -1) : files)) {
    if (signal.aborted) return EXIT.ok;
    show(event);
  }
  if (!follows) return EXIT.ok;
  for await (const event of followEvents(layout.events, { fromStart: true, signal })) show(event);
  return EXIT.ok;
}

/** @throws PxectlError E_USAGE for what is neither a type nor the kind of one */
function checkType(word: string): void {
  const kinds = [...new Set(BOOT_EVENT_TYPES.map((type) => type.split('.')[0] ?? ''))];
  const known: readonly string[] = [...BOOT_EVENT_TYPES, ...kinds];
  if (known.includes(word.replace(/\.\*?$/, ''))) return;
  const near = nearestWord(word, known);
  throw usageError({
    what: `there are no events of type ${printable(word)}`,
    why: near === undefined ? `kinds: ${kinds.join(', ')}` : `did you mean ${near}?`,
    next: `types: ${BOOT_EVENT_TYPES.join(', ')}`,
  });
}

/** A machine of the file with all of its cards, or any card that was seen. */
function wantedMachine(word: string, machines: readonly Machine[]): NonNullable<EventWish['machine']> {
  const mac = parseMac(word);
  const machine = machineLookup({ machines })(word);
  if (machine === undefined && mac === undefined) {
    const near = nearestWord(
      word,
      machines.map(({ name }) => name),
    );
    throw usageError({
      what: `there is no machine ${printable(word)}`,
      ...(near === undefined ? {} : { why: `did you mean ${near}?` }),
      next: 'pxectl machines lists them; a MAC address may be anybody’s',
    });
  }
  const name = machine?.name ?? word;
  const cards = machines.flatMap((one) => (one.name === name && one.mac !== undefined ? [one.mac] : []));
  return { name, macs: new Set(mac === undefined ? cards : [mac, ...cards]) };
}
