import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { buildOci, IMAGE_USER, imageTag } from '../../../.ci/release/oci.ts';
import { ARCHITECTURES } from '../../../.ci/release/package-data.ts';
import { root } from '../../../.ci/release/project.ts';
import { installedPackages } from '../../../src/images/loaders/package-source.ts';
import { startLabDocker, type LabDocker } from '../../../src/lab/lab-docker.ts';
import { createVirtualLan, type VirtualLan } from '../../../src/lab/virtual-lan.ts';
import { hashFile } from '../../../src/images/hashed-copy.ts';
import { run, runOrThrow } from '../../../src/platform/processes.ts';
import { configText, prepareState, TEST_IMAGE } from '../../support/engine/prepare-state.ts';
import { itNeeds } from '../../support/external-tool.ts';
import { builtExecutable } from '../../support/release/built-release.ts';

const itRuns = itNeeds('root', 'dockerd', 'docker', 'docker-compose', 'dpkg-query');

/** The compose file of docs/install.md. */
async function composeExample(): Promise<string> {
  const document = await readFile(join(root, 'docs/install.md'), 'utf8');
  const [, text] = /```yml\n(# compose\.yaml\n[^`]+)```/.exec(document) ?? [];
  if (text === undefined) throw new Error('docs/install.md has no compose.yaml');
  return text;
}

describe('the OCI image', () => {
  let folder: string;
  let lan: VirtualLan;
  let docker: LabDocker;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pxectl-oci-'));
    lan = await createVirtualLan();
    docker = await startLabDocker(lan, folder);
  }, 120_000);
  afterAll(async () => {
    await docker?.stop();
    await lan?.destroy();
    await rm(folder, { recursive: true, force: true });
  });

  const build = async (): Promise<string> =>
    buildOci({
      executable: await builtExecutable(),
      licences: join(root, 'dist/LICENSES.txt'),
      architecture: ARCHITECTURES[0],
      outFolder: folder,
      date: new Date('2026-01-01T00:00:00Z'),
      libraries: installedPackages,
      isQuick: true,
    });
  const compose = (...args: string[]) =>
    runOrThrow('docker-compose', ['--file', join(folder, 'compose.yaml'), ...args], {
      env: docker.environment,
      timeoutMs: 120_000,
    });
  const inClient = async (url: string): Promise<string> => {
    const { stdout, stderr } = await lan.execIn('client', 'curl', ['-sS', '--max-time', '10', url]);
    return stdout + stderr;
  };

  itRuns(
    'is the same to the byte when it is made again; by the compose file of the documents it is loaded, set up, healthy and serves',
    async () => {
      const image = await build();
      const { digest } = await hashFile(image, 'sha256');
      expect((await hashFile(await build(), 'sha256')).digest).toBe(digest);
      const loaded = await runOrThrow('docker', ['load', '--input', image], { env: docker.environment });
      expect(loaded.stdout).toContain(`Loaded image: ${imageTag()}`);

      const project = join(folder, 'pxectl');
      await mkdir(project);
      await runOrThrow('chown', [`${IMAGE_USER}:${IMAGE_USER}`, project]);
      const example = await composeExample();
      // looked after each second, so that nobody waits half a minute here
      await writeFile(
        join(folder, 'compose.yaml'),
        `version: '2.4'\n${example}    healthcheck: { interval: 1s }\n`,
      );
      await compose('run', '--rm', 'pxectl', 'init', '--yes');
      expect(await readFile(join(project, 'pxectl.yaml'), 'utf8')).toContain('interface: br0');
      await prepareState(project, configText());
      await runOrThrow('chown', ['-R', `${IMAGE_USER}:${IMAGE_USER}`, project]);

      await compose('up', '--detach');
      const [id = ''] = (await compose('ps', '--quiet')).stdout.trim().split('\n');
      const inspect = async (format: string): Promise<string> =>
        (await run('docker', ['inspect', '--format', format, id], { env: docker.environment })).stdout.trim();
      await expect.poll(() => inspect('{{.State.Health.Status}}'), { timeout: 90_000 }).toBe('healthy');
      expect(await inClient('tftp://192.168.1.50/autoexec.ipxe')).toContain('#!ipxe');
      expect(await inClient('http://192.168.1.50:8080/boot.ipxe')).toContain(TEST_IMAGE);
      expect((await compose('exec', '-T', 'pxectl', 'pxectl', 'status')).stdout).toContain(
        'built-in proxyDHCP',
      );

      const status = await readFile(`/proc/${await inspect('{{.State.Pid}}')}/status`, 'utf8');
      expect(status).toMatch(new RegExp(`^Uid:\\s+${IMAGE_USER}\\s`, 'm'));
      // CAP_NET_BIND_SERVICE and CAP_NET_RAW
      for (const set of ['CapEff', 'CapBnd']) expect(status).toMatch(new RegExp(`^${set}:\\s+0*2400$`, 'm'));
      await compose('down');
    },
    300_000,
  );
});
