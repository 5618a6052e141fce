import { type BootContext, httpBaseUrl } from '../model/boot-context.ts';
import type { BootSettings, Machine, Profile } from '../model/config.ts';
import { fileOf } from '../model/image.ts';
import { LOADER_PATHS } from '../model/loader.ts';
import { machineFileName, serialHex } from '../model/machine-key.ts';
import { secondStageUrl } from '../plan/plan-boot.ts';
import { bootView, type BootViewEntry, HELD_LINES, HOLD_SECONDS, isMixed } from './boot-view.ts';
import { localLoaders, START_LOCAL_DISK } from './local-loaders.ts';
import { machineMarks, type MachineMark } from './machine-marks.ts';
import { quoteWord } from './quoting.ts';
import { fillTemplate, type ReadTemplate } from './template-engine.ts';

const ATTEMPTS = 5;
const PAUSE_SECONDS = 5;
/** spanning tree keeps a switch port closed for up to 50 s: DHCP must be tried for longer */
const FIRST_STAGE_ATTEMPTS = 12;
const FAILED_PAUSE_MS = 15_000;
/** netX is the card that was opened last: the one that this script came through */
const BOOTIF = 'BOOTIF=01-${netX/mac:hexhyp}';

/** The address of the script of one machine. */
export function machineScriptUrl(context: BootContext, machine: Machine): string {
  return `${httpBaseUrl(context.config)}/machines/${machineFileName(machine)}.ipxe`;
}

/**
 * The script of one machine or of a profile, or (without one) `boot.ipxe`.
 * @param known machines that are sent on to their own script
 */
export function renderIpxeScript(
  context: BootContext,
  readTemplate: ReadTemplate,
  client?: BootSettings,
  known: readonly Machine[] = client === undefined ? context.config.machines : [],
): string {
  const view = bootView(context, client);
  const base = httpBaseUrl(context.config);
  return fillTemplate(readTemplate('boot.ipxe.hbs'), {
    title: view.title,
    seenUrl: client === undefined || 'match' in client ? seenUrl(context) : '',
    machines: machineMarks(known).map((mark) => ruleFor(context, mark)),
    hold: view.isHeld && { ...HELD_LINES, seconds: HOLD_SECONDS, again: secondStageUrl(context) },
    menu: view.isMenu,
    base,
    defaultId: quoteWord(view.defaultId, 'ipxe'),
    timeoutMs: view.timeoutSeconds * 1000,
    entries: view.entries.map((entry) => entryView(context, entry, isMixed(context))),
    attempts: ATTEMPTS,
    pauseSeconds: PAUSE_SECONDS,
    failedPauseMs: FAILED_PAUSE_MS,
    ...localDiskView(context),
  });
}

/** Where iPXE tells what it runs on: once a boot, in the script that every client comes through first. */
function seenUrl(context: BootContext): string {
  const told = {
    uuid: 'uuid',
    maker: 'manufacturer:uristring',
    product: 'product:uristring',
    serial: 'serial:uristring',
    memoryMiB: 'memsize',
    platform: 'platform',
    arch: 'buildarch',
    ...Object.fromEntries([0, 1, 2, 3].map((card) => [`mac${card}`, `net${card}/mac:hexhyp`])),
  };
  const query = Object.entries(told).map(([key, setting]) => `${key}=\${${setting}}`);
  return `${httpBaseUrl(context.config)}/seen/\${netX/mac:hexhyp}?${query.join('&')}`;
}

/** How this iPXE, or GRUB in its place, starts an installed system under UEFI. */
function localDiskView(context: BootContext): Record<string, unknown> {
  const inStore = new Set(context.loaders.files.map((file) => file.path));
  const base = httpBaseUrl(context.config);
  const grub = (path: string): string =>
    inStore.has(path) ? quoteWord(`${base}/loaders/${path}`, 'ipxe') : '';
  return {
    localLoaders: localLoaders(['${cpu}']).map((path) => path.replaceAll('/', '\\')),
    startLocalDisk: START_LOCAL_DISK,
    address: context.config.network.address,
    localGrubX64: grub(LOADER_PATHS.grubX64),
    localGrubArm64: grub(LOADER_PATHS.grubArm64),
  };
}

/** The script that iPXE 2.x looks for beside itself (`autoexec.ipxe`), before it asks DHCP. */
export function renderAutoexec(
  context: BootContext,
  readTemplate: ReadTemplate,
  profile?: Pick<Profile, 'name'>,
): string {
  return fillTemplate(readTemplate('autoexec.ipxe.hbs'), {
    base: httpBaseUrl(context.config),
    secondStageUrl: secondStageUrl(context, profile),
    attempts: FIRST_STAGE_ATTEMPTS,
    pauseSeconds: PAUSE_SECONDS,
    failedPauseMs: FAILED_PAUSE_MS,
  });
}

/** By which iPXE setting a machine is known; a serial number may have spaces in it, and iPXE has no quotes. */
function ruleFor(context: BootContext, { kind, value, machine }: MachineMark): Record<string, string> {
  return {
    setting: { mac: '${netX/mac}', uuid: '${uuid}', serial: '${serial:hexraw}' }[kind],
    value: kind === 'serial' ? serialHex(value) : value,
    url: quoteWord(machineScriptUrl(context, machine), 'ipxe'),
  };
}

function entryView(context: BootContext, entry: BootViewEntry, isCpuNamed: boolean): Record<string, unknown> {
  const { target } = entry;
  const base = `${httpBaseUrl(context.config)}/images/${target.image}`;
  const initrdName = target.initrd.split('/').pop() ?? '';
  // UEFI hands a kernel its initrd by name; a BIOS ignores the argument
  const named = target.arguments.some((argument) => argument.startsWith('initrd='))
    ? []
    : [`initrd=${initrdName}`];
  const isCpuGuarded = isCpuNamed && !entry.isLocal;
  return {
    id: quoteWord(entry.id, 'ipxe'),
    label: entry.label,
    isLocal: entry.isLocal,
    guard: !isCpuGuarded ? '' : entry.isArm64 ? 'iseq ${buildarch} arm64 && ' : 'iseq ${buildarch} arm64 || ',
    // a line that ends in failure ends the script
    guardEnd: isCpuGuarded && entry.isArm64 ? ' ||' : '',
    kernelUrl: entry.isLocal ? '' : quoteWord(`${base}/${target.kernel}`, 'ipxe'),
    initrdUrl: entry.isLocal ? '' : quoteWord(`${base}/${target.initrd}`, 'ipxe'),
    shimUrl: entry.isLocal || entry.isArm64 ? '' : shimUrlFor(context, target.image),
    arguments: entry.isLocal
      ? ''
      : [
          ...named.map((word) => quoteWord(word, 'ipxe')),
          ...(target.passesBootif ? [BOOTIF] : []),
          ...target.arguments.map((word) => quoteWord(word, 'ipxe')),
        ].join(' '),
  };
}

/** The shim that trusts the image's kernel, as a URL; empty without a signed iPXE (older ones do not know the command). */
function shimUrlFor(context: BootContext, imageId: string): string {
  const inStore = new Set(context.loaders.files.map((file) => file.path));
  if (!inStore.has(LOADER_PATHS.ipxeSignedX64)) return '';
  const image = context.images.find((candidate) => candidate.id === imageId);
  const own = image === undefined ? undefined : fileOf(image, 'shim');
  const base = httpBaseUrl(context.config);
  if (own !== undefined) return quoteWord(`${base}/images/${imageId}/${own.path}`, 'ipxe');
  return inStore.has(LOADER_PATHS.shimX64)
    ? quoteWord(`${base}/loaders/${LOADER_PATHS.shimX64}`, 'ipxe')
    : '';
}
