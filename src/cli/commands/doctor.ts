import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { DoctorRequest } from '../../doctor/doctor-request.ts';
import { usageError } from '../../model/errors.ts';
import { commandAction, requestedConfigPaths, type CommandContext } from '../cli.ts';
import { EXIT } from '../exit-codes.ts';

interface DoctorFlags {
  readonly log?: string;
  readonly pcap?: string;
  readonly fix?: boolean;
  readonly root?: string;
  readonly here?: boolean;
  readonly probe?: boolean;
  readonly capture?: string;
  readonly bundle?: string;
  readonly strict?: boolean;
}

const MAX_CAPTURE_SECONDS = 3600;

/** `pxectl doctor` */
export function registerDoctor(program: Command): void {
  program
    .command('doctor')
    .description('why a machine does not boot: from a code, a log, a capture, a configuration or the network')
    .argument(
      '[text...]',
      'code, text or URL on the screen, for example PXE-E21; a file (screen, log, capture, configuration); - reads a screen or a log from stdin',
    )
    .option(
      '--log <file>',
      'log of a DHCP, TFTP or web server: dnsmasq, dhcpd, Kea, systemd-networkd, in.tftpd, atftpd, nginx, Apache',
    )
    .option('--pcap <file>', 'packet capture (pcap, pcapng) of anyone')
    .option(
      '--root <folder>',
      'with --config: where the files that it names lie; else only its text is judged',
    )
    .option('--here', 'the same for this computer: --root /')
    .option('--fix', 'with --config dnsmasq.conf: write a corrected copy beside it (dnsmasq.conf.fixed)')
    .option('--probe', 'ask the network as every kind of client; changes no lease; takes half a minute')
    .option('--capture <seconds>', 'record the network for so long, and analyse that')
    .option(
      '--bundle <file.tar.gz>',
      'pack findings, versions, configuration and events, with names and MACs replaced',
    )
    .option('--strict', 'exit 1 for warnings too')
    .option('--json', 'one JSON object on stdout')
    .addHelpText(
      'after',
      `
--config takes pxectl.yaml, or any dnsmasq.conf, pxelinux.cfg, grub.cfg or iPXE script to check; several, and
folders, when --config is given several times. It is judged as text, as somebody else's, unless --root or --here
says where its files lie.

Examples:
  pxectl doctor "PXE-E21 : Remote boot canceled"
  pxectl doctor screen.txt
  pxectl doctor --log dnsmasq.log
  pxectl doctor --log dnsmasq.log --config /etc/dnsmasq.conf
  pxectl doctor --config /etc/dnsmasq.conf --fix
  sudo pxectl doctor --probe`,
    )
    .action(commandAction(runDoctorCommand));
}

async function runDoctorCommand(context: CommandContext<DoctorFlags>): Promise<number> {
  const { output, options, args, signal } = context;
  const { runDoctor } = await import('../../doctor/run-doctor.ts');
  const { printDoctor } = await import('../doctor-view.ts');
  const { readGivenText, readGivenWords } = await import('../../doctor/given-files.ts');
  const { endedBySignals } = await import('../../platform/ended-by-signals.ts');
  const given =
    args.length === 1 && args[0] === '-'
      ? readGivenText(await readTextFromStdin())
      : await endedBySignals(() => readGivenWords(args));
  const configPaths = [...requestedConfigPaths(options), ...(given.configPaths ?? [])];
  const logPath = options.log ?? given.logPath;
  const pcapPath = options.pcap ?? given.pcapPath;
  if (options.fix && configPaths.every((path) => /\.ya?ml$/.test(path))) {
    throw usageError({
      what: '--fix needs a dnsmasq configuration',
      next: 'pxectl doctor --config /etc/dnsmasq.conf --fix',
    });
  }
  const request: DoctorRequest = {
    ...(given.text === undefined || given.text === '' ? {} : { text: given.text }),
    ...(given.textPath === undefined ? {} : { textPath: given.textPath }),
    ...(logPath === undefined ? {} : { logPath }),
    ...(given.logText === undefined ? {} : { logText: given.logText }),
    ...(pcapPath === undefined ? {} : { pcapPath }),
    configPaths,
    ...(options.here ? { root: '/' } : options.root === undefined ? {} : { root: resolve(options.root) }),
    ...(options.capture === undefined ? {} : { captureSeconds: readSeconds(options.capture) }),
    ...(options.bundle === undefined ? {} : { bundlePath: options.bundle }),
    fix: options.fix === true,
    probe: options.probe === true,
    signal,
    onProgress: (line) => output.status(line),
  };
  const { fix, probe, captureSeconds, bundlePath } = request;
  const isReadOnly = !fix && !probe && captureSeconds === undefined && bundlePath === undefined;
  const result = await (isReadOnly ? endedBySignals(() => runDoctor(request)) : runDoctor(request));
  if (options.json) output.json(result);
  else printDoctor(result, output);
  if (signal.aborted) return EXIT.interrupted;
  const isTooMuch =
    options.strict === true && result.findings.some((finding) => finding.severity === 'warning');
  return result.ok && !isTooMuch ? EXIT.ok : EXIT.failure;
}

const MAX_SCREEN_BYTES = 1_000_000;

/** A screen is many lines: they come through a pipe. */
async function readTextFromStdin(): Promise<string> {
  let text = '';
  for await (const chunk of process.stdin.setEncoding('utf8')) {
    text += String(chunk);
    if (text.length > MAX_SCREEN_BYTES)
      throw usageError({
        what: 'what came on stdin is no screen: it is larger than 1 MB',
        next: 'pxectl doctor --log FILE',
      });
  }
  if (text.trim() === '')
    throw usageError({ what: 'nothing came on stdin', next: 'pxectl doctor screen.txt' });
  return text.trim();
}

function readSeconds(text: string): number {
  const seconds = Number(text);
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= MAX_CAPTURE_SECONDS) return seconds;
  throw usageError({ what: `--capture takes seconds from 1 to ${MAX_CAPTURE_SECONDS}, not ${text}` });
}
