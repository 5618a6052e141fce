import { z } from 'zod';
import type { InTurn } from '../platform/turns.ts';
import type { EventBatch } from '../watch/stored-after.ts';
import { eventSchema } from '../model/trace-schema.ts';
import { change, follow, read } from './operation.ts';
import { bootInput, bootReply, bootsInput, bootsReply, eventsInput, findingsReply } from './schemas/boots.ts';
import {
  adoptInput,
  armedReply,
  armInput,
  installInput,
  installReply,
  machinesReply,
  namedMachines,
  powerInput,
  powerReply,
  setInput,
  writtenReply,
} from './schemas/machines.ts';
import { imagesReply, planInput, planReply } from './schemas/plan.ts';
import { reloadReply, statusReply } from './schemas/session.ts';
import { transfersReply } from './schemas/transfers.ts';

/** Controllers are slow, and 16 are asked at a time. */
const POWER_TIMEOUT_MS = 600_000;

const nothing = z.strictObject({});

/** Everything that can be asked of a running pxectl, by name: server, clients and the OpenAPI document are made of this table. */
export const CONTROL_API = {
  status: read({
    path: '/v1/status',
    about:
      'what runs, since when, how the last reading of the configuration ended, what is wrong on the network',
    input: nothing,
    reply: statusReply,
  }),
  machines: read({
    path: '/v1/machines',
    about: 'machines of the configuration and those that were seen beside them, each with its last boot',
    input: nothing,
    reply: machinesReply,
  }),
  boots: read({
    path: '/v1/boots',
    about: 'boots that go on and that were, by stages',
    input: bootsInput,
    reply: bootsReply,
  }),
  boot: read({
    path: '/v1/boots/{id}',
    about: 'one boot beside what is usual, with its findings and its events',
    input: bootInput,
    reply: bootReply,
  }),
  findings: read({
    path: '/v1/findings',
    about: 'what is wrong now: on the network, and in the last boot of each machine',
    input: nothing,
    reply: findingsReply,
  }),
  transfers: read({
    path: '/v1/transfers',
    about: 'files on their way now; `toldWhenOver`: those of whom are not seen before they are over',
    input: nothing,
    reply: transfersReply,
  }),
  images: read({
    path: '/v1/images',
    about: 'images in the store, how they were verified, and who boots them',
    input: nothing,
    reply: imagesReply,
  }),
  plan: read({
    path: '/v1/plan',
    about: 'what a machine, an address or a firmware gets, and which line of the configuration says so',
    input: planInput,
    reply: planReply,
  }),
  events: follow({
    path: '/v1/events',
    about: 'events as they come, after a given one without a gap',
    input: eventsInput,
    reply: eventSchema,
  }),
  openapi: read({
    path: '/v1/openapi.json',
    about: 'this document',
    input: nothing,
    reply: z.looseObject({ openapi: z.string() }),
  }),
  reload: change({
    path: '/v1/reload',
    about: 'reads the configuration again and applies it',
    input: nothing,
    reply: reloadReply,
  }),
  /** by name as the configuration in force has it, or by the key of its order */
  arm: change({
    path: '/v1/machines/arm',
    about: 'lets the next network boot of machines install them, which may wipe their disks',
    input: armInput,
    reply: armedReply,
  }),
  disarm: change({
    path: '/v1/machines/disarm',
    about: 'takes that back, at once',
    input: namedMachines,
    reply: armedReply,
  }),
  adopt: change({
    path: '/v1/machines/adopt',
    about: 'writes machines that were seen into the configuration, and applies it',
    input: adoptInput,
    reply: writtenReply,
  }),
  set: change({
    path: '/v1/machines/set',
    about: 'writes values of machines into the configuration, and applies it',
    input: setInput,
    reply: writtenReply,
  }),
  install: change({
    path: '/v1/machines/install',
    about: 'arms machines and has them boot from the network; events tell how far each is',
    input: installInput,
    reply: installReply,
  }),
  power: change({
    path: '/v1/machines/power',
    about: 'switches machines on or off, and waits until their controllers say that it is done',
    input: powerInput,
    reply: powerReply,
    timeoutMs: POWER_TIMEOUT_MS,
  }),
  stop: change({
    path: '/v1/stop',
    about: 'begins to stop; the process ends when everything has',
    input: nothing,
    reply: z.object({ pid: z.number().int() }),
    timeoutMs: 5_000,
  }),
} as const;

export type ControlApi = typeof CONTROL_API;
export type OperationName = keyof ControlApi;
export type InputOf<Name extends OperationName> = z.infer<ControlApi[Name]['input']>;
/** What whoever asks may leave out is filled in by the other side. */
export type GivenTo<Name extends OperationName> = z.input<ControlApi[Name]['input']>;
export type ReplyOf<Name extends OperationName> = z.infer<ControlApi[Name]['reply']>;

/** What carries the operations out; undefined: there is no such thing. */
export type ControlHandlers = {
  readonly [Name in Exclude<OperationName, 'events' | 'openapi'>]: (
    input: InputOf<Name>,
  ) => Promise<ReplyOf<Name> | undefined>;
} & {
  /** @param inTurn for who may only look: each piece that is read from the disk waits for its turn */
  readonly events: (
    input: InputOf<'events'>,
    signal: AbortSignal,
    inTurn?: InTurn,
  ) => AsyncIterable<EventBatch>;
};
