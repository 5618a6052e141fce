import { environmentError } from '../model/errors.ts';
import { childEnvironment } from './child-environment.ts';
import { installHint } from './install-hint.ts';

/** What a finished program left behind. A non-zero exit is a result here, not an exception. */
export interface ProcessResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string | Uint8Array;
  readonly timeoutMs?: number;
  /** where pxectl is root, as a user without any rights: for what reads the words of somebody else */
  readonly asNobody?: boolean;
}

/** the user and the group nobody */
const NOBODY_ID = 65_534;

/** Gives a file or folder to whom `asNobody` runs as; where pxectl is not root, that is its own user. */
export async function giveToNobody(path: string): Promise<void> {
  const { chown } = await import('node:fs/promises');
  if (process.getuid?.() === 0) await chown(path, NOBODY_ID, NOBODY_ID);
}

/**
 * Runs a program to its end, without a shell.
 * @throws PxectlError E_TOOL_MISSING when there is no such program, E_TOOL_FAILED when it runs out of time.
 */
export async function run(
  file: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<ProcessResult> {
  // many commands run no program at all, and execa is a third of their start
  const { execa } = await import('execa');
  const result = await execa(file, args, {
    reject: false,
    stripFinalNewline: false,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: childEnvironment(options.env),
    extendEnv: false,
    ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
    ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs }),
    ...(options.asNobody === true && process.getuid?.() === 0 ? { uid: NOBODY_ID, gid: NOBODY_ID } : {}),
  });
  if (result.code === 'ENOENT') throw toolMissing(file);
  if (result.timedOut) {
    throw environmentError('E_TOOL_FAILED', {
      what: `${file} did not finish within ${options.timeoutMs} ms`,
      next: `run it by hand: ${[file, ...args].join(' ')}`,
    });
  }
  return { exitCode: result.exitCode ?? 128, stdout: result.stdout, stderr: result.stderr };
}

/** As `run`, but a non-zero exit throws E_TOOL_FAILED with the program's last words. */
export async function runOrThrow(
  file: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<ProcessResult> {
  const result = await run(file, args, options);
  if (result.exitCode === 0) return result;
  const lastWords = (result.stderr.trim() || result.stdout.trim()).split('\n').slice(-3).join(' | ');
  throw environmentError('E_TOOL_FAILED', {
    what: `${[file, ...args].join(' ')} failed with exit code ${result.exitCode}`,
    ...(lastWords === '' ? {} : { why: lastWords }),
  });
}

/** The path of a program on PATH or in the sbin folders, or undefined. */
export async function findProgram(name: string): Promise<string | undefined> {
  const { access, constants } = await import('node:fs/promises');
  const folders = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/sbin', '/usr/local/sbin'];
  for (const folder of new Set(folders.filter((f) => f !== ''))) {
    const candidate = `${folder}/${name}`;
    try {
      await access(candidate, constants.X_OK);
      return candidate;
    } catch {
      // not here: look in the next folder
    }
  }
  return undefined;
}

/** The error for a program that is not here, with the line that installs it. */
export function toolMissing(file: string): Error {
  const name = file.split('/').pop() ?? file;
  return environmentError('E_TOOL_MISSING', {
    what: `the program ${name} is not installed`,
    next: installHint([name]),
    details: { program: name },
  });
}
