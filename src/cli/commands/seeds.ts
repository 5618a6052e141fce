import { Argument, Option, type Command } from 'commander';
import { SEED_KINDS } from '../../model/image.ts';
import { SEED_FAMILIES, type SeedFamilyName } from '../../machines/seeds/new-seed.ts';
import { commandAction, type CommandContext } from '../cli.ts';
import type { CheckSeedsOptions } from '../seeds/check-seeds.ts';
import type { NewSeedOptions } from '../seeds/new-seed.ts';
import type { ShowSeedOptions } from '../seeds/show-seed.ts';

/** `pxectl seeds new|check|show` */
export function registerSeeds(program: Command): void {
  const seeds = program.command('seeds').description('what unattended installs answer their installers with');
  seeds
    .command('new')
    .description(
      'write a seed to begin with: a user, SSH keys, the disk, and the report that it is installed',
    )
    .addArgument(new Argument('<family>', 'what it installs').choices(Object.keys(SEED_FAMILIES)))
    .option('--to <file>', 'where (default: seeds/FAMILY.…)')
    .option('--user <name>', 'who may log in')
    .option('--ssh-key <file>', 'their public keys (default: your own in ~/.ssh)')
    .option('--password-file <file>', 'their password, which is hashed; asked twice on a terminal')
    .option('--password-stdin', 'the same of stdin')
    .option('--disk <device>', 'the disk that is WIPED, as /dev/sda')
    .option('--locale <locale>', 'as en_US.UTF-8')
    .option('--timezone <zone>', 'as Europe/Berlin')
    .option('--keyboard <layout>', 'as us')
    .option('--force', 'write over a file that is there')
    .option('--json', 'one JSON object on stdout')
    .action(commandAction(newSeed));
  seeds
    .command('check')
    .description('fill seeds in, and look at them as the installers will')
    .argument('[names...]', 'machines, or files (default: the seeds of all machines)')
    .addOption(new Option('--kind <kind>', 'what files are, where it cannot be seen').choices(SEED_KINDS))
    .option('--json', 'one JSON object on stdout')
    .action(commandAction(checkSeedsOf));
  seeds
    .command('show')
    .description('the seed of a machine as the installer gets it')
    .argument('<name>', 'whose')
    .argument('[file]', 'of a seed that is a folder')
    .option('--show-secrets', 'with secrets in it, and not with names in their place')
    .option('--json', 'one JSON object on stdout')
    .action(commandAction(showSeedOf));
}

async function newSeed(context: CommandContext<NewSeedOptions>): Promise<number> {
  const { writeNewSeed } = await import('../seeds/new-seed.ts');
  // commander let no other word through
  return writeNewSeed(context, context.args[0] as SeedFamilyName);
}

async function checkSeedsOf(context: CommandContext<CheckSeedsOptions>): Promise<number> {
  const { checkSeeds } = await import('../seeds/check-seeds.ts');
  return checkSeeds(context);
}

async function showSeedOf(context: CommandContext<ShowSeedOptions>): Promise<number> {
  const { showSeed } = await import('../seeds/show-seed.ts');
  return showSeed(context);
}
