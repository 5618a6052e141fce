import { execa, type Options, type ResultPromise } from 'execa';
import { childEnvironment } from './child-environment.ts';
import { toolMissing } from './processes.ts';

/** A program that goes on running while pxectl does other work. */
export interface LongRunning {
  readonly pid: number;
  /** resolves when the program has ended, however it ended */
  readonly ended: Promise<{ readonly exitCode: number | undefined; readonly signal: string | undefined }>;
  /** each line of stdout and stderr as it is written */
  onLine(listener: (line: string, stream: 'stdout' | 'stderr') => void): void;
  kill(signal?: NodeJS.Signals): void;
}

export interface StartOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** true: the program outlives pxectl and its output goes nowhere */
  readonly detached?: boolean;
  /** with `detached`: file descriptor that receives stdout and stderr */
  readonly outputFd?: number;
}

/** Starts a program and returns while it runs. It is killed when pxectl ends, unless `detached`. */
export function start(file: string, args: readonly string[], options: StartOptions = {}): LongRunning {
  // execa's types know descriptors 0 to 2 only; any open one is passed on as it is
  const output = (options.outputFd ?? (options.detached === true ? 'ignore' : 'pipe')) as 'ignore' | 'pipe';
  const execaOptions: Options = {
    reject: false,
    buffer: false,
    stdin: 'ignore',
    stdout: output,
    stderr: output,
    detached: options.detached === true,
    cleanup: options.detached !== true,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: childEnvironment(options.env),
    extendEnv: false,
  };
  const child = execa(file, args, execaOptions) as ResultPromise;
  if (options.detached === true) child.unref();
  if (child.pid === undefined) throw toolMissing(file);
  return {
    pid: child.pid,
    ended: child.then((result) => ({ exitCode: result.exitCode, signal: result.signal })),
    onLine(listener) {
      for (const name of ['stdout', 'stderr'] as const) {
        if (child[name]) splitLines(child[name], (line) => listener(line, name));
      }
    },
    kill: (signal = 'SIGTERM') => void child.kill(signal),
  };
}

function splitLines(stream: NodeJS.ReadableStream, onLine: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line.replace(/\r$/, ''));
  });
  stream.on('end', () => {
    if (rest !== '') onLine(rest);
  });
}
