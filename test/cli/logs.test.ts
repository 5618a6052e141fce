import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BootEvent } from '../../src/model/boot-event.ts';
import { start } from '../../src/platform/long-running.ts';
import { configText, prepareState } from '../support/engine/prepare-state.ts';
import { makeFolder, pxectl } from '../support/pxectl-process.ts';

const NODE = '52:54:00:12:34:56';
const OTHER = '52:54:00:00:00:99';
const HOSTILE = '\u001b[31m</b>\n2026-01-01 00:00:00  forged';

describe('pxectl logs', () => {
  let folder: Awaited<ReturnType<typeof makeFolder>>;
  const cli = (...args: readonly string[]) => pxectl(['logs', ...args], { cwd: folder.path });
  const lines = async (...args: readonly string[]) =>
    (await cli(...args)).stdout.split('\n').filter((line) => line !== '');
  const event = (time: string, type: string, more: object = {}): BootEvent =>
    ({ time: `2026-11-${time}:00.000Z`, type, detail: {}, ...more }) as BootEvent;

  beforeAll(async () => {
    folder = await makeFolder();
    await prepareState(
      folder.path,
      configText(
        'proxy',
        `machines: [{ mac: ${NODE}, name: node-1 }, { mac: 52:54:00:12:34:57, name: node-2 }]`,
      ),
    );
    const events = [
      event('01T10:00', 'dhcp.discover', { mac: NODE, firmware: 'uefi-x64' }),
      event('02T10:00', 'dhcp.offer', { mac: NODE, ip: '192.168.1.60', detail: { file: 'a.efi' } }),
      event('02T10:01', 'http.get', { ip: '192.168.1.60', detail: { path: '/boot.ipxe' } }),
      event('03T10:00', 'dhcp.offer', { mac: OTHER, ip: '192.168.1.60', detail: { file: HOSTILE } }),
      event('03T10:01', 'http.get', { ip: '192.168.1.60', detail: { path: HOSTILE } }),
      event('04T10:00', 'machine.state', { detail: { machine: 'node-1', from: 'idle', to: 'armed' } }),
    ];
    await writeFile(
      join(folder.path, '.pxectl/events.jsonl'),
      events.map((one) => `${JSON.stringify(one)}\n`).join(''),
    );
  });
  afterAll(() => folder.remove());

  it('has the date of each event, one line each, whatever a network says', async () => {
    const all = await lines();
    expect(all).toHaveLength(6);
    for (const line of all) expect(line).toMatch(/^2026-11-0\d \d\d:00:00|^2026-11-0\d \d\d:01:00/);
    expect(all.join('')).not.toContain('\u001b');
  });

  it('shows a machine: its cards, the addresses that they had, and what says its name', async () => {
    expect((await lines('--machine', 'node-1')).map((line) => line.slice(8, 10))).toEqual([
      '01',
      '02',
      '02',
      '04',
    ]);
    // an address is of whoever had it last
    expect(await lines('--machine', '52-54-00-00-00-99', '--since', '2026-11-02')).toHaveLength(2);
    expect(await lines('--machine', 'node-2')).toEqual([]);
    const unknown = await cli('--machine', 'node-3');
    expect(unknown).toMatchObject({ exitCode: 2 });
    expect(unknown.stderr).toContain('did you mean node-');
  });

  it('shows types and kinds, and times', async () => {
    expect(await lines('--type', 'dhcp')).toHaveLength(3);
    expect(await lines('--type', 'dhcp.offer', '--type', 'machine.*')).toHaveLength(3);
    expect(await lines('--since', '2026-11-02T10:01:00Z', '--until', '2026-11-03T10:01:00Z')).toHaveLength(2);
    expect(await lines('--since', '1h')).toEqual([]);
    expect(
      (await lines('--json', '--type', 'http.get')).map((line) => (JSON.parse(line) as BootEvent).type),
    ).toEqual([...['http.get', 'http.get']]);
    const wrong = await cli('--type', 'dhcp.ofer');
    expect(wrong).toMatchObject({ exitCode: 2 });
    expect(wrong.stderr).toContain('did you mean dhcp.offer?');
    expect(await cli('--until', 'soon')).toMatchObject({ exitCode: 2 });
  });

  it('follows what comes, with the same wishes', async () => {
    const told: string[] = [];
    const program = join(import.meta.dirname, '../../bin/pxectl.js');
    const logs = start(process.execPath, [program, 'logs', '-f', '--type', 'machine', '--json'], {
      cwd: folder.path,
    });
    logs.onLine((line) => told.push(line));
    try {
      await expect.poll(() => told).toHaveLength(1);
      const late = [event('05T10:00', 'dhcp.offer'), event('05T10:01', 'machine.state')];
      await appendFile(
        join(folder.path, '.pxectl/events.jsonl'),
        late.map((one) => `${JSON.stringify(one)}\n`).join(''),
      );
      await expect
        .poll(() => told.map((line) => (JSON.parse(line) as BootEvent).time.slice(8, 10)))
        .toEqual(['04', '05']);
    } finally {
      logs.kill('SIGTERM');
      await logs.ended;
    }
  });
});
