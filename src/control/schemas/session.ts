import { z } from 'zod';
import { ENGINE_NAMES } from '../../model/config.ts';

const time = z.iso.datetime();

/** An error as `--json` prints it, with the kind that decides the exit code; `bug`: not one that the user can act on. */
export const errorReply = z.object({
  schema: z.literal('pxectl.error/1'),
  error: z.object({
    kind: z.enum(['failure', 'usage', 'config', 'environment', 'asset', 'engine', 'bug']),
    code: z.string(),
    message: z.string(),
    why: z.string().optional(),
    next: z.string().optional(),
    details: z.record(z.string(), z.unknown()).optional(),
  }),
});
export type ErrorReply = z.infer<typeof errorReply>;

/** How the last reading of the configuration ended. */
const reloadOutcome = z.object({
  at: time,
  /** paths relative to the state folder, when it was applied */
  changed: z.array(z.string()).optional(),
  /** why it was not applied: the configuration from before is in force */
  refused: z.string().optional(),
});
export type ReloadOutcome = z.infer<typeof reloadOutcome>;

export const troubleReply = z.object({
  /** of the finding that explains it */
  id: z.string(),
  severity: z.enum(['error', 'warning', 'info']),
  message: z.string(),
  since: time,
});

export const statusReply = z.object({
  pid: z.number().int(),
  engine: z.enum(ENGINE_NAMES),
  description: z.string(),
  why: z.string(),
  configPath: z.string(),
  startedAt: time,
  httpUrl: z.string(),
  /** pages that show all this */
  dashboardUrl: z.string().optional(),
  lastReload: reloadOutcome.optional(),
  /** what is wrong on the network now */
  troubles: z.array(troubleReply).optional(),
  /** why nobody looked for other servers and for who uses our addresses */
  notLooked: z.string().optional(),
});
export type ControlStatus = z.infer<typeof statusReply>;

export const reloadReply = z.object({
  changed: z.array(z.string()),
  /** machines whose order to install has ended, since the configuration has no such install any more */
  lapsed: z.array(z.object({ name: z.string(), key: z.string() })).default([]),
});

/** Readers of events begin here to miss nothing of what came after the answer. */
export const lastEventId = z.int().nonnegative();
