import type { BootEvent } from '../model/boot-event.ts';
import { BOOT_STAGES, type BootStage, type BootTrace, type StageRecord } from '../model/boot-trace.ts';
import { stageOfPath } from '../model/served-path.ts';
import { UNSPECIFIED_IPV4, type Ipv4Address, type MacAddress } from '../protocol/addresses.ts';

const MAX_EVENTS = 2_000;

interface OpenStage {
  stage: BootStage;
  startedAt: string;
  endedAt: string;
  detail: string;
  sizeBytes: number;
}

/** What a trace takes from the configuration. */
export interface TracedMachine {
  readonly mac?: MacAddress;
  readonly name: string;
  readonly isArmed?: boolean;
}

/** A seed is refused to whoever asked for it, who need not be the machine that it is for. */
export function isOwnAddress(event: BootEvent): boolean {
  return event.type !== 'seed.refused';
}

/** One boot of one machine, as far as it has come. */
export class OpenBoot {
  readonly #stages: OpenStage[] = [];
  readonly #events: BootEvent[] = [];
  #ip: Ipv4Address | undefined;
  #firmware: BootTrace['firmware'];
  #isDone = false;
  #trace: BootTrace | undefined;
  lastEventAt: string;
  isLoaderDone = false;

  constructor(
    readonly mac: MacAddress,
    readonly startedAt: string,
    readonly machine: TracedMachine | undefined,
    private readonly keepsEvents = true,
  ) {
    this.lastEventAt = startedAt;
  }

  get eventCount(): number {
    return this.#events.length;
  }

  hasReached(stage: BootStage): boolean {
    return this.#stages.some((open) => BOOT_STAGES.indexOf(open.stage) >= BOOT_STAGES.indexOf(stage));
  }

  take(event: BootEvent): void {
    this.#trace = undefined;
    // what pxectl itself concludes is no sign of the machine
    if (event.type !== 'install.unreported') this.lastEventAt = event.time;
    if (this.keepsEvents && this.#events.length < MAX_EVENTS) this.#events.push(event);
    if (event.ip !== undefined && event.ip !== UNSPECIFIED_IPV4 && isOwnAddress(event)) this.#ip = event.ip;
    // the first firmware seen is the machine's own; iPXE comes after it (or is the ROM itself)
    this.#firmware ??= event.firmware;
    const stage = stageOf(event);
    if (stage === undefined) return;
    if (event.type === 'tftp.done' && stage === 'loader') this.isLoaderDone = true;
    if (event.type === 'http.done' && stage === 'loader') this.isLoaderDone = true;
    if (stage === 'done') this.#isDone = true;
    // iPXE asks DHCP again after the firmware did: those stages are over by then
    if (event.type.startsWith('dhcp.') && this.hasReached('loader')) return;
    this.#record(stage, event);
  }

  #record(stage: BootStage, event: BootEvent): void {
    let open = this.#stages.find((candidate) => candidate.stage === stage);
    if (!open) {
      open = { stage, startedAt: event.time, endedAt: event.time, detail: '', sizeBytes: 0 };
      this.#stages.push(open);
    }
    open.endedAt = event.time;
    open.detail = describe(event) ?? open.detail;
    if (event.type === 'tftp.done' || event.type === 'http.done') {
      open.sizeBytes += Number(event.detail['sentBytes'] ?? event.detail['sizeBytes'] ?? 0);
    }
  }

  /** The same object until the next event. */
  trace(): BootTrace {
    return (this.#trace ??= this.#traceNow());
  }

  #traceNow(): BootTrace {
    const inOrder = [...this.#stages].sort(
      (a, b) => BOOT_STAGES.indexOf(a.stage) - BOOT_STAGES.indexOf(b.stage),
    );
    const stages = inOrder.map((open, index): StageRecord => {
      const isLast = index === inOrder.length - 1;
      return {
        stage: open.stage,
        startedAt: open.startedAt,
        ...(isLast && !this.#isDone ? {} : { endedAt: open.endedAt }),
        durationMs: Date.parse(open.endedAt) - Date.parse(open.startedAt),
        detail: open.detail,
        ...(open.sizeBytes > 0 ? { sizeBytes: open.sizeBytes } : {}),
      };
    });
    return {
      mac: this.mac,
      ...(this.#ip === undefined ? {} : { ip: this.#ip }),
      ...(this.#firmware === undefined ? {} : { firmware: this.#firmware }),
      ...(this.machine === undefined ? {} : { machineName: this.machine.name }),
      ...(this.machine?.isArmed === undefined ? {} : { isUnattended: this.machine.isArmed }),
      startedAt: this.startedAt,
      lastEventAt: this.lastEventAt,
      stages,
      current: stages.at(-1)?.stage ?? 'discover',
      isDone: this.#isDone,
      findings: [],
      events: this.#events,
    };
  }
}

function stageOf(event: BootEvent): BootStage | undefined {
  switch (event.type) {
    case 'dhcp.discover':
      return 'discover';
    case 'dhcp.offer':
    case 'dhcp.request':
    case 'dhcp.ack':
      return 'offer';
    case 'tftp.start':
    case 'tftp.done':
    case 'http.get':
    case 'http.done':
      return stageOfPath(String(event.detail['path'] ?? ''));
    case 'seed.requested':
      return 'install-seed';
    case 'install.progress':
      return 'installing';
    case 'install.done':
      return 'done';
    default:
      return undefined;
  }
}

function describe(event: BootEvent): string | undefined {
  const { path, file, message } = event.detail;
  if (typeof path === 'string') return path;
  if (typeof file === 'string') return file;
  if (typeof message === 'string') return message;
  return event.firmware;
}
