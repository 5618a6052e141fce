import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { formatEvent, formatStage } from '../../../src/cli/trace-view.ts';
import type { Ipv4Address } from '../../../src/protocol/addresses.ts';
import { TftpEvents } from '../../../src/server/tftp/tftp-events.ts';
import { RecordedEvents } from '../../support/recorded-events.ts';

it('shows which file comes near the one that is not there', async () => {
  const root = await mkdtemp(join(tmpdir(), 'pxectl-near-'));
  try {
    await writeFile(join(root, 'lpxelinux.0'), '');
    const sink = new RecordedEvents();
    const events = new TftpEvents({ sink, root, resolveMac: undefined });
    const peer = { address: '192.168.1.7' as Ipv4Address, port: 2000, mac: undefined };
    await events.missing(peer, 'boot/lpxelinux.0');
    await events.missing(peer, 'something-else');
    const time = '2026-01-01T10:00:00.000Z';
    expect(sink.events.map((event) => formatEvent({ time, detail: {}, ...event }))).toEqual([
      '10:00:00  192.168.1.7        asked for boot/lpxelinux.0, which is not there (did you mean lpxelinux.0?)',
      '10:00:00  192.168.1.7        asked for something-else, which is not there',
    ]);
  } finally {
    await rm(root, { recursive: true });
  }
});

it('shows nothing that a terminal acts upon, whatever a client asked for', () => {
  const path = '/\u001b[2J\u009b1A\u202eboot';
  const time = '2026-01-01T10:00:00.000Z';
  expect(formatEvent({ time, type: 'http.missing', detail: { path } })).toContain('asked for /?[2J?1A?boot,');
  const stage = { stage: 'loader', startedAt: time, detail: path } as const;
  expect(formatStage(stage, time)).toContain('/?[2J?1A?boot');
});
