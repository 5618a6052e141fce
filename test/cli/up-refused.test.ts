import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished } from 'vitest';
import { run } from '../../src/platform/processes.ts';
import { itNeeds } from '../support/external-tool.ts';
import { makePrivateNetwork, pxectl } from '../support/pxectl-process.ts';
import { useProject } from '../support/test-project.ts';

const project = useProject();
const { cli } = project;

describe('a second address', () => {
  itNeeds(
    'root',
    'ip',
    'dnsmasq',
  )('is told before dnsmasq starts, which would answer with the first', async () => {
    const own = await makePrivateNetwork();
    onTestFinished(() => own.destroy());
    for (const [verb, address] of [
      ['del', '192.168.1.50/24'],
      ['add', '192.168.1.51/24'],
      ['add', '192.168.1.50/24'],
    ] as const) {
      await run('ip', ['-n', own.namespace, 'address', verb, address, 'dev', 'eno1']);
    }
    const args = ['up', '--no-look', '--engine', 'dnsmasq'];
    const { exitCode, stderr } = await pxectl(args, { cwd: project.path, network: own });
    expect(stderr).toContain('eno1 has 192.168.1.51 before 192.168.1.50');
    expect(stderr).toContain('next: pxectl up --engine builtin');
    expect(exitCode).toBe(6);
  });
});

describe('a full disk', () => {
  itNeeds('root', 'mount')('is named by up --detach, whose log can say nothing', async () => {
    await run('mount', ['-t', 'tmpfs', '-o', 'size=64k,mode=755', 'none', project.layout.run]);
    try {
      await writeFile(join(project.layout.run, 'filler'), Buffer.alloc(256 * 1024)).catch(() => undefined);
      const { exitCode, stderr } = await cli('up', '--detach', '--no-look', '--engine', 'builtin');
      expect(stderr).toContain('no space left');
      expect(exitCode).toBe(4);
    } finally {
      await run('umount', [project.layout.run]);
    }
  });
});
