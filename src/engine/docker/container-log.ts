import { PassThrough } from 'node:stream';
import type Docker from 'dockerode';
import { linesOf } from './docker-stream.ts';

const NS_PER_SECOND = 1_000_000_000n;

/** The part of dockerode's modem that its types leave out. */
interface Demultiplexer {
  demuxStream(stream: NodeJS.ReadableStream, stdout: PassThrough, stderr: PassThrough): void;
}

/** A container's log, followed until the container ends or `stop` is called. */
export interface FollowedLog {
  /** resolves when the log has ended */
  readonly ended: Promise<void>;
  stop(): void;
}

export interface FollowedLogOptions {
  /** only lines after this moment, nanoseconds since 1970 */
  readonly afterNs?: bigint;
  /** a line without its stamp, the stamp in ISO 8601, and in nanoseconds */
  readonly onLine: (line: string, time: string, stampNs: bigint) => void;
}

/** Follows what a container writes to stdout and stderr, with the Engine's own time stamps. */
export async function followContainerLog(
  container: Docker.Container,
  options: FollowedLogOptions,
): Promise<FollowedLog> {
  const stream = await container.logs({
    follow: true,
    stdout: true,
    stderr: true,
    timestamps: true,
    // the Engine takes whole seconds; what is older than asked for is left out below
    ...(options.afterNs === undefined ? {} : { since: Number(options.afterNs / NS_PER_SECOND) }),
  });
  const text = new PassThrough();
  // both streams of the program are one log
  (container.modem as Demultiplexer).demuxStream(stream, text, text);
  stream.on('end', () => text.end());
  stream.on('close', () => text.end());
  stream.on('error', () => text.end());
  const ended = (async () => {
    for await (const line of linesOf(text)) {
      const stamped = /^(\d{4}-\d\d-\d\dT[\d:]+)(?:\.(\d+))?Z (.*)$/.exec(line);
      if (!stamped) continue;
      const seconds = Date.parse(`${stamped[1]}Z`) / 1000;
      const stampNs = BigInt(seconds) * NS_PER_SECOND + BigInt((stamped[2] ?? '').padEnd(9, '0'));
      if (options.afterNs !== undefined && stampNs <= options.afterNs) continue;
      const time = new Date(Number(stampNs / 1_000_000n)).toISOString();
      options.onLine(stamped[3] ?? '', time, stampNs);
    }
  })();
  return {
    ended,
    stop: () => (stream as unknown as { destroy(): void }).destroy(),
  };
}
