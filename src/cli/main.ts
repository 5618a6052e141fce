import { Command, CommanderError } from 'commander';
import { safeJson, safeOutput } from '../model/printable.ts';
import { errorAddress } from '../model/documentation.ts';
import { packageVersion } from '../platform/packaged-files.ts';
import { EXIT } from './exit-codes.ts';
import { listenForLostReaders } from './lost-reader.ts';
import { registerCommands } from './register-commands.ts';
import { moreAbout } from './report-error.ts';

/** Runs the command line `argv` (as in process.argv) and sets process.exitCode. */
export async function main(argv: readonly string[]): Promise<void> {
  listenForLostReaders();
  const program = buildProgram();
  try {
    await program.parseAsync([...argv]);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    // commander has told people; a program that asked for JSON gets it too
    if (process.exitCode === EXIT.usage && argv.includes('--json')) {
      const message = error.message.replace(/^error: /, '').replaceAll('\n', ' ');
      const json = {
        schema: 'pxectl.error/1',
        error: { code: 'E_USAGE', message, docs: errorAddress('E_USAGE') },
      };
      process.stdout.write(`${safeJson(json, 2)}\n`);
    }
  }
}

/** The whole command tree; commander throws instead of exiting, so that exit codes are ours. */
export function buildProgram(): Command {
  const program = new Command('pxectl')
    .description('Boots any machine on a LAN over the network, next to the router that is already there.')
    .version(packageVersion(), '--version', 'print the version')
    .option(
      '--config <file>',
      'configuration file (default: $PXECTL_CONFIG, or pxectl.yaml here or above)',
      (path: string, before: readonly string[] = []) => [...before, path],
    )
    .option('-q, --quiet', 'no progress, only data and errors')
    .option('-v, --verbose', 'more progress, and stacks with errors')
    .option('--no-color', 'no colours (NO_COLOR works too)')
    .showSuggestionAfterError()
    .showHelpAfterError(`  next: pxectl --help\n${moreAbout('E_USAGE')}`)
    .addHelpText(
      'after',
      `
Examples:
  pxectl up debian-12             everything in one go: look at the network, fetch, serve
  pxectl lab run --firmware uefi-x64  boot a virtual machine in a virtual LAN, nothing leaves this computer
  pxectl doctor PXE-E21           what the code on the screen means, and what to do`,
    );
  program.exitOverride();
  // commander repeats what it does not understand
  program.configureOutput({ outputError: (text, write) => write(safeOutput(text, false)) });
  registerCommands(program);
  for (const command of program.commands) settle(command, `pxectl ${command.name()}`);
  return program;
}

/**
 * What is the same for every command and sub-command: a mistake ends as every other error does, and no argument is
 * ignored. Only a group lets one through (a sub-command inherits that): its action refuses a mistyped sub-command.
 */
function settle(command: Command, words: string): void {
  command
    .exitOverride()
    .showHelpAfterError(`  next: ${words} --help\n${moreAbout('E_USAGE')}`)
    .allowExcessArguments(command.commands.length > 0);
  for (const sub of command.commands) settle(sub, `${words} ${sub.name()}`);
}
