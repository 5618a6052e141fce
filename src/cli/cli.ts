import { resolve } from 'node:path';
import type { Command } from 'commander';
import { EXIT } from './exit-codes.ts';
import { Output } from './output.ts';
import { reportError } from './report-error.ts';

/** Options that every command understands. */
export interface GlobalOptions {
  readonly config?: string;
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
  /** aborted by the first ^C or SIGTERM; a second ^C ends pxectl at once */
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
      const args = command.processedArgs.flat().filter((arg): arg is string => typeof arg === 'string');
      exitCode = (await run({ output, options, args, signal: interrupts.signal })) ?? EXIT.ok;
    } catch (error) {
      exitCode = interrupts.signal.aborted && isAbort(error) ? EXIT.interrupted : -1;
      if (exitCode === -1) exitCode = reportError(error, output, options.json === true);
    } finally {
      interrupts.release();
    }
    process.exitCode = exitCode;
  };
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || error.name === 'Interrupted');
}

function interruptible(output: Output): { readonly signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  const onSignal = (name: NodeJS.Signals): void => {
    if (controller.signal.aborted && name === 'SIGINT') process.exit(EXIT.interrupted);
    if (name === 'SIGINT') output.progress('stopping (press ^C again to force)');
    controller.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    signal: controller.signal,
    release() {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
}

/** The configuration file asked for: --config, else $PXECTL_CONFIG; undefined: look upwards from here. */
export function requestedConfigPath(options: GlobalOptions): string | undefined {
  const path = options.config ?? process.env['PXECTL_CONFIG'];
  return path === undefined || path === '' ? undefined : resolve(path);
}
