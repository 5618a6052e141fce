import { z } from 'zod';
import type { BootEvent } from '../model/boot-event.ts';
import { BOOT_STAGES, type BootTrace } from '../model/boot-trace.ts';
import type { Machine } from '../model/config.ts';
import { FIRMWARES } from '../model/firmware.ts';
import type { StateLayout } from '../model/state-layout.ts';
import { readTextIfThere, writeFileAtomic } from '../platform/files.ts';
import { parseIpv4, parseMac, type MacAddress } from '../protocol/addresses.ts';
import { LatestBoots } from './latest-boots.ts';
import { TraceBuilder } from './trace-builder.ts';

/** Events go when their files are full; how the last boot of a machine went is kept for as long as it is configured. */
const WRITE_DELAY_MS = 15_000;
const MAX_DETAIL = 200;

const text = z.string().max(MAX_DETAIL);
const stage = z.enum(BOOT_STAGES);
const bootSchema = z.object({
  ip: text.transform((word) => parseIpv4(word)).optional(),
  firmware: z.enum(FIRMWARES).optional(),
  startedAt: text,
  lastEventAt: text,
  current: stage,
  isDone: z.boolean(),
  stages: z.array(
    z.object({
      stage,
      startedAt: text,
      endedAt: text.optional(),
      durationMs: z.number().optional(),
      detail: text,
      sizeBytes: z.number().optional(),
    }),
  ),
});
const fileSchema = z.object({
  schema: z.literal('pxectl.last-boots/1'),
  boots: z.record(z.string(), z.unknown()),
});

export const lastBootsPath = ({ root }: Pick<StateLayout, 'root'>): string => `${root}/last-boots.json`;

/** The last boot of each configured machine, without its events. What cannot be read is left out. */
export async function readLastBoots(
  layout: Pick<StateLayout, 'root'>,
): Promise<ReadonlyMap<MacAddress, BootTrace>> {
  const boots = new Map<MacAddress, BootTrace>();
  let value: unknown;
  try {
    value = JSON.parse((await readTextIfThere(lastBootsPath(layout))) ?? '');
  } catch {
    return boots;
  }
  const file = fileSchema.safeParse(value);
  for (const [key, entry] of Object.entries(file.data?.boots ?? {})) {
    const mac = parseMac(key);
    const boot = bootSchema.safeParse(entry);
    if (mac === undefined || !boot.success) continue;
    const { ip, ...rest } = boot.data;
    boots.set(mac, {
      mac,
      ...(ip === undefined ? {} : { ip }),
      ...rest,
      findings: [],
      events: [],
    });
  }
  return boots;
}

/** Follows the events of a session, and keeps how the last boot of each configured machine goes. */
export class LastBoots {
  readonly #traces: TraceBuilder;
  readonly #boots: Map<MacAddress, BootTrace>;
  #known: ReadonlySet<MacAddress> = new Set();
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  private constructor(
    private readonly layout: Pick<StateLayout, 'root'>,
    before: ReadonlyMap<MacAddress, BootTrace>,
  ) {
    this.#boots = new Map(before);
    this.#traces = new TraceBuilder([], new LatestBoots(), { keepsEvents: false });
  }

  static async open(layout: Pick<StateLayout, 'root'>): Promise<LastBoots> {
    return new LastBoots(layout, await readLastBoots(layout));
  }

  /** Whose boots are kept. */
  know(machines: readonly Pick<Machine, 'mac' | 'name'>[]): void {
    this.#known = new Set(machines.flatMap(({ mac }) => mac ?? []));
    this.#traces.know(machines);
    for (const mac of this.#boots.keys()) if (!this.#known.has(mac)) this.#boots.delete(mac);
  }

  take(event: BootEvent): void {
    const trace = this.#traces.add(event);
    if (trace === undefined || !this.#known.has(trace.mac)) return;
    this.#boots.set(trace.mac, trace);
    this.#timer ??= setTimeout(() => this.#write(), WRITE_DELAY_MS);
  }

  /** Writes what is pending. */
  async close(): Promise<void> {
    if (this.#timer !== undefined) this.#write();
    await this.#writing;
  }

  #write(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const boots = Array.from(this.#boots, ([mac, trace]) => [mac, withoutEvents(trace)] as const);
    const content = `${JSON.stringify({ schema: 'pxectl.last-boots/1', boots: Object.fromEntries(boots) })}\n`;
    // the event store tells of a disk that takes nothing
    this.#writing = this.#writing
      .then(() => writeFileAtomic(lastBootsPath(this.layout), content))
      .catch(() => undefined);
  }
}

function withoutEvents({ ip, firmware, startedAt, lastEventAt, current, isDone, stages }: BootTrace) {
  const short = stages.map((one) => ({ ...one, detail: one.detail.slice(0, MAX_DETAIL) }));
  return { ip, firmware, startedAt, lastEventAt, current, isDone, stages: short };
}
