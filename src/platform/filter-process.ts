import { Readable } from 'node:stream';
import { childEnvironment } from './child-environment.ts';

/**
 * Sends bytes through a program and gives what it writes, as it comes. Without a shell, and bounded in memory: a reader
 * that is slow slows the program. A reader that stops ends it.
 * @throws Error with the program's last words when it fails; whatever the source throws
 */
export async function* filterThrough(
  file: string,
  args: readonly string[],
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let trouble: Error | undefined;
  const input = Readable.from(
    (async function* () {
      try {
        yield* source;
      } catch (error) {
        trouble = error instanceof Error ? error : new Error(String(error));
        throw trouble;
      }
    })(),
  );
  const { execa } = await import('execa');
  const child = execa(file, args, {
    reject: false,
    encoding: 'buffer',
    buffer: { stdout: false, stderr: true },
    maxBuffer: 64 * 1024,
    input,
    env: childEnvironment(),
    extendEnv: false,
  });
  try {
    yield* child.iterable({ from: 'stdout', binary: true });
    const result = await child;
    if (trouble !== undefined) throw trouble;
    if (result.exitCode !== 0) {
      throw new Error(
        Buffer.from(result.stderr).toString('utf8').trim().split('\n').at(-1) ?? `${file} failed`,
      );
    }
  } finally {
    child.kill('SIGKILL');
  }
}
