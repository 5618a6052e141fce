import { z } from 'zod';

/** One thing that a running pxectl can be asked over its control socket. */
export interface Operation<Body, Reply> {
  readonly method: 'GET' | 'POST';
  /** begins with the version of the API: a later one stands beside it */
  readonly path: `/v1/${string}`;
  readonly body: z.ZodType<Body>;
  readonly reply: z.ZodType<Reply>;
  /** how long whoever asks waits for the answer */
  readonly timeoutMs: number;
}

const operation = <Body, Reply>(one: Operation<Body, Reply>): Operation<Body, Reply> => one;

const MAX_NAME_LENGTH = 255;
const MAX_MACHINES = 10_000;

const nothing = z.object({});
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

/** Machines whose order to install has ended, since the configuration has no such install any more. */
const lapsedOrders = z.array(z.object({ name: z.string(), key: z.string() })).default([]);

/** How the last reading of the configuration ended. */
const reloadOutcome = z.object({
  at: time,
  /** paths relative to the state folder, when it was applied */
  changed: z.array(z.string()).optional(),
  /** why it was not applied: the configuration from before is in force */
  refused: z.string().optional(),
});
export type ReloadOutcome = z.infer<typeof reloadOutcome>;

const networkTrouble = z.object({
  /** of the finding that explains it */
  id: z.string(),
  severity: z.enum(['error', 'warning', 'info']),
  message: z.string(),
  since: time,
});

const statusReply = z.object({
  pid: z.number().int(),
  engine: z.enum(['builtin', 'dnsmasq', 'docker']),
  description: z.string(),
  why: z.string(),
  configPath: z.string(),
  startedAt: time,
  httpUrl: z.string(),
  lastReload: reloadOutcome.optional(),
  /** what is wrong on the network now */
  troubles: z.array(networkTrouble).optional(),
  /** why nobody looked for other servers and for who uses our addresses */
  notLooked: z.string().optional(),
});
export type ControlStatus = z.infer<typeof statusReply>;

const machinesBody = z.object({
  machines: z.array(z.string().max(MAX_NAME_LENGTH)).min(1).max(MAX_MACHINES),
});

const armBody = machinesBody.extend({
  /** who orders it */
  by: z.string().min(1).max(MAX_NAME_LENGTH),
  /** every network boot installs, not the next one alone */
  isAlways: z.boolean().default(false),
});

/** What now holds, as it is served. */
const machinesReply = z.object({
  machines: z.array(
    z.object({
      name: z.string(),
      /** by which its order is kept: a MAC, a UUID, or a serial number in hex */
      key: z.string(),
      /** false: recorded, but the configuration in force has no such machine, or no install for it */
      isServed: z.boolean(),
      isArmed: z.boolean(),
    }),
  ),
});

/** Running transfers are waited for before dnsmasq takes a changed configuration. */
const RELOAD_TIMEOUT_MS = 180_000;
const QUICK_TIMEOUT_MS = 5_000;

/** Everything that can be asked, by name: the server and its clients both work from this table. */
export const CONTROL_API = {
  status: operation({
    method: 'GET',
    path: '/v1/status',
    body: nothing,
    reply: statusReply,
    timeoutMs: QUICK_TIMEOUT_MS,
  }),
  /** reads the configuration again and applies it */
  reload: operation({
    method: 'POST',
    path: '/v1/reload',
    body: nothing,
    reply: z.object({ changed: z.array(z.string()), lapsed: lapsedOrders }),
    timeoutMs: RELOAD_TIMEOUT_MS,
  }),
  /** by name as the configuration in force has it, or by the key of its order */
  arm: operation({
    method: 'POST',
    path: '/v1/machines/arm',
    body: armBody,
    reply: machinesReply,
    timeoutMs: RELOAD_TIMEOUT_MS,
  }),
  disarm: operation({
    method: 'POST',
    path: '/v1/machines/disarm',
    body: machinesBody,
    reply: machinesReply,
    timeoutMs: RELOAD_TIMEOUT_MS,
  }),
  /** begins to stop; the process ends when everything has */
  stop: operation({
    method: 'POST',
    path: '/v1/stop',
    body: nothing,
    reply: z.object({ pid: z.number().int() }),
    timeoutMs: QUICK_TIMEOUT_MS,
  }),
} as const;

export type ControlApi = typeof CONTROL_API;
export type OperationName = keyof ControlApi;
export type BodyOf<Name extends OperationName> = z.infer<ControlApi[Name]['body']>;
export type ReplyOf<Name extends OperationName> = z.infer<ControlApi[Name]['reply']>;

/** What carries the operations out. */
export type ControlHandlers = {
  readonly [Name in OperationName]: (body: BodyOf<Name>) => Promise<ReplyOf<Name>>;
};
