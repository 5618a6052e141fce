import { PassThrough } from 'node:stream';
import type Docker from 'dockerode';
import { expect, it } from 'vitest';
import { KeptContainer } from '../../../../src/engine/docker/kept-container.ts';

/** An Engine whose first followers say the first line, and then nothing more, as after two rotations of a log. */
function engineThatFallsSilent(): { readonly docker: Docker; readonly asked: unknown[] } {
  const asked: unknown[] = [];
  const lines = ['2026-01-01T10:00:00.000000001Z one\n', '2026-01-01T10:00:00.000000002Z two\n'];
  const container = {
    modem: {
      demuxStream: (stream: PassThrough, stdout: PassThrough) =>
        stream.on('data', (data) => stdout.write(data)),
    },
    start: async () => undefined,
    stop: async () => undefined,
    remove: async () => undefined,
    inspect: async () => ({ State: { Running: true, Status: 'running', Pid: 1 }, RestartCount: 0 }),
    logs: async ({ since }: { readonly since?: number }) => {
      asked.push(since);
      const stream = new PassThrough();
      for (const line of asked.length < 3 ? lines.slice(0, 1) : lines) stream.write(line);
      return stream;
    },
  };
  return { docker: { createContainer: async () => container } as unknown as Docker, asked };
}

it('a log that falls silent is asked for anew, and what was missed is told once', async () => {
  const { docker, asked } = engineThatFallsSilent();
  const told: string[] = [];
  const kept = new KeptContainer({
    ...{ docker, create: {}, name: 'dnsmasq', sink: { emit: () => undefined }, logSilentMs: 50 },
    onLine: (line) => told.push(line),
  });
  await kept.start();
  await expect.poll(() => told, { timeout: 10_000 }).toEqual(['one', 'two']);
  // the Engine knows whole seconds alone
  expect(asked.slice(0, 3)).toEqual([
    undefined,
    Date.UTC(2026, 0, 1, 10) / 1000,
    Date.UTC(2026, 0, 1, 10) / 1000,
  ]);
  await kept.stop();
  const count = asked.length;
  await new Promise((wake) => setTimeout(wake, 150));
  expect([asked.length, told]).toEqual([count, ['one', 'two']]);
});
