import { resolve } from 'node:path';
import { Option, type Command } from 'commander';
import type { LabLoader } from '../../lab/lab-project.ts';
import { LAB_FIRMWARE_NAMES, labFirmwareNamed, type LabFirmware } from '../../lab/lab-firmware.ts';
import { choiceWithAliases } from '../choice-with-aliases.ts';
import type { LabBootServer } from '../../lab/pxectl-boot-server.ts';
import type { LabProgress } from '../../lab/run-lab.ts';
import type { VirtualLan } from '../../lab/virtual-lan.ts';
import { ENGINE_CHOICES, NETWORK_MODES, type EngineChoice, type NetworkMode } from '../../model/config.ts';
import { usageError } from '../../model/errors.ts';
import { commandAction, requestedConfigPath, type CommandContext } from '../cli.ts';
import { EXIT } from '../exit-codes.ts';
import type { Output } from '../output.ts';

interface LabRunFlags {
  readonly firmware: LabFirmware;
  readonly loader?: LabLoader;
  readonly engine?: EngineChoice;
  readonly mode?: NetworkMode;
  readonly image?: string;
  readonly screen?: string;
  readonly install?: string;
  readonly disk: string;
  readonly timeout?: string;
  readonly memory?: string;
  readonly keep?: boolean;
  readonly dnsmasqConf?: string;
}

/** `pxectl lab run` and `pxectl lab clean` */
export function registerLab(program: Command): void {
  const lab = program
    .command('lab')
    .description('boot a virtual machine in a virtual LAN; nothing leaves this computer');
  lab
    .command('run')
    .addHelpText(
      'after',
      `
Examples:
  sudo pxectl lab run --firmware bios
  sudo pxectl lab run --install seed.cfg --image debian-12
  sudo pxectl lab run --firmware uefi-x64 --dnsmasq-conf dnsmasq.conf --screen screen.png`,
    )
    .description('exit 0 only when the kernel came up, with the root image and the install seed that it has')
    .addOption(
      choiceWithAliases(
        new Option('--firmware <firmware>', 'what the machine boots with'),
        Object.keys(LAB_FIRMWARE_NAMES),
        labFirmwareNamed,
      ).default('uefi', '"uefi-x64"'),
    )
    .addOption(new Option('--loader <loader>', 'first loader').choices(['pxelinux', 'ipxe', 'grub']))
    .addOption(
      new Option('--engine <engine>', 'what answers (default: as in pxectl.yaml)').choices(ENGINE_CHOICES),
    )
    .addOption(new Option('--mode <mode>', 'DHCP mode (default: as in pxectl.yaml)').choices(NETWORK_MODES))
    .option('--image <image>', 'image to boot (default: as in pxectl.yaml, else the first one fetched)')
    .option('--dnsmasq-conf <file>', 'boot from a plain dnsmasq with this configuration instead of pxectl')
    .option('--screen <file.png>', 'write a picture of the screen at the end')
    .addOption(
      new Option(
        '--install <seed>',
        'install with this seed on a virtual disk, to the report and the login prompt of its next boot',
      ).conflicts('dnsmasqConf'),
    )
    .option('--disk <gibibytes>', 'size of the disk that --install makes', '20')
    .option('--timeout <seconds>', 'for the whole boot (default: 300, with --install 7200)')
    .option('--memory <mebibytes>', 'memory of the machine (default: what the image needs, at least 1024)')
    .option('--keep', 'keep logs, events and the capture of a good run too')
    .option('--json', 'one JSON object on stdout')
    .action(commandAction(runLabCommand));
  lab
    .command('clean')
    .description('take away what killed or kept runs left: processes, namespaces, folders')
    .option('--dry-run', 'say what would be taken away')
    .option('--json', 'one JSON object on stdout')
    .action(commandAction(cleanLab));
}

async function runLabCommand(context: CommandContext<LabRunFlags>): Promise<number> {
  const { output, options, signal } = context;
  const { runLab } = await import('../../lab/run-lab.ts');
  const { formatLabEnd, formatLabStage } = await import('../lab-view.ts');
  const { stateFor } = await import('../state-for.ts');
  const state = await stateFor(requestedConfigPath(options));
  const isJson = options.json === true;
  const print = (line: string): void => (isJson ? output.progress(line) : output.data(line));
  const show = (progress: LabProgress): void => {
    if (progress.kind === 'step') output.progress(progress.text);
    else if (progress.kind === 'serial') {
      output.verbose(`${(progress.sinceMs / 1000).toFixed(1).padStart(6)} | ${progress.line}`);
    } else {
      if (progress.before !== undefined) print(formatLabStage(progress.before));
      output.status(`${formatLabStage(progress.started)} …`);
    }
  };
  const { dnsmasqConf } = options;
  const report = await runLab({
    firmware: options.firmware,
    engine: options.engine ?? state.config?.engine ?? 'auto',
    userLayout: state.layout,
    ...(state.config === undefined ? {} : { userConfig: state.config }),
    ...(options.image === undefined ? {} : { image: options.image }),
    ...(options.loader === undefined ? {} : { loader: options.loader }),
    ...(options.mode === undefined ? {} : { mode: options.mode }),
    ...(options.screen === undefined ? {} : { screenshotFile: options.screen }),
    ...(options.memory === undefined ? {} : { memoryMiB: positive('--memory', options.memory) }),
    ...(options.timeout === undefined ? {} : { timeoutMs: positive('--timeout', options.timeout) * 1000 }),
    ...(options.install === undefined ? {} : { install: await installOf(options.install, options.disk) }),
    keepFolder: options.keep === true,
    ...(dnsmasqConf === undefined
      ? {}
      : { bootServer: (lan: VirtualLan) => startFromFile(lan, dnsmasqConf, output) }),
    signal,
    onProgress: show,
  });
  const last = report.stages.at(-1);
  if (last !== undefined) print(formatLabStage(last));
  if (isJson) output.json(report);
  else for (const line of formatLabEnd(report)) output.data(line);
  return report.ok ? EXIT.ok : EXIT.failure;
}

async function installOf(
  seed: string,
  disk: string,
): Promise<{ readonly seedFile: string; readonly diskGiB: number }> {
  const { readTextIfThere } = await import('../../platform/files.ts');
  const seedFile = resolve(seed);
  if ((await readTextIfThere(seedFile)) === undefined) {
    throw usageError({
      what: `there is no seed ${seed}`,
      why: '--install takes the file that the installer gets',
      next: 'pxectl seeds new debian writes one',
    });
  }
  return { seedFile, diskGiB: positive('--disk', disk) };
}

async function startFromFile(
  lan: VirtualLan,
  file: string,
  output: Pick<Output, 'warn'>,
): Promise<LabBootServer> {
  const { readTextIfThere } = await import('../../platform/files.ts');
  const { startDnsmasqBootServer } = await import('../../lab/dnsmasq-boot-server.ts');
  const config = await readTextIfThere(file);
  if (config === undefined) throw usageError({ what: `there is no file ${file}` });
  return startDnsmasqBootServer(lan, {
    config,
    onLeftOut: (lines) =>
      output.warn(
        `${file}: left out, since dnsmasq would run, open or write something of this computer for it: ${lines.join('; ')}`,
      ),
  });
}

async function cleanLab(context: CommandContext<{ readonly dryRun?: boolean }>): Promise<number> {
  const { output, options } = context;
  const { cleanLabs } = await import('../../lab/lab-record.ts');
  const { labRootOf } = await import('../../lab/run-lab.ts');
  const { stateFor } = await import('../state-for.ts');
  const { layout } = await stateFor(requestedConfigPath(options));
  const isDryRun = options.dryRun === true;
  const cleaned = await cleanLabs(labRootOf(layout), isDryRun);
  if (options.json) {
    output.json({ schema: 'pxectl.lab-clean/1', dryRun: isDryRun, ...cleaned });
    return EXIT.ok;
  }
  const prefix = isDryRun ? 'would take away ' : '';
  for (const lab of cleaned.swept) {
    output.data(`${prefix}lab ${lab.id}: ${[...lab.namespaces, ...lab.processes].join(', ')}`);
  }
  for (const folder of cleaned.removedFolders) output.data(`${prefix}${folder}`);
  if (cleaned.swept.length + cleaned.removedFolders.length === 0) output.progress('nothing to take away');
  return EXIT.ok;
}

function positive(flag: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw usageError({ what: `${flag} ${text} is not a whole number above zero` });
}
