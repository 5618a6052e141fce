import { Option, type Command } from 'commander';
import { NETWORK_MODES, type NetworkMode } from '../../model/config.ts';
import { commandAction, requestedConfigPath, type CommandContext } from '../cli.ts';
import { EXIT } from '../exit-codes.ts';

interface InitOptions {
  readonly interface?: string;
  readonly address?: string;
  readonly mode?: NetworkMode;
  readonly range?: string;
  readonly image?: readonly string[];
  readonly yes?: boolean;
  readonly force?: boolean;
  readonly dryRun?: boolean;
}

/** `pxectl init` */
export function registerInit(program: Command): void {
  program
    .command('init')
    .description(
      'look at the network and write a commented pxectl.yaml, or what is missing into the one that is there',
    )
    .option('--interface <name>', 'interface that the machines are on')
    .option(
      '--address <ipv4>',
      'address of this computer that machines are told; auto: what the interface has at each up',
    )
    .addOption(
      new Option('--mode <mode>', 'proxy: next to a router (default); the others lease addresses').choices(
        NETWORK_MODES,
      ),
    )
    .option(
      '--range <first-last>',
      'addresses that pxe-only and full lease (default: proposed, to be checked)',
    )
    .option('--image <image...>', 'images to serve')
    .option('-y, --yes', 'ask nothing')
    .option('--force', 'change also what an existing pxectl.yaml says of its network')
    .option('--dry-run', 'print the file, write nothing')
    .option('--json', 'one JSON object on stdout')
    .action(commandAction(runInit));
}

async function runInit(context: CommandContext<InitOptions>): Promise<number> {
  const { output, options, signal } = context;
  const { initialise } = await import('../init/initialise.ts');
  const { askForInterface } = await import('../init/ask.ts');
  const { canAsk } = await import('../confirm.ts');
  const { sayConfigEdit } = await import('../say-config-edit.ts');
  const configPath = requestedConfigPath(options);
  const isAsked = options.yes !== true && canAsk(output);
  const result = await initialise({
    ...(options.interface === undefined ? {} : { interfaceName: options.interface }),
    ...(options.address === undefined ? {} : { address: options.address }),
    ...(options.mode === undefined ? {} : { mode: options.mode }),
    ...(options.range === undefined ? {} : { range: options.range }),
    images: options.image ?? [],
    ...(configPath === undefined ? {} : { configPath }),
    isForced: options.force === true,
    isDryRun: options.dryRun === true,
    ...(isAsked ? { ask: (names, proposed) => askForInterface(names, proposed, signal) } : {}),
  });
  const { path, text, network, range, edit } = result;
  for (const line of network.found) output.progress(`found    ${line}`);
  for (const line of network.assumed) output.progress(`assumed  ${line}`);
  if (options.json) {
    const isDryRun = options.dryRun === true;
    output.json({ schema: 'pxectl.init/1', path, dryRun: isDryRun, network: { ...network, range }, text });
  } else if (options.dryRun) output.data(text.trimEnd());
  if (edit !== undefined) sayConfigEdit(output, edit);
  if (edit?.diff === '') output.progress(`${path} says so already`);
  const images = options.image === undefined ? ' IMAGE' : '';
  if (!options.dryRun) output.progress(`wrote    ${path}\nnext     pxectl fetch${images}, then pxectl up`);
  return EXIT.ok;
}
