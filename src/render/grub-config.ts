import type { BootContext } from '../model/boot-context.ts';
import type { BootSettings } from '../model/config.ts';
import { LOADER_PATHS } from '../model/loader.ts';
import { matchingProfiles, profileFolder } from '../plan/match-profile.ts';
import { bootView, type BootViewEntry, HELD_LINES, HOLD_SECONDS, isMixed } from './boot-view.ts';
import { localLoaders, START_LOCAL_DISK } from './local-loaders.ts';
import { grubConfigNames, machineMarks } from './machine-marks.ts';
import { quoteWord } from './quoting.ts';
import { fillTemplate, type ReadTemplate } from './template-engine.ts';

const GRUB_PROGRAMS: readonly string[] = [
  LOADER_PATHS.shimX64,
  LOADER_PATHS.grubX64,
  LOADER_PATHS.shimArm64,
  LOADER_PATHS.grubArm64,
];

/** GRUB's word for "until somebody chooses". */
const WAIT_FOR_EVER = -1;

/** `grub/grub.cfg`, or the file of one machine or of a profile. */
export function renderGrubConfig(
  context: BootContext,
  readTemplate: ReadTemplate,
  client?: BootSettings,
): string {
  const view = bootView(context, client);
  const menuTimeout = view.timeoutSeconds === 0 ? WAIT_FOR_EVER : view.timeoutSeconds;
  return fillTemplate(readTemplate('grub.cfg.hbs'), {
    title: view.title,
    hold: view.isHeld && { ...HELD_LINES, seconds: HOLD_SECONDS },
    serialBaud: context.config.boot.serialBaud,
    address: context.config.network.address,
    defaultId: quoteWord(view.defaultId, 'grub'),
    timeout: view.isMenu ? menuTimeout : 0,
    ...(client === undefined ? rulesFor(context) : {}),
    localLoaders: localLoaders(['x64', 'aa64']).join(' '),
    startLocalDisk: START_LOCAL_DISK,
    entries: view.entries.map((entry) => entryView(entry, isMixed(context))),
  });
}

/** By which variable a machine is known: Debian's signed GRUB reads grub.cfg alone and looks for no file of a machine. */
function rulesFor({ config, loaders }: BootContext): Record<string, unknown> {
  const marks = machineMarks(config.machines);
  const inStore = new Set(loaders.files.map((file) => file.path));
  return {
    // GRUB knows by the name of its boot file which profile took the machine
    profiles: matchingProfiles(config).flatMap((profile) =>
      GRUB_PROGRAMS.filter((path) => inStore.has(path)).map((path) => ({
        bootFile: `${profileFolder(profile)}/${path}`,
        path: `/${profileFolder(profile)}/grub.cfg`,
      })),
    ),
    readsSerial: marks.some(({ kind }) => kind === 'serial'),
    machines: marks.map(({ kind, value, machine }) => ({
      variable: { mac: '$net_default_mac', uuid: '$net_efinet0_clientuuid', serial: '$serial' }[kind],
      value,
      path: `/grub/grub.cfg-${grubConfigNames(machine)[0]}`,
    })),
  };
}

/** @param isCpuNamed true: only machines with the image's CPU see the entry */
function entryView(entry: BootViewEntry, isCpuNamed: boolean): Record<string, unknown> {
  const { target } = entry;
  const base = `/images/${target.image}`;
  return {
    id: quoteWord(entry.id, 'grub'),
    label: entry.label,
    isLocal: entry.isLocal,
    cpu: !isCpuNamed || entry.isLocal ? '' : entry.isArm64 ? 'arm64' : 'x86_64',
    kernel: entry.isLocal ? '' : quoteWord(`${base}/${target.kernel}`, 'grub'),
    initrd: entry.isLocal ? '' : quoteWord(`${base}/${target.initrd}`, 'grub'),
    // unquoted: no word at all where GRUB does not know its card
    arguments: [
      ...(target.passesBootif ? [' $bootif'] : []),
      ...target.arguments.map((word) => ` ${quoteWord(word, 'grub')}`),
    ].join(''),
  };
}
