import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect } from 'vitest';
import type { BootEvent } from '../../../src/model/boot-event.ts';
import { start, type LongRunning } from '../../../src/platform/long-running.ts';
import { run } from '../../../src/platform/processes.ts';
import type { FakeRoutes } from '../../support/engine/fake-docker.ts';
import { configText, prepareState } from '../../support/engine/prepare-state.ts';
import { itNeeds } from '../../support/external-tool.ts';
import {
  makeFolder,
  makePrivateNetwork,
  pxectl,
  pxectlCommand,
  type PrivateNetwork,
} from '../../support/pxectl-process.ts';

const json = (value: unknown): { body: string } => ({ body: JSON.stringify(value) });
const NO_REGISTRY =
  'Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io: no such host';
const NO_CONTAINER = 'failed to create task: runc did not terminate successfully: operation not permitted';

/** What an Engine on this host answers; every build and import fails, as without a registry and with a full store. */
const WITHOUT_IMAGE: FakeRoutes = {
  'GET /info': json({ OSType: 'linux', OperatingSystem: 'Debian GNU/Linux 12', KernelVersion: '6.1.0' }),
  'GET /version': json({ Version: '27.3.1', ApiVersion: '1.47' }),
  'GET /containers/json': json([]),
  'POST /build': json({ error: NO_REGISTRY }),
  'POST /images/create': { status: 500, body: JSON.stringify({ message: 'the import was refused' }) },
};
/** The image is there, but no container of it starts. */
const WITHOUT_CONTAINERS: FakeRoutes = {
  ...WITHOUT_IMAGE,
  'GET /images/': json({ Id: 'sha256:1' }),
  'POST /containers/create': { status: 201, body: JSON.stringify({ Id: 'c1' }) },
  'POST /containers/c1/start': { status: 500, body: JSON.stringify({ message: NO_CONTAINER }) },
  'DELETE /containers/c1': { status: 204, body: '' },
};
/** Everything goes well up to the Engine's events: then HTTP is up already. */
const WITHOUT_EVENTS: FakeRoutes = {
  ...WITHOUT_CONTAINERS,
  'POST /containers/c1/start': { status: 204, body: '' },
  'POST /containers/c1/stop': { status: 204, body: '' },
  'POST /containers/c1/wait': json({ StatusCode: 0 }),
  'GET /containers/c1/logs': { body: 'Dnsmasq version 2.90\nCompile time options: DHCP TFTP' },
  'GET /containers/c1/json': json({
    State: { Status: 'running', Running: true, Restarting: false },
    RestartCount: 0,
  }),
  'GET /events': { status: 500, body: JSON.stringify({ message: 'the events are closed' }) },
};

describe('an Engine that answers and cannot run our containers', () => {
  let folder: Awaited<ReturnType<typeof makeFolder>>;
  let network: PrivateNetwork;
  const running: LongRunning[] = [];

  beforeEach(async () => {
    folder = await makeFolder();
    network = await makePrivateNetwork();
    await prepareState(folder.path, configText().replace('interface: br0', 'interface: eno1'));
  });
  afterEach(async () => {
    for (const program of running.splice(0)) {
      program.kill('SIGTERM');
      await program.ended;
    }
    await network.destroy();
    await folder.remove();
  });

  /** The Engine inside the network, as one that is this host's own. */
  const startEngine = async (
    routes: FakeRoutes,
  ): Promise<{ env: Record<string, string>; requests: string[] }> => {
    const program = start('ip', [
      ...['netns', 'exec', network.namespace, process.execPath, '--import', 'tsx'],
      ...['test/support/engine/fake-docker-process.ts', JSON.stringify(routes)],
    ]);
    running.push(program);
    const lines: string[] = [];
    program.onLine((line) => lines.push(line));
    await expect.poll(() => lines[0], { timeout: 20_000 }).toMatch(/^unix:/);
    return { env: { DOCKER_HOST: lines[0] ?? '' }, requests: lines };
  };

  /** `up` in the foreground until it serves; `command` may wrap it in another program. */
  const upUntilReady = async (
    args: readonly string[],
    env: Record<string, string>,
    wrap: (command: readonly string[]) => readonly string[] = (command) => command,
  ): Promise<{ text: () => string; end(): Promise<number | undefined> }> => {
    const [file, [, , name = '', ...command]] = pxectlCommand(['up', '--no-look', ...args], network);
    const program = start(file, ['netns', 'exec', name, ...wrap(command)], { cwd: folder.path, env });
    running.push(program);
    const lines: string[] = [];
    program.onLine((line) => lines.push(line));
    await expect.poll(() => lines.join('\n'), { timeout: 40_000 }).toContain('^C stops');
    return {
      text: () => lines.join('\n'),
      async end() {
        program.kill('SIGINT');
        return (await program.ended).exitCode;
      },
    };
  };

  const listeners = async (): Promise<string> =>
    (await run('ip', ['netns', 'exec', network.namespace, 'ss', '-Hlntu'])).stdout;
  const runFiles = (): Promise<string[]> => readdir(join(folder.path, '.pxectl/run'));
  const events = async (): Promise<BootEvent[]> =>
    (await readFile(join(folder.path, '.pxectl/events.jsonl'), 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as BootEvent);
  const createdContainers = (requests: readonly string[]): number =>
    requests.filter((line) => line.startsWith('POST /containers/create')).length;
  const removedContainers = (requests: readonly string[]): number =>
    requests.filter((line) => line.startsWith('DELETE /containers/c1')).length;

  itNeeds(
    'root',
    'ip',
    'ss',
    'dnsmasq',
  )('with auto dnsmasq serves instead, and up says why', async () => {
    const { env } = await startEngine(WITHOUT_IMAGE);
    const up = await upUntilReady(['--engine', 'auto'], env);
    expect(up.text()).toContain('engine docker: docker can run here and is preferred');
    expect(up.text()).toContain(
      "engine dnsmasq: not docker (the image cannot be made from this machine's programs: the import was refused)",
    );
    expect(up.text()).toMatch(/^dnsmasq \S+ as proxyDHCP and TFTP on 192\.168\.1\.50/m);
    const { stdout } = await pxectl(['status', '--json'], { cwd: folder.path, network });
    expect(JSON.parse(stdout)).toMatchObject({
      session: { engine: 'dnsmasq', why: expect.stringMatching(/^not docker \(/) as string },
    });
    expect(await up.end()).toBe(0);
    expect(await listeners()).toBe('');
    expect(await runFiles()).not.toContain('docker');
  });

  itNeeds(
    'root',
    'ip',
    'ss',
    'mount',
  )('and the built-in servers where there is no dnsmasq either', async () => {
    const { env } = await startEngine(WITHOUT_IMAGE);
    const paths = (await run('sh', ['-c', 'command -v -p dnsmasq; which -a dnsmasq'])).stdout
      .trim()
      .split('\n');
    // only for this process: `ip netns exec` gives it mounts of its own
    const hide = [...new Set(paths.filter((path) => path !== ''))].map(
      (path) => `mount --bind /dev/null ${path} && `,
    );
    const up = await upUntilReady([], env, (command) => [
      'sh',
      '-c',
      `${hide.join('')}exec "$@"`,
      'sh',
      ...command,
    ]);
    expect(up.text()).toContain(
      `engine builtin: not docker (the image for dnsmasq cannot be built: ${NO_REGISTRY}), not dnsmasq (`,
    );
    expect(up.text()).toMatch(/^built-in proxyDHCP, TFTP and HTTP on 192\.168\.1\.50/m);
    expect(await up.end()).toBe(0);
    expect(await listeners()).toBe('');
  });

  itNeeds(
    'root',
    'ip',
    'ss',
    'dnsmasq',
  )('with auto the same when an image is there but no container starts', async () => {
    const { env, requests } = await startEngine(WITHOUT_CONTAINERS);
    const up = await upUntilReady([], env);
    expect(up.text()).toContain(
      `engine dnsmasq: not docker (dnsmasq cannot be run in a container: ${NO_CONTAINER})`,
    );
    expect(await up.end()).toBe(0);
    expect(createdContainers(requests)).toBeGreaterThan(0);
    expect(removedContainers(requests)).toBe(createdContainers(requests));
    expect(await listeners()).toBe('');
  });

  itNeeds(
    'root',
    'ip',
    'ss',
    'dnsmasq',
  )('and what was up by then is gone: its ports are free for the next engine', async () => {
    const { env, requests } = await startEngine(WITHOUT_EVENTS);
    const up = await upUntilReady([], env);
    expect(up.text()).toContain(
      'engine dnsmasq: not docker (the Docker Engine does not tell what happens to containers: the events are closed)',
    );
    expect(await up.end()).toBe(0);
    expect(removedContainers(requests)).toBe(createdContainers(requests));
    expect(await listeners()).toBe('');
  });

  itNeeds(
    'root',
    'ip',
    'ss',
    'dnsmasq',
  )('that was asked for is not replaced: exit 6 and nothing is left', async () => {
    const { env } = await startEngine(WITHOUT_IMAGE);
    const failed = await pxectl(['up', '--no-look', '--engine', 'docker'], {
      cwd: folder.path,
      network,
      env,
    });
    expect(failed.exitCode).toBe(6);
    expect(failed.stderr).toContain("error: the image cannot be made from this machine's programs");
    expect(failed.stderr).toContain('why:  the import was refused');
    expect(failed.stderr).toContain('next: pxectl up --engine dnsmasq or --engine builtin do without Docker');
    expect(failed.stderr).not.toContain('engine dnsmasq: ');
    expect(await listeners()).toBe('');
    // what is rendered for any engine; no session, and nothing of a container
    expect(await runFiles()).toEqual(['dnsmasq.conf', 'nginx.conf']);
    expect((await events()).at(-1)).toMatchObject({ type: 'engine.error' });
    expect((await pxectl(['status'], { cwd: folder.path, network })).exitCode).toBe(1);
  });

  itNeeds(
    'root',
    'ip',
    'ss',
    'dnsmasq',
  )('that was asked for and starts no container is an error with its words', async () => {
    const { env, requests } = await startEngine(WITHOUT_CONTAINERS);
    const failed = await pxectl(['up', '--no-look', '--engine', 'docker', '--json'], {
      cwd: folder.path,
      network,
      env,
    });
    expect(failed.exitCode).toBe(6);
    expect(failed.stderr).toContain(`why:  ${NO_CONTAINER}`);
    expect(failed.stdout).toContain('"code": "E_ENGINE_START"');
    expect(removedContainers(requests)).toBe(createdContainers(requests));
    expect(await listeners()).toBe('');
  });
});
