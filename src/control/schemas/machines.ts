import { z } from 'zod';
import { BOOT_OUTCOMES } from '../../model/boot-outcome.ts';
import { BOOT_STAGES } from '../../model/boot-trace.ts';
import { FIRMWARES } from '../../model/firmware.ts';
import { LIFE_STATES } from '../../model/life-cycle.ts';
import { ipSchema, macSchema } from '../../model/trace-schema.ts';
import { macText } from '../../machines/inventory/seen-machine.ts';
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
  /** what each is to whoever orders it, by key: where something else is in force, nobody is armed */
  means: z
    .array(z.strictObject({ key: text, name: text, seed: text, image: text.optional() }))
    .max(MAX_MACHINES)
    .default([]),
});

export const adoptInput = z.strictObject({
  /** of machines that were seen; without it everyone who was, and is in no entry */
  macs: z.array(macText).min(1).max(MAX_MACHINES).optional(),
  /** for one a name, for several a pattern */
  name: text.max(MAX_NAME_LENGTH).optional(),
  profile: text.max(MAX_NAME_LENGTH).optional(),
  image: text.max(MAX_NAME_LENGTH).optional(),
});

export const setInput = namedMachines.extend({
  /** `image=debian-12`, `vars.disk=/dev/sda`; `KEY=` takes a value out */
  values: z.array(text.max(4000)).min(1).max(100),
});

const named = z.array(z.object({ name: text, key: text }));

/** What was written into the configuration, and whether it is in force. */
export const writtenReply = z.object({
  machines: named,
  /** unified; empty when nothing changes */
  diff: text,
  isInForce: z.boolean(),
  /** why the running pxectl goes on with the configuration from before */
  refused: text.nullable(),
});

export const installInput = namedMachines.extend({
  /** who orders it */
  by: text.min(1).max(MAX_NAME_LENGTH),
});

/** They are armed; how each is started, and what comes of it, events tell. */
export const installReply = z.object({ machines: named });

export const powerInput = namedMachines.extend({
  verb: z.enum(['on', 'off', 'restart', 'state', 'boot-network']),
});

export const powerReply = z.object({
  verb: text,
  machines: z.array(
    z.object({
      name: text,
      /** `woken`: a packet was sent, and nothing says what came of it */
      state: z.enum(['on', 'off', 'unknown', 'woken']).nullable(),
      error: text.nullable(),
      /** what doctor calls it */
      finding: text.nullable(),
    }),
  ),
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
