import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { linesOnTerminal } from '../support/on-terminal.ts';
import { useProject } from '../support/test-project.ts';

const ID = `my-${'very-'.repeat(10)}long-image`;
const NAME = `pc-${'long-'.repeat(10)}name`;
const project = useProject('all');

it('tables of long names fit a terminal of 80 columns', async () => {
  const folder = join(project.layout.images, ID);
  await mkdir(folder, { recursive: true });
  const manifest = {
    ...{ schema: 'pxectl.image/1', id: ID, title: ID, distribution: 'debian', release: '12' },
    ...{ architecture: 'amd64', files: [], origin: '/srv/own.iso', verification: 'signature' },
    ...{ verifiedBy: `the key of ${'somebody '.repeat(9)}`, verifiedAt: '2026-01-01T00:00:00.000Z' },
    boot: { arguments: [], seedArguments: [], seedFormat: 'none', ramMiB: 1024 },
  };
  await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest));
  for (const last of ['01', '02', '03'])
    await project.cli(
      'machines',
      'add',
      `52:54:00:00:00:${last}`,
      '--name',
      `${NAME}-${last}`,
      '--image',
      'local',
    );
  await project.up();
  try {
    const tables = [
      ['images'],
      ['images', '--available'],
      ['machines'],
      ['machines', '--unknown'],
      ['history'],
    ];
    for (const command of [...tables, ['status', '--all']]) {
      for (const line of await linesOnTerminal(command, project.path))
        expect(line.length, `${command.join(' ')}: ${line}`).toBeLessThan(81);
    }
    expect((await linesOnTerminal(['images'], project.path)).join()).toContain('my-very-very');
    // whoever reads a pipe gets everything
    expect((await project.cli('images')).stdout).toContain(ID);
    expect((await project.cli('status', '--all')).stdout).toContain(join(project.path, 'pxectl.yaml'));
  } finally {
    await project.cli('down');
  }
});
