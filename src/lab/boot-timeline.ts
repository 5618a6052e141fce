import type { BootEvent } from '../model/boot-event.ts';
import { BOOT_STAGES, type BootTrace } from '../model/boot-trace.ts';
import type { MacAddress } from '../protocol/addresses.ts';
import { TraceBuilder } from '../watch/trace-builder.ts';
import type { LabStage, LabStageRecord } from './lab-report.ts';

/** Stages in the order in which a machine goes through them. */
const STAGE_ORDER: readonly LabStage[] = [
  'power-on',
  ...BOOT_STAGES.slice(0, BOOT_STAGES.indexOf('initrd') + 1),
  'kernel-up',
  ...BOOT_STAGES.slice(BOOT_STAGES.indexOf('initrd') + 1),
];

/** The first thing that a Linux kernel says, by itself or as an EFI program. */
const KERNEL_SPEAKS = /\bLinux version \d|\bEFI stub: /;

/** Its last words; what follows them is a register dump. */
const KERNEL_PANICS = /Kernel panic - not syncing: (.*)/;

/** What a system asks on its console when it is up. */
const ASKS_FOR_LOGIN = /\blogin:\s*$/;

/** What firmware and loaders say when a boot fails. */
const SOUNDS_LIKE_FAILURE =
  /PXE-[EMT]\d|HTTP Boot.*(?:error|fail)|Could not retrieve NBP|Remote boot cancell?ed|ipxe\.org\/[0-9a-f]{8}|Security Violation|Access Denied|Failed to load|No such file|not found|start_image\(\) returned|Unable to fetch|No bootable device|Nothing to boot|Kernel panic/i;

/** Follows one machine's boot through the events of its boot server and through what it says on its serial port. */
export class BootTimeline {
  readonly #traces: TraceBuilder;
  readonly #stages = new Map<LabStage, LabStageRecord>();
  readonly #complaints: string[] = [];
  #complainedAtMs: number | undefined;
  #latestTrace: BootTrace | undefined;
  #newest: LabStage | undefined;
  #isSeedRequested = false;
  #isReported = false;
  #isBootedAgain = false;
  #isAtLogin = false;
  #panic: string | undefined;
  #lastSignMs = 0;

  /** @param poweredOnAtMs Unix time; @param onStage told of each new stage and of the one before, now complete */
  constructor(
    private readonly mac: MacAddress,
    private readonly poweredOnAtMs: number,
    private readonly onStage: (started: LabStageRecord, before?: LabStageRecord) => void = () => undefined,
  ) {
    this.#traces = new TraceBuilder([{ mac, name: 'lab', isArmed: true }]);
    this.#reach({ stage: 'power-on', startMs: 0, endMs: 0, detail: '' });
  }

  /** Takes an event; those of other machines are passed over. */
  takeEvent(event: BootEvent): void {
    if (this.#isReported && event.mac === this.mac && event.type.startsWith('dhcp.'))
      this.#isBootedAgain = true;
    const trace = this.#traces.add(event)?.trace();
    if (trace?.mac !== this.mac) return;
    this.#latestTrace = trace;
    this.#lastSignMs = this.#sincePowerOn(event.time);
    if (event.type === 'seed.requested') this.#isSeedRequested = true;
    if (event.type === 'install.done') this.#isReported = true;
    for (const stage of trace.stages) {
      this.#reach({
        stage: stage.stage,
        startMs: this.#sincePowerOn(stage.startedAt),
        endMs: this.#sincePowerOn(stage.startedAt) + (stage.durationMs ?? 0),
        detail: stage.detail,
        ...(stage.sizeBytes === undefined ? {} : { sizeBytes: stage.sizeBytes }),
      });
    }
  }

  /** Takes a line from the serial port. */
  takeSerialLine(line: string, nowMs: number): void {
    const sinceMs = nowMs - this.poweredOnAtMs;
    if (KERNEL_SPEAKS.test(line)) {
      const detail = /Linux version \S+|EFI stub: .*/.exec(line)?.[0] ?? '';
      this.#reach({ stage: 'kernel-up', startMs: sinceMs, endMs: sinceMs, detail });
    }
    this.#panic ??= KERNEL_PANICS.exec(line)?.[1];
    // once the kernel runs, its own log is full of things that were "not found"
    if (this.isKernelUp || !SOUNDS_LIKE_FAILURE.test(line)) return;
    this.#complaints.push(line);
    this.#complainedAtMs ??= sinceMs;
  }

  /** Takes the last line on the serial port, finished or not: a prompt waits at its end. */
  takePrompt(line: string | undefined): void {
    // an installer's own console may ask too, until the machine has begun its next boot
    if (this.#isBootedAgain && line !== undefined && ASKS_FOR_LOGIN.test(line)) this.#isAtLogin = true;
  }

  get isKernelUp(): boolean {
    return this.#stages.has('kernel-up');
  }

  /** Why the kernel stopped for good, in its own words. */
  get panic(): string | undefined {
    return this.#panic;
  }

  /** Of files that are root images: what was sent so far, without a transfer that still goes on. */
  get rootImageBytes(): number {
    return this.#stages.get('root-image')?.sizeBytes ?? 0;
  }

  get isSeedRequested(): boolean {
    return this.#isSeedRequested;
  }

  /** The machine said that it is installed. */
  get isReported(): boolean {
    return this.#isReported;
  }

  /** After that report and the network boot that followed it, a system asked for a login. */
  get isAtLogin(): boolean {
    return this.#isAtLogin;
  }

  /** What sounded like an error before the kernel ran, oldest first. */
  get complaints(): readonly string[] {
    return this.#complaints;
  }

  /** When the first of them came, since power-on. */
  get complainedAtMs(): number | undefined {
    return this.#complainedAtMs;
  }

  /** The furthest stage reached. */
  get current(): LabStageRecord {
    const last = this.stages().at(-1);
    return last ?? { stage: 'power-on', startMs: 0, endMs: 0, detail: '' };
  }

  /** When the boot last moved: a stage was reached or the machine asked for something; ms since power-on. */
  get lastSignMs(): number {
    return Math.max(this.#lastSignMs, ...[...this.#stages.values()].map((record) => record.startMs));
  }

  /** The machine's last boot as its boot server's events tell it; undefined when it was never seen. */
  get latestTrace(): BootTrace | undefined {
    return this.#latestTrace;
  }

  /** Every stage reached, in the order of a boot. */
  stages(): LabStageRecord[] {
    return STAGE_ORDER.flatMap((stage) => this.#stages.get(stage) ?? []);
  }

  #reach(record: LabStageRecord): void {
    const known = this.#stages.get(record.stage);
    const before = known === undefined ? this.#newest : undefined;
    if (known === undefined) this.#newest = record.stage;
    // firmware that falls back and boots again does not move the time at which a stage was first reached
    this.#stages.set(record.stage, known === undefined ? record : { ...record, startMs: known.startMs });
    if (known === undefined)
      this.onStage(record, before === undefined ? undefined : this.#stages.get(before));
  }

  #sincePowerOn(isoTime: string): number {
    return Math.max(0, Date.parse(isoTime) - this.poweredOnAtMs);
  }
}
