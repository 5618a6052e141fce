import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { inventoryPath } from '../../src/machines/inventory/inventory-file.ts';
import { linesOnTerminal } from '../support/on-terminal.ts';
import { CONFIG, useProject } from '../support/test-project.ts';

const project = useProject();
const { cli, up } = project;
const config = () => readFile(join(project.path, 'pxectl.yaml'), 'utf8');

const MACHINES = `profiles:
  room: { image: local }
# by the door
machines:
  - { mac: "f4:4d:30:00:00:01", name: pc-01 } # loud fan
`;
const seen = (second: number) => ({
  firstSeenAt: `2026-01-01T00:00:0${second}.000Z`,
  lastSeenAt: '2026-01-01T00:01:00.000Z',
  ...{ firmware: 'uefi-x64', hasLoaded: true },
});
const SEEN = {
  'f4:4d:30:00:00:01': { ...seen(0), memoryMiB: 8192, disks: ['sda 500G'], serial: 'S-1' },
  'f8:b1:56:00:00:02': { ...seen(1), maker: 'Dell Inc.', product: 'OptiPlex 7010', serial: 'ABC123' },
  'f8:b1:56:00:00:03': { ...seen(2), maker: '?[2J', product: 'x'.repeat(64) },
};

beforeEach(async () => {
  await project.configure(CONFIG.replace('timeoutSeconds: 5', 'timeoutSeconds: 5, unknown: hold') + MACHINES);
  await writeFile(
    inventoryPath(project.layout),
    JSON.stringify({ schema: 'pxectl.inventory/1', machines: SEEN }),
  );
});

describe('pxectl machines', () => {
  it('lists who was seen and is in no entry, in 80 columns', async () => {
    const { stdout, stderr } = await cli('machines');
    expect(stdout).toMatch(/^pc-01 .*\n\nUNKNOWN +CARD +FIRMWARE +MACHINE +SERIAL +SEEN\n/m);
    expect(stdout).toMatch(/^f8:b1:56:00:00:02 {2}Dell {2}uefi-x64 {2}Dell Inc\. OptiPlex 7010 +ABC123 /m);
    const shown = await linesOnTerminal(['machines'], project.path);
    expect(Math.max(...shown.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(stderr).toContain('pxectl machines adopt MAC');
    expect((await cli('machines', '--unknown')).stdout).not.toContain('pc-01');
    const json = JSON.parse((await cli('machines', '--json')).stdout) as { unknown: unknown[] };
    expect(json.unknown).toHaveLength(2);
    expect(json.unknown[0]).toMatchObject({
      mac: 'f8:b1:56:00:00:02',
      state: 'held',
      cardMaker: 'Dell',
      serial: 'ABC123',
    });
  });

  it('shows what a machine has told of itself', async () => {
    const { stdout } = await cli('machines', 'show', 'pc-01');
    expect(stdout).toMatch(/^ {2}memory +8\.6 GB$/m);
    expect(stdout).toMatch(/^ {2}disks +sda 500G$/m);
    expect(stdout).toMatch(/^ {2}cards +f4:4d:30:00:00:01 Elitegroup/m);
    const json = JSON.parse((await cli('machines', 'show', 'pc-01', '--json')).stdout) as {
      machines: unknown[];
    };
    expect(json.machines[0]).toMatchObject({ seen: { serial: 'S-1', memoryMiB: 8192 } });
  });
});

describe('pxectl machines adopt', () => {
  it('writes several into the file as they came, keeps its comments, and has a running pxectl take them', async () => {
    const before = await config();
    const dry = await cli('machines', 'adopt', '--all', '--name', 'pc-##', '--profile', 'room', '--dry-run');
    expect(dry.stdout.match(/^\+ .*$/gm)).toEqual([
      expect.stringContaining('mac: f8:b1:56:00:00:02, name: pc-02, profile: room'),
      expect.stringContaining('mac: f8:b1:56:00:00:03, name: pc-03, profile: room'),
    ]);
    expect(await config()).toBe(before);
    const asked = await cli('machines', 'adopt', '--all');
    expect(asked).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('2 machines are added') });
    await up();
    const words = ['machines', 'adopt', 'F8B1.5600.0003', 'f8-b1-56-00-00-02', '--name', 'pc-##', '--json'];
    const adopted = await cli(...words);
    expect(adopted.exitCode, adopted.stderr).toBe(0);
    expect(JSON.parse(adopted.stdout)).toMatchObject({
      ...{ changed: true, isInForce: true },
      machines: [
        { mac: 'f8:b1:56:00:00:03', name: 'pc-02' },
        { mac: 'f8:b1:56:00:00:02', name: 'pc-03' },
      ],
    });
    expect(await config()).toContain(
      '# by the door\nmachines:\n  - { mac: "f4:4d:30:00:00:01", name: pc-01 } # loud fan\n',
    );
    expect(await readFile(join(project.path, 'pxectl.yaml.bak'), 'utf8')).toBe(before);
    const script = await readFile(join(project.layout.httpRoot, 'boot.ipxe'), 'utf8');
    expect(script).toContain('/machines/f8-b1-56-00-00-02.ipxe');
    expect(await cli('machines', '--unknown')).toMatchObject({
      stdout: '',
      stderr: expect.stringContaining('nobody was seen'),
    });
  });

  it('refuses what it cannot do, for all of them', async () => {
    const before = await config();
    for (const [args, what] of [
      [['f8:b1:56:00:00:02', '52:54:00:00:00:99'], 'nobody has seen 52:54:00:00:00:99'],
      [['f4:4d:30:00:00:01'], 'pc-01 is a machine of the configuration already'],
      [['f8:b1:56:00:00:02', 'desk'], 'desk is not a MAC address'],
      [['f8:b1:56:00:00:02', '--profile', 'rooms'], 'did you mean room?'],
      [['f8:b1:56:00:00:02', '--name', 'pc-01'], 'pc-01'],
      [[], 'which machines?'],
    ] as const) {
      const { exitCode, stderr } = await cli('machines', 'adopt', ...args);
      expect(stderr).toContain(what);
      expect(exitCode).toBe(2);
    }
    expect(await config()).toBe(before);
  });

  it('says that the running pxectl does not take it, and why', async () => {
    await up();
    await project.configure((await config()).replace('port: 8080', 'port: 8090'));
    const { exitCode, stderr } = await cli('machines', 'adopt', 'f8:b1:56:00:00:02');
    expect(stderr).toContain('the running pxectl does not take it: http.port cannot change');
    expect(exitCode).toBe(1);
  });
});
