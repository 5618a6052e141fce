import { z } from 'zod';
import { BOOT_OUTCOMES } from '../../model/boot-outcome.ts';
import { BOOT_STAGES } from '../../model/boot-trace.ts';
import { FIRMWARES } from '../../model/firmware.ts';
import { LIFE_STATES } from '../../model/life-cycle.ts';
import { ipSchema, macSchema } from '../../model/trace-schema.ts';
import { lastEventId } from './session.ts';

const MAX_NAME_LENGTH = 255;
const MAX_MACHINES = 10_000;

const time = z.iso.datetime();
const text = z.string();

/** What is wrong, in short. */
const shortFinding = z.object({
  id: text,
  severity: z.enum(['error', 'warning', 'info']),
  title: text,
});

/** The last boot of a machine. */
const lastBoot = z.object({
  id: text,
  firmware: z.enum(FIRMWARES).nullable(),
  ip: ipSchema.nullable(),
  stage: z.enum(BOOT_STAGES),
  /** the file, or what was said, in that stage */
  detail: text,
  stageSince: time,
  startedAt: time,
  lastEventAt: time,
  outcome: z.enum(BOOT_OUTCOMES),
});

const machine = z.object({
  name: text,
  /** by which its order is kept: a MAC, a UUID, or a serial number in hex */
  key: text,
  mac: macSchema.nullable(),
  /** who made its card, as far as anybody here knows */
  vendor: text.nullable(),
  profile: text.nullable(),
  image: text.nullable(),
  state: z.enum(LIFE_STATES),
  why: text.nullable(),
  /** an order is there for a boot to come: that one installs, or each does */
  order: z.enum(['once', 'always']).nullable(),
  /** of the state, or of the last sign of its boot, whichever is later */
  since: time.nullable(),
  canInstall: z.boolean(),
  /** how it is switched on, where the configuration says it */
  power: z.enum(['wol', 'redfish', 'ipmi']).nullable(),
  boot: lastBoot.nullable(),
  finding: shortFinding.nullable(),
});
export type MachineReply = z.infer<typeof machine>;

const unknownMachine = z.object({
  mac: macSchema,
  vendor: text.nullable(),
  state: z.enum(LIFE_STATES),
  firmware: z.enum(FIRMWARES).nullable(),
  maker: text.nullable(),
  product: text.nullable(),
  serial: text.nullable(),
  uuid: text.nullable(),
  firstSeenAt: time,
  lastSeenAt: time,
  boot: lastBoot.nullable(),
  finding: shortFinding.nullable(),
});
export type UnknownMachineReply = z.infer<typeof unknownMachine>;

export const machinesReply = z.object({
  /** in the order of the configuration */
  machines: z.array(machine),
  /** seen, and in no entry; in the order in which they came */
  unknown: z.array(unknownMachine),
  lastEventId,
});

export const namedMachines = z.strictObject({
  machines: z.array(text.max(MAX_NAME_LENGTH)).min(1).max(MAX_MACHINES),
});

export const armInput = namedMachines.extend({
  /** who orders it */
  by: text.min(1).max(MAX_NAME_LENGTH),
  /** every network boot installs, not the next one alone */
  isAlways: z.boolean().default(false),
});

/** What now holds, as it is served. */
export const armedReply = z.object({
  machines: z.array(
    z.object({
      name: text,
      key: text,
      /** false: recorded, but the configuration in force has no such machine, or no install for it */
      isServed: z.boolean(),
      isArmed: z.boolean(),
    }),
  ),
});
