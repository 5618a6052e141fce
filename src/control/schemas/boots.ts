import { z } from 'zod';
import { BOOT_OUTCOMES } from '../../model/boot-outcome.ts';
import { BOOT_STAGES } from '../../model/boot-trace.ts';
import { FIRMWARES } from '../../model/firmware.ts';
import { eventSchema, findingSchema, ipSchema, macSchema } from '../../model/trace-schema.ts';
import { lastEventId } from './session.ts';

const MOST_BOOTS = 1_000;
const MOST_RECENT_EVENTS = 1_000;

const time = z.iso.datetime();
const text = z.string();
const count = z.number().nonnegative();

const stage = z.object({
  stage: z.enum(BOOT_STAGES),
  startedAt: time,
  /** absent while it is under way */
  endedAt: time.nullable(),
  /** until the next stage began */
  spanMs: count.nullable(),
  /** the file, or what was said */
  detail: text,
  sizeBytes: count.nullable(),
  /** from its first sign to its last */
  bytesPerSecond: count.nullable(),
});

const boot = z.object({
  id: text,
  mac: macSchema,
  machine: text.nullable(),
  firmware: z.enum(FIRMWARES).nullable(),
  ip: ipSchema.nullable(),
  startedAt: time,
  lastEventAt: time,
  durationMs: count,
  outcome: z.enum(BOOT_OUTCOMES),
  stage: z.enum(BOOT_STAGES),
  stages: z.array(stage),
  findings: z.array(z.object({ id: text, severity: z.enum(['error', 'warning', 'info']), title: text })),
  eventCount: count,
});
export type BootReply = z.infer<typeof boot>;

export const bootsInput = z.strictObject({
  /** the newest */
  limit: z.coerce.number().int().min(1).max(MOST_BOOTS).default(100),
  /** of one machine: its name, or the address of a card */
  machine: text.max(255).optional(),
});

export const bootsReply = z.object({
  /** oldest first */
  boots: z.array(boot),
  lastEventId,
});

export const bootInput = z.strictObject({ id: text.max(64) });

export const bootReply = boot.extend({
  stages: z.array(
    stage.extend({
      /** of the boots of this machine before, with the same firmware */
      ownMedianMs: count.nullable(),
      /** of all machines with this firmware */
      fleetMedianMs: count.nullable(),
      isSlow: z.boolean(),
    }),
  ),
  findings: z.array(findingSchema),
  /** of a boot that is long over some alone are kept, or none */
  events: z.array(eventSchema),
});
export type WholeBootReply = z.infer<typeof bootReply>;

/** A finding, and whom it is about. */
const openFinding = z.object({
  finding: findingSchema,
  /** absent: the network, or pxectl itself */
  machine: text.nullable(),
  mac: macSchema.nullable(),
  bootId: text.nullable(),
  since: time,
});
export type OpenFindingReply = z.infer<typeof openFinding>;

export const findingsReply = z.object({ findings: z.array(openFinding), lastEventId });

export const eventsInput = z.strictObject({
  /** the events after this one; without it those that come from now on. The header `Last-Event-ID` says the same, and wins */
  after: z.coerce.number().int().nonnegative().optional(),
  /** where no place is given: so many of those that were come first, as far as they are in memory */
  recent: z.coerce.number().int().min(0).max(MOST_RECENT_EVENTS).default(0),
});
