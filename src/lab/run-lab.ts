import { rm, truncate, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { BootEvent } from '../model/boot-event.ts';
import type { Config, EngineChoice, NetworkMode } from '../model/config.ts';
import type { StateLayout } from '../model/state-layout.ts';
import { parseMac, type MacAddress } from '../protocol/addresses.ts';
import { followLog } from '../platform/follow-log.ts';
import type { FileFollower } from '../platform/follow-text.ts';
import { outputFileMode } from '../platform/output-file.ts';
import { BootTimeline } from './boot-timeline.ts';
import { prepareLabProject, type LabLoader, type LabProject } from './lab-project.ts';
import { claimLabFolder, sweepLabs } from './lab-record.ts';
import { describeFailure } from './lab-failure.ts';
import { goalsOf, missingGoal, type LabGoals } from './lab-goals.ts';
import type { LabReport, LabStageRecord } from './lab-report.ts';
import { refuseOtherSystem } from '../platform/host-system.ts';
import { requireLabTools } from './lab-tools.ts';
import type { LabFirmware } from './lab-firmware.ts';
import { startMachine, type VirtualMachine } from './machine.ts';
import { newLabId } from './namespaces.ts';
import { startPxectlBootServer, type LabBootServer } from './pxectl-boot-server.ts';
import { whyStandingStill } from './stage-deadlines.ts';
import { startLabDocker, type LabDocker } from './lab-docker.ts';
import { createVirtualLan, type VirtualLan } from './virtual-lan.ts';

export interface LabRunOptions {
  readonly firmware: LabFirmware;
  readonly engine: EngineChoice;
  /** whose images and loaders are booted */
  readonly userLayout: StateLayout;
  readonly userConfig?: Config;
  readonly image?: string;
  readonly loader?: LabLoader;
  readonly mode?: NetworkMode;
  /** for the whole boot; default 300 s, with `install` two hours */
  readonly timeoutMs?: number;
  /** default: what the image needs, at least 1024 */
  readonly memoryMiB?: number;
  /** follow an installation with this seed, on a virtual disk, to the login prompt of what it installed */
  readonly install?: { readonly seedFile: string; readonly diskGiB: number };
  /** file for a picture of the screen at the end */
  readonly screenshotFile?: string;
  /** keep logs, events and the capture of a good run too */
  readonly keepFolder?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: LabProgress) => void;
  /** what answers PXE clients; default: `pxectl up` on a configuration of the lab's own */
  readonly bootServer?: (lan: VirtualLan) => Promise<LabBootServer>;
}

/** What happens during a run, for people who watch. */
export type LabProgress =
  | { readonly kind: 'step'; readonly text: string }
  /** a stage begins; the one before it is complete now */
  | { readonly kind: 'stage'; readonly started: LabStageRecord; readonly before?: LabStageRecord }
  | { readonly kind: 'serial'; readonly line: string; readonly sinceMs: number };

/** The folder below the state folder that holds labs. */
export function labRootOf(layout: StateLayout): string {
  return join(layout.root, 'lab');
}

/** Packets worth keeping: everything but the bulk of big transfers. */
const CAPTURE_FILTER =
  'arp or icmp or (udp and (less 700 or port 67 or port 68 or port 4011)) or (tcp and less 700)';

const NOTES = [
  'the machine is emulated in software (QEMU TCG): times are those of the emulation, not of hardware',
];

/**
 * Boots a virtual machine in a virtual LAN and says how far it came. Everything it made is gone afterwards, also
 * when it throws or is aborted; a failed run leaves its folder.
 * @throws PxectlError when the lab itself cannot be made (privilege, tools, image, engine); the signal's reason on abort
 */
export async function runLab(options: LabRunOptions): Promise<LabReport> {
  const say = (text: string): void => options.onProgress?.({ kind: 'step', text });
  // QEMU opens it at the end: a pipe would hold it up for ever
  if (options.screenshotFile !== undefined) await outputFileMode(options.screenshotFile);
  refuseOtherSystem('pxectl lab run');
  await requireLabTools(options.firmware);
  const labRoot = labRootOf(options.userLayout);
  for (const lab of await sweepLabs(labRoot)) {
    say(`took away what an earlier run left: ${[...lab.namespaces, ...lab.processes].join(', ')}`);
  }
  const id = newLabId();
  const folder = join(labRoot, id);
  await claimLabFolder(folder, id);
  let report: LabReport | undefined;
  try {
    report = await runInFolder(options, { id, folder, say });
  } catch (error) {
    // ^C reaches the lab's programs too: that they ended is then no error of theirs
    options.signal?.throwIfAborted();
    throw error;
  } finally {
    // a run that never came to boot (no image, no privilege) leaves nothing worth a look
    const isWorthKeeping = report !== undefined && (!report.ok || options.keepFolder === true);
    if (!isWorthKeeping) await rm(folder, { recursive: true, force: true });
  }
  return report.ok && options.keepFolder !== true ? report : { ...report, folder };
}

interface LabPlace {
  readonly id: string;
  readonly folder: string;
  readonly say: (text: string) => void;
}

async function runInFolder(options: LabRunOptions, place: LabPlace): Promise<LabReport> {
  const { id, folder, say } = place;
  const { firmware } = options;
  const mac = macOfLab(id);
  const project = await prepareLabProject({
    ...{ ...options, folder, mac },
    isServedElsewhere: options.bootServer !== undefined,
    ...(options.install === undefined ? {} : { seedFile: options.install.seedFile }),
  });
  for (const note of project.notes) say(note);
  // the router of an isolated network is pxectl itself
  const lan = await createVirtualLan({ id, folder, ...(project.mode === 'full' ? { router: false } : {}) });
  const cleanups: (() => Promise<void>)[] = [() => lan.destroy()];
  try {
    say(`virtual LAN pxl${id}: server 192.168.1.50, router 192.168.1.1 with a DHCP server of its own`);
    const capture = await lan.capture(join(folder, 'boot.pcap'), [CAPTURE_FILTER]);
    const docker = await startDockerIfAsked(lan, options, folder);
    if (docker !== undefined) cleanups.push(() => docker.stop());
    const server = await startServer(lan, options, project, docker?.environment);
    cleanups.push(() => server.stop());
    say(`boot server: ${server.description}`);
    options.signal?.throwIfAborted();

    const poweredOnAtMs = Date.now();
    const timeline = new BootTimeline(mac, poweredOnAtMs, (started, before) =>
      options.onProgress?.({ kind: 'stage', started, ...(before === undefined ? {} : { before }) }),
    );
    const events: BootEvent[] = [];
    const follower = followEventsFile(server.eventsFile, (event) => {
      events.push(event);
      if (events.length > 5000) events.shift();
      timeline.takeEvent(event);
    });
    if (follower !== undefined) cleanups.push(() => follower.stop());
    const disk = options.install === undefined ? undefined : await emptyDisk(folder, options.install.diskGiB);
    const machine = await startMachine(lan, {
      firmware,
      mac,
      folder: join(folder, 'machine'),
      memoryMiB: options.memoryMiB ?? Math.max(1024, project.image.boot.ramMiB),
      ...(disk === undefined ? {} : { disk }),
      onSerial: (line) => {
        timeline.takeSerialLine(line, Date.now());
        options.onProgress?.({ kind: 'serial', line, sinceMs: Date.now() - poweredOnAtMs });
      },
    });
    cleanups.push(() => machine.stop());
    const wanted = goalsOf(project.image, server.eventsFile !== undefined, options.install !== undefined);
    const why = await waitForBoot({ options, timeline, machine, server, poweredOnAtMs, wanted });
    const screenshot = await takeScreenshot(machine, options.screenshotFile);
    const totalMs = Date.now() - poweredOnAtMs;
    await machine.stop();
    await capture.stop();
    return {
      schema: 'pxectl.lab/1',
      ok: why === undefined,
      goals: wanted.goals,
      firmware,
      loader: project.loader,
      engine: options.bootServer === undefined ? options.engine : 'other',
      mode: project.mode,
      image: project.image.id,
      mac,
      accelerator: 'tcg',
      notes: [...project.notes, ...NOTES],
      stages: timeline.stages(),
      totalMs,
      ...(why === undefined
        ? {}
        : { failure: describeFailure({ why, timeline, serialLines: machine.serialLines(), events, mac }) }),
      ...(screenshot === undefined ? {} : { screenshot }),
    };
  } finally {
    // the machine first, then what serves it, the LAN last; one that fails must not keep the others
    for (const cleanUp of cleanups.reverse()) await cleanUp().catch(() => undefined);
  }
}

/** As big as a disk for whoever looks, and empty: it takes the room of what is written to it. */
async function emptyDisk(folder: string, sizeGiB: number): Promise<string> {
  const file = join(folder, 'disk.img');
  await writeFile(file, '');
  await truncate(file, sizeGiB * 2 ** 30);
  return file;
}

/** A locally chosen MAC in QEMU's range, different for each lab. */
function macOfLab(id: string): MacAddress {
  const mac = parseMac(`525400${id}`);
  if (mac === undefined) throw new Error(`lab id ${id} is not six hex digits`);
  return mac;
}

/** The lab's network is not the machine's: the machine's own Docker Engine would serve the wrong one. */
async function startDockerIfAsked(
  lan: VirtualLan,
  options: LabRunOptions,
  folder: string,
): Promise<LabDocker | undefined> {
  if (options.engine !== 'docker' || options.bootServer !== undefined) return undefined;
  return startLabDocker(lan, folder);
}

async function startServer(
  lan: VirtualLan,
  options: LabRunOptions,
  project: LabProject,
  env: Readonly<Record<string, string>> = {},
): Promise<LabBootServer> {
  if (options.bootServer !== undefined) return options.bootServer(lan);
  return startPxectlBootServer(lan, {
    configPath: project.configPath,
    layout: project.layout,
    engine: options.engine,
    env,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
}

function followEventsFile(
  path: string | undefined,
  onEvent: (event: BootEvent) => void,
): FileFollower | undefined {
  if (path === undefined) return undefined;
  return followLog(path, (line) => {
    try {
      onEvent(JSON.parse(line) as BootEvent);
    } catch {
      // a line cut in two by a crash of the writer: the next one is whole again
    }
  });
}

interface WaitInput {
  readonly options: LabRunOptions;
  readonly timeline: BootTimeline;
  readonly machine: VirtualMachine;
  readonly server: LabBootServer;
  readonly poweredOnAtMs: number;
  readonly wanted: LabGoals;
}

/** Resolves with undefined when the boot is good, else with one line that says what did not happen. */
async function waitForBoot(input: WaitInput): Promise<string | undefined> {
  const { options, timeline, machine, server, poweredOnAtMs, wanted } = input;
  const timeoutMs = options.timeoutMs ?? (options.install === undefined ? 300_000 : 7_200_000);
  let death: string | undefined;
  void machine.ended.then((words) => (death ??= `the virtual machine ended by itself: ${words}`));
  void server.died.then((reason) => (death ??= `the boot server ended: ${reason}`));
  for (;;) {
    options.signal?.throwIfAborted();
    timeline.takePrompt(machine.serialLines().at(-1));
    const missing = missingGoal(wanted, timeline);
    if (missing === undefined) return undefined;
    if (death !== undefined) return death;
    const sinceMs = Date.now() - poweredOnAtMs;
    const still = whyStandingStill(timeline, sinceMs, missing);
    if (still !== undefined) return still;
    if (sinceMs > timeoutMs) {
      return `not done within ${Math.round(timeoutMs / 1000)} s; the last stage was ${timeline.current.stage}`;
    }
    await new Promise((wake) => setTimeout(wake, 100));
  }
}

async function takeScreenshot(
  machine: VirtualMachine,
  file: string | undefined,
): Promise<string | undefined> {
  if (file === undefined) return undefined;
  const path = resolve(file);
  await machine.screenshot(path);
  return path;
}
