import type { BootContext } from '../model/boot-context.ts';
import type { EventSink } from '../model/boot-event.ts';
import type { Machine } from '../model/config.ts';
import { machineKey, parseMachineKey } from '../model/machine-key.ts';
import type { PrivatePlaces } from '../model/private-places.ts';
import { printable } from '../model/printable.ts';
import { isBrowser } from '../model/read-proof.ts';
import { NOT_ARMED, type InstallState } from '../model/machine-state.ts';
import type { Inventory } from '../machines/inventory/inventory.ts';
import { hardwareReport, toldFacts } from '../machines/inventory/seen-machine.ts';
import type { SpendResult } from '../machines/machine-states.ts';
import type { SessionInstalls } from './session-installs.ts';
import { progressText, readProgress } from './read-progress.ts';
import { readSeed } from './read-seed.ts';
import type { CardAnswer } from '../net/confirm-card.ts';
import { parseMac, type Ipv4Address, type MacAddress } from '../protocol/addresses.ts';
import { isFromMachine, whoAsks, type AskedMachine } from './who-asks.ts';
import type { HttpRoute, HttpRouteRequest, HttpRouteResponse } from '../server/http/http-route.ts';

export interface MachineRoutesInput {
  /** the configuration of this moment: it changes on reload and when a machine is disarmed */
  readonly context: () => BootContext;
  readonly sink: EventSink;
  readonly installs: Pick<SessionInstalls, 'spend' | 'heard' | 'report' | 'fail'>;
  readonly inventory: Pick<Inventory, 'learn' | 'ownerOf'>;
  /** whether the segment says the same of an address as the neighbour table */
  readonly confirmCard: (ip: Ipv4Address, mac: MacAddress) => Promise<CardAnswer>;
  /** the secrets that seeds name, and what else goes out to nobody */
  readonly places: PrivatePlaces;
}

/** What the pxectl process itself serves, whichever engine runs: install seeds and reports. */
export function machineRoutes(input: MachineRoutesInput): readonly HttpRoute[] {
  return [
    { prefix: '/seed/', handle: (request) => serveSeed(input, request) },
    { prefix: '/report/', handle: (request) => takeReport(input, request) },
    { prefix: '/seen/', handle: async (request) => takeFacts(input, request) },
  ];
}

const text = (status: number, body: string): HttpRouteResponse => ({
  status,
  contentType: 'text/plain; charset=utf-8',
  body,
});

interface Asked extends AskedMachine {
  /** its card, for events: the one in the file, or whichever asks */
  readonly mac: MacAddress | undefined;
  readonly rest: string;
}

/** `/seed/<machine>/<file>` → the machine and the rest of the path. */
function machineOf(input: MachineRoutesInput, request: HttpRouteRequest): Asked | undefined {
  const [, , word = '', ...rest] = request.path.split('/');
  const key = parseMachineKey(word);
  if (key === undefined) return undefined;
  const machine = input.context().config.machines.find((candidate) => machineKey(candidate) === key);
  return { key, machine, mac: parseMac(key) ?? request.mac, rest: rest.join('/') };
}

/** Whose a request is taken for. */
interface Stranger {
  readonly who: string;
  /** for events */
  readonly reason: 'no-token' | 'other-machine' | 'unconfirmed-card';
}

/** Who asks that says it is a machine and is not taken for it; undefined: it is. */
async function strangerOf(
  input: MachineRoutesInput,
  asked: Asked,
  request: HttpRouteRequest,
  what: 'seed' | 'report',
): Promise<Stranger | undefined> {
  const { inventory, confirmCard } = input;
  const ownerOf = (mac: MacAddress): Machine | undefined => inventory.ownerOf(mac);
  if (!isFromMachine(asked, request, { context: input.context(), what, ownerOf })) {
    const reason = request.mac === asked.mac ? 'no-token' : 'other-machine';
    return { reason, who: whoAsks(asked.key, request, what) };
  }
  // behind a relay there is no card to ask for, and without an order nothing depends on it
  if (request.mac === undefined || !hasOrder(input.context(), asked)) return undefined;
  const answer = await confirmCard(request.ip, request.mac);
  if (answer === 'confirmed' || answer === 'unknown') return undefined;
  const words = answer === 'another' ? `another card answers than ${request.mac}` : 'nobody answers any more';
  return { reason: 'unconfirmed-card', who: `${request.ip}, for which ${words}` };
}

/** Whether there is a seed to be had, or an install that a report ends. */
const hasOrder = ({ orderTokens }: BootContext, { key, machine }: Asked): boolean =>
  orderTokens?.has(key) === true || (machine !== undefined && isOpen(machine));

const isOpen = ({ installState = NOT_ARMED }: Machine): boolean =>
  installState.kind === 'armed' || installState.kind === 'installing';

/** A seed goes only to the machine it is for, and only in the boot that an order was given for. */
async function serveSeed(
  input: MachineRoutesInput,
  request: HttpRouteRequest,
): Promise<HttpRouteResponse | undefined> {
  const asked = machineOf(input, request);
  if (!asked || request.method === 'POST') return undefined;
  const { key, machine, mac, rest } = asked;
  const about = { ...(mac === undefined ? {} : { mac }), ip: request.ip };
  const named = { machine: machine?.name };
  const refuse = (reason: string, message: string): HttpRouteResponse => {
    input.sink.emit({
      type: 'seed.refused',
      ...about,
      detail: {
        path: printable(request.path),
        ...named,
        reason,
        message,
        ...(request.mac === undefined || request.mac === mac ? {} : { askedBy: request.mac }),
      },
    });
    return text(403, `${message}\n`);
  };
  if (!machine?.install) return undefined;
  const stranger = await strangerOf(input, asked, request, 'seed');
  if (stranger !== undefined) {
    return refuse(stranger.reason, `this seed is for ${key}; the request came from ${stranger.who}`);
  }
  const { installState = NOT_ARMED } = machine;
  if (!isOpen(machine)) return refuse(...whyRefused(machine, installState));
  const answer = await readSeed(input.context(), machine, rest, input.places);
  if ('problem' in answer) {
    input.sink.emit({
      type: 'http.error',
      ...about,
      detail: { path: printable(request.path), status: answer.status, message: printable(answer.problem) },
    });
    return text(answer.status, `${answer.told}\n`);
  }
  // a look at the headers is no boot that installs
  const spent: SpendResult =
    request.method === 'HEAD'
      ? { kind: 'given', isSpent: false }
      : await input.installs.spend(key, request.token);
  if (spent.kind === 'refused') return refuse(...whyRefused(machine, spent.state));
  if (spent.kind === 'not-recorded') {
    const message = `the install of ${machine.name} waits: that it is spent cannot be written (${spent.trouble})`;
    input.sink.emit({
      type: 'seed.refused',
      ...about,
      detail: { path: printable(request.path), ...named, reason: 'not-recorded', message },
    });
    return text(503, `${message}\n`);
  }
  input.sink.emit({
    type: 'seed.requested',
    ...about,
    detail: { path: request.path, ...named, userAgent: request.userAgent, sizeBytes: answer.body.length },
  });
  return { status: 200, contentType: 'text/plain; charset=utf-8', body: answer.body };
}

/** By the word behind the address. */
const REPORT_EVENTS = new Map<string, 'install.done' | 'install.failed'>([
  ['done', 'install.done'],
  ['failed', 'install.failed'],
]);

/** Reason for events, and the sentence that the installer's log shows. */
function whyRefused({ name }: Machine, state: InstallState): readonly [string, string] {
  const again = `; to install it (again): pxectl machines arm ${name}`;
  if (state.kind === 'installed') return ['spent', `${name} was installed at ${state.at}${again}`];
  if (state.kind === 'failed') {
    return ['spent', `the install of ${name} failed at ${state.at}: ${state.message}${again}`];
  }
  if (state.kind === 'unreported') {
    return [
      'spent',
      `the boot at ${state.since} has used the order to install ${name}, and never reported${again}`,
    ];
  }
  if (state.kind === 'armed' && state.running !== undefined) {
    const { since } = state.running;
    return [
      'not-armed',
      `the boot of ${name} at ${since} was disarmed; the order of ${state.by} is for the boot after it`,
    ];
  }
  return ['not-armed', `nobody has armed the install of ${name}; run: pxectl machines arm ${name}`];
}

/**
 * `/report/<mac>/progress` (and without a word behind it) takes how far the installer is, `/report/<mac>/done` its end,
 * `/report/<mac>/failed` that it gave up, `/report/<mac>/hardware` what it found in the machine: from that machine alone, as with
 * seeds.
 */
async function takeReport(
  input: MachineRoutesInput,
  request: HttpRouteRequest,
): Promise<HttpRouteResponse | undefined> {
  const asked = machineOf(input, request);
  if (!asked || request.method === 'HEAD') return undefined;
  const { key, machine, mac, rest } = asked;
  const stranger = await strangerOf(input, asked, request, 'report');
  // what an unknown card says of itself is told as nothing that became of a machine; what it is made of it may say
  const isOfNobody = machine === undefined && rest !== 'hardware';
  if (stranger !== undefined || isOfNobody) {
    const message =
      stranger === undefined
        ? `no machine of the configuration has ${key}, so there is no install to report of; pxectl machines adopt ${key} adds it`
        : `this report is for ${key}; it came from ${stranger.who}`;
    input.sink.emit({
      type: 'report.refused',
      ip: request.ip,
      // it tells of whoever sent it, and nothing of the machine that it names
      ...(request.mac === undefined ? {} : { mac: request.mac }),
      detail: { path: printable(request.path), message },
    });
    return text(403, `${message}\n`);
  }
  const body = await request.readBody();
  if (rest === 'hardware') {
    // behind a relay nobody knows the card of a machine that has none in the file
    if (mac !== undefined) input.inventory.learn(mac, hardwareReport(body));
    return text(200, 'ok\n');
  }
  const { sink, installs } = input;
  const about = { ...(mac === undefined ? {} : { mac }), ip: request.ip };
  const progress = readProgress(body, rest);
  const detail = { ...progress, machine: machine?.name, message: progressText(progress) };
  const type = REPORT_EVENTS.get(rest) ?? 'install.progress';
  sink.emit({ type, ...about, detail });
  if (machine?.install !== undefined) {
    if (type === 'install.progress') installs.heard(key, mac);
    if (type === 'install.done') await installs.report(key);
    if (type === 'install.failed') await installs.fail(key, detail.message);
  }
  return text(200, 'ok\n');
}

/** What iPXE tells of the machine that it runs on, `/seen/<mac>?…`: of itself alone, on the network that its card is seen on. */
function takeFacts(input: MachineRoutesInput, request: HttpRouteRequest): HttpRouteResponse | undefined {
  const [, , word = '', ...rest] = request.path.split('/');
  const mac = parseMac(word);
  if (mac === undefined || rest.length > 0 || request.method === 'POST') return undefined;
  if (isBrowser(request.userAgent)) return text(403, 'a browser is no machine that boots\n');
  if (request.mac !== mac) return text(403, `that is told by ${whoAsks(mac, request)}\n`);
  const { query } = request;
  const macs = [0, 1, 2, 3].map((card) => query.get(`mac${card}`) ?? '').filter((word) => word !== '');
  input.inventory.learn(
    mac,
    toldFacts((key) => (key === 'macs' ? macs : (query.get(key) ?? undefined))),
  );
  return text(200, 'ok\n');
}
