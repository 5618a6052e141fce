import { resolve } from 'node:path';
import type { Command } from 'commander';
import { PxectlError, usageError } from '../model/errors.ts';
import { nearestWord } from '../model/nearest-word.ts';
import { EXIT } from './exit-codes.ts';
import { exitCodeOfOutput, readerLost } from './lost-reader.ts';
import { Output } from './output.ts';
import { reportError } from './report-error.ts';

/** Options that every command understands. */
export interface GlobalOptions {
  /** as often as it was given; only doctor takes more than one */
  readonly config?: readonly string[];
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly color?: boolean;
  readonly json?: boolean;
}

/** What a command's code is given. */
export interface CommandContext<Options> {
  readonly output: Output;
  readonly options: Options & GlobalOptions;
  readonly args: readonly string[];
  /** aborted by the first ^C or SIGTERM, and when nobody reads stdout any more; a second ^C ends pxectl at once */
  readonly signal: AbortSignal;
}

/** A command's code: resolves with the exit code, or nothing for 0. */
export type CommandRun<Options> = (context: CommandContext<Options>) => Promise<number | undefined>;

/**
 * Makes a commander action of a command's code: output, signals, errors and exit code in one place.
 * The code itself imports what is heavy when it runs, so that `pxectl --help` starts fast.
 */
export function commandAction<Options extends object>(
  run: CommandRun<Options>,
): (...received: unknown[]) => Promise<void> {
  return async (...received) => {
    const command = received.at(-1) as Command;
    const options: Options & GlobalOptions = command.optsWithGlobals();
    const output = new Output({
      isQuiet: options.quiet === true,
      isVerbose: options.verbose === true,
      ...(options.color === false ? { hasColor: false } : {}),
    });
    const interrupts = interruptible(output);
    let exitCode: number;
    try {
      refuseUnknownSubcommand(command);
      refuseOptionOfGroup(command);
      const args = command.processedArgs.flat().filter((arg): arg is string => typeof arg === 'string');
      exitCode = (await run({ output, options, args, signal: interrupts.signal })) ?? EXIT.ok;
    } catch (error) {
      // after ^C a broken connection or a killed child is no bug: it is what was asked for
      const isStopped = interrupts.signal.aborted && !(error instanceof PxectlError);
      if (isStopped) output.verbose(String(error));
      exitCode =
        isStopped || error instanceof Interrupted
          ? EXIT.interrupted
          : reportError(error, output, options.json === true);
    } finally {
      interrupts.release();
      output.settle();
    }
    process.exitCode = exitCodeOfOutput(exitCode);
  };
}

/** A command that has an action and sub-commands (images, machines) takes a mistyped one for an argument. */
function refuseUnknownSubcommand(command: Command): void {
  const [word] = command.args;
  if (command.commands.length === 0 || word === undefined) return;
  const names = command.commands.map((sub) => sub.name());
  const near = nearestWord(word, names);
  throw usageError({
    what: `unknown command '${command.name()} ${word}'`,
    why: near === undefined ? `there are: ${names.join(', ')}` : `did you mean ${near}?`,
    next: `pxectl ${command.name()} --help`,
  });
}

/** `images rm NAME --available`: commander takes an option of the group wherever it stands, and the verb has none. */
function refuseOptionOfGroup(command: Command): void {
  const words = [command.name()];
  for (let group = command.parent; group?.parent; group = group.parent) {
    words.unshift(group.name());
    for (const option of group.options) {
      const name = option.attributeName();
      const isOwn = command.options.some((own) => own.attributeName() === name);
      if (isOwn || group.getOptionValueSource(name) !== 'cli') continue;
      throw usageError({
        what: `unknown option '${option.long ?? option.flags}'`,
        why: `it belongs to pxectl ${group.name()}, and ${words.join(' ')} has no such option`,
        next: `pxectl ${words.join(' ')} --help`,
      });
    }
  }
}

/** Thrown where ^C arrives as a key and not as a signal: at a prompt. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** What stops sooner than this needs no word. */
const QUICK_STOP_MS = 300;

function interruptible(output: Output): { readonly signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  let notice: NodeJS.Timeout | undefined;
  const onSignal = (name: NodeJS.Signals): void => {
    if (controller.signal.aborted && name === 'SIGINT') {
      output.settle();
      process.exit(EXIT.interrupted);
    }
    if (name === 'SIGINT') {
      notice = setTimeout(() => output.progress('stopping (press ^C again to force)'), QUICK_STOP_MS);
    }
    controller.abort();
  };
  const onLostReader = (): void => controller.abort();
  readerLost.addEventListener('abort', onLostReader);
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    signal: controller.signal,
    release() {
      clearTimeout(notice);
      readerLost.removeEventListener('abort', onLostReader);
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
}

/** The configuration file asked for: --config, else $PXECTL_CONFIG; undefined: look upwards from here. */
export function requestedConfigPath(options: GlobalOptions): string | undefined {
  return requestedConfigPaths(options).at(-1);
}

/** Every configuration asked for, in the order of the command line. */
export function requestedConfigPaths(options: GlobalOptions): readonly string[] {
  const paths = options.config ?? [process.env['PXECTL_CONFIG'] ?? ''];
  return paths.filter((path) => path !== '').map((path) => resolve(path));
}
