import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configText, prepareState } from '../support/engine/prepare-state.ts';
import { makeFolder, pxectl } from '../support/pxectl-process.ts';
import { recordedBoot } from '../support/recorded-boots.ts';

const HOSTILE = `"><script src=//evil/x></script><img src=x onerror='alert(1)'>\u001b[31m\nsecret-host 52:54:00:12:34:56`;

describe('pxectl report', () => {
  let folder: Awaited<ReturnType<typeof makeFolder>>;
  const cli = (...args: readonly string[]) => pxectl(args, { cwd: folder.path });

  beforeAll(async () => {
    folder = await makeFolder();
    await prepareState(
      folder.path,
      configText(
        'proxy',
        'machines: [{ mac: 52:54:00:12:34:56, name: secret-host }, { mac: 52:54:00:12:34:57, name: idle }]',
      ),
    );
    const machineName = 'secret-host';
    const records = [
      recordedBoot({ startedAt: '2026-11-01T10:00:00.000Z', machineName }),
      recordedBoot({ startedAt: '2026-11-02T10:00:00.000Z', machineName, finding: HOSTILE }),
      recordedBoot({
        startedAt: '2026-11-03T10:00:00.000Z',
        machineName: HOSTILE,
        mac: '52:54:00:00:00:99',
        finding: HOSTILE,
      }),
    ];
    await writeFile(join(folder.path, '.pxectl/history.jsonl'), records.join('\n'));
  });
  afterAll(() => folder.remove());

  it('is one file that runs nothing, asks nobody and names nobody, whatever a network says', async () => {
    const { stdout, exitCode } = await cli('report', 'secret-host');
    expect(exitCode).toBe(0);
    expect(stdout.trim()).toBe(join(folder.path, 'boot-20261102-100000.html'));
    const page = await readFile(stdout.trim(), 'utf8');
    // no markup but its own
    expect(page).not.toMatch(/<script|<img|onerror='|evil\/x>/);
    expect(page).not.toContain('\u001b');
    expect(page).toContain('&lt;script');
    expect(page.match(/<(?:link|iframe|object|a|form|base)\b/g)).toBeNull();
    expect(page).toContain(`default-src 'none'; style-src 'sha256-`);
    expect(page).not.toContain('secret-host');
    expect(page).not.toContain('52:54:00:12:34:56');
    expect(page).toContain('machine-1 (02:00:00:00:00:01)');
    // what it is for
    for (const said of ['kernel-not-requested', 'What to do:', 'loader', 'tftp.done', 'pxectl ', 'node v']) {
      expect(page).toContain(said);
    }
  });

  it('takes a boot by its id, whole or in short, also of a machine that nobody configured', async () => {
    const { stdout } = await cli('history', '--json');
    const { boots } = JSON.parse(stdout) as { boots: { id: string; machine: string }[] };
    for (const word of [boots[0]?.id ?? '', boots[0]?.id.slice(-8) ?? '']) {
      const { stdout: json } = await cli('report', word, '--json', '--out', 'first.html');
      expect(JSON.parse(json)).toEqual({
        ...{ schema: 'pxectl.report/1', boot: boots[0]?.id, path: join(folder.path, 'first.html') },
      });
    }
    const page = await readFile(join(folder.path, 'first.html'), 'utf8');
    expect(page).toContain('Nothing is known to be wrong.');
    expect(page).toContain('not kept any more');
    expect(await cli('report', boots[2]?.id ?? '', '--out', 'other.html')).toMatchObject({ exitCode: 0 });
    expect(await readFile(join(folder.path, 'other.html'), 'utf8')).not.toMatch(/<script|<img|52:54:00/);
  });

  it('takes the place of no device, and is printed for -', async () => {
    const { exitCode, stderr } = await cli('report', 'secret-host', '--out', '/dev/full');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('cannot write to /dev/full');
    expect((await stat('/dev/full')).isCharacterDevice()).toBe(true);
    expect((await cli('report', 'secret-host', '--out', '-')).stdout).toMatch(
      /^<!doctype html>[^]*<\/html>$/im,
    );
  });

  it('writes nothing for a machine without a boot, or one that nobody knows', async () => {
    for (const word of ['idle', 'nobody', '20261102-100000-00000000']) {
      const { exitCode, stderr } = await cli('report', word, '--out', 'none.html');
      expect(exitCode).toBe(2);
      expect(stderr).toContain('next: pxectl history lists');
    }
    await expect(stat(join(folder.path, 'none.html'))).rejects.toThrow();
  });
});
