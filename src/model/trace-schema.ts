import { z } from 'zod';
import type { Ipv4Address, MacAddress } from '../protocol/addresses.ts';
import { BOOT_EVENT_TYPES, type BootEvent } from './boot-event.ts';
import { BOOT_OUTCOMES } from './boot-outcome.ts';
import { BOOT_STAGES } from './boot-trace.ts';
import type { Finding } from './finding.ts';
import { FIRMWARES } from './firmware.ts';

/** Bounds what a file that somebody else wrote can bring into memory. */
const text = z.string().max(4000);
const count = z.number().nonnegative();

export const macSchema = z
  .string()
  .regex(/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/) as unknown as z.ZodType<MacAddress>;
export const ipSchema = z.ipv4() as unknown as z.ZodType<Ipv4Address>;
const time = z.iso.datetime();
const firmware = z.enum(FIRMWARES);

export const eventSchema: z.ZodType<BootEvent> = z.object({
  time,
  type: z.enum(BOOT_EVENT_TYPES),
  id: z.int().nonnegative().optional(),
  mac: macSchema.optional(),
  ip: ipSchema.optional(),
  uuid: text.optional(),
  interfaceName: text.optional(),
  firmware: firmware.optional(),
  detail: z.record(text, z.union([text, z.number(), z.boolean()])),
});

const fixSchema = z.union([
  z.object({ kind: z.literal('words'), text }),
  z.object({ kind: z.literal('command'), about: text.optional(), command: text }),
  z.object({ kind: z.literal('edit'), file: text, line: count, replaces: text, by: z.array(text) }),
  z.object({ kind: z.literal('edit'), about: text.optional(), file: text, by: z.array(text) }),
]);

export const findingSchema = z.object({
  id: z.string().regex(/^[a-z0-9-]{1,80}$/),
  severity: z.enum(['error', 'warning', 'info']),
  title: text,
  cause: text,
  evidence: z.array(z.object({ source: text, text })),
  mends: z.array(fixSchema),
  codes: z.array(text),
  client: z.object({ mac: macSchema.optional(), firmware: firmware.optional() }).optional(),
}) as unknown as z.ZodType<Finding>;

export const stageSchema = z.object({
  stage: z.enum(BOOT_STAGES),
  startedAt: time,
  endedAt: time.optional(),
  durationMs: count.optional(),
  detail: text,
  sizeBytes: count.optional(),
});

/** A boot without its events. */
export const bootFields = {
  mac: macSchema,
  ip: ipSchema.optional(),
  firmware: firmware.optional(),
  machineName: text.optional(),
  startedAt: time,
  lastEventAt: time,
  current: z.enum(BOOT_STAGES),
  isDone: z.boolean(),
  outcome: z.enum(BOOT_OUTCOMES),
  stages: z.array(stageSchema).max(BOOT_STAGES.length),
};
