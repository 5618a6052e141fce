import { expect, it } from 'vitest';
import { frame, type FrameFacts, type Size } from '../../../../src/cli/live/frame.ts';
import { widthOf } from '../../../../src/cli/live/fit.ts';
import { LiveModel } from '../../../../src/cli/live/live-model.ts';
import { FIRST_SCREEN, filtered, type Screen } from '../../../../src/cli/live/live-screen.ts';
import { machinePage } from '../../../../src/cli/live/machine-page.ts';
import { NO_PAINT } from '../../../../src/cli/live/paint.ts';
import { StagePast } from '../../../../src/model/stage-past.ts';
import { event, mac, machine, START } from './live-support.ts';

const HOSTILE = '/\u001b[2J\r\u202e<script>\u0007名前名前.efi';

function facts(count: number, screen: Partial<Screen> = {}): FrameFacts {
  const live = new LiveModel();
  live.know({ machines: Array.from({ length: count }, (_, n) => machine(n)), vendors: new Map() });
  live.take(event(0, 'dhcp.discover'));
  live.take(event(0, 'tftp.missing', { path: HOSTILE }));
  live.take(event(0, 'http.get', { path: `/images/x/linux${HOSTILE}` }));
  live.setTransfers(
    [
      {
        ...{ mac: mac(0), ip: event(0, 'http.get').ip!, path: `/images/x/linux${HOSTILE}` },
        ...{ startedAt: new Date(START).toISOString(), sentBytes: 5_000_000, sizeBytes: 10_000_000 },
      },
    ],
    START + 1_000,
  );
  const all = live.rows(START + 1_000);
  live.close();
  const whole = { ...FIRST_SCREEN, ...screen };
  const row = all[0]!;
  return {
    ...{ title: 'built-in servers', all, rows: filtered(all, whole.filter), news: live.news() },
    ...{ screen: whole, paint: NO_PAINT, nowMs: START + 1_000 },
    page:
      whole.page === 'machine'
        ? machinePage(
            { row, boot: live.bootOf(row), vendor: undefined, past: new StagePast(), nowMs: START + 1_000 },
            80,
          )
        : [],
  };
}

it('is one row a machine in 80 columns, with a bar, a rate and what remains, and what happened below', () => {
  const lines = frame(facts(3), { columns: 80, rows: 12 });
  expect(lines[0]).toMatch(/^built-in servers +3 machines, 1 booting, 0 with a problem$/);
  expect(lines).toHaveLength(12);
  expect(lines[2]).toMatch(/^> node-0 +bios +\S+ +1 s +\[#{4}\.{4}\] 50% 5\.0 MB\/s 1 s *$/);
  expect(lines[3]).toMatch(/^ {2}node-1 /);
  expect(lines.join('\n')).toContain('asks for an address and a boot server');
  expect(lines.at(-1)).toContain('q quit');
});

it('never has more lines or longer ones than there is room for, however small, and nothing that a terminal acts upon', () => {
  const sizes: Size[] = [
    ...[1, 2, 5, 11, 40, 80, 200].flatMap((columns) => [1, 3, 4, 6, 24].map((rows) => ({ columns, rows }))),
  ];
  const screens: Partial<Screen>[] = [
    {},
    { page: 'machine' },
    { page: 'help' },
    { isTyping: true, filter: 'nobody at all' },
    { asks: 'yes', question: 'the next network boot of node-0 installs unattended and may wipe the disk' },
    { asks: 'power' },
  ];
  for (const screen of screens) {
    const shown = facts(30, screen);
    for (const size of sizes) {
      const lines = frame(shown, size);
      expect(lines.length).toBeLessThanOrEqual(size.rows);
      for (const line of lines) {
        expect(widthOf(line)).toBeLessThanOrEqual(size.columns);
        expect(line).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
      }
    }
  }
});

it('keeps the chosen machine in the window', () => {
  const lines = frame(facts(1_000, { selected: 'node-700' }), { columns: 80, rows: 24 });
  expect(lines.some((line) => line.startsWith('> node-700 '))).toBe(true);
  expect(lines.join('\n')).toMatch(/-- \d+ more --/);
});

it('shows the stages, files and findings of one machine', () => {
  const text = frame(facts(1, { page: 'machine' }), { columns: 80, rows: 24 }).join('\n');
  expect(text).toContain('Stages of the boot of');
  expect(text).toContain('Findings: none');
  expect(text).toMatch(/Files\n.*asked for/);
});
