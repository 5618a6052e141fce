import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  connectionOf,
  endpointCandidates,
  findDocker,
} from '../../../../src/engine/docker/docker-endpoint.ts';
import {
  whyCannotHearBroadcasts,
  type DockerFacts,
} from '../../../../src/engine/docker/docker-suitability.ts';
import { startFakeDocker } from '../../../support/engine/fake-docker.ts';

const home = mkdtempSync(join(tmpdir(), 'pxectl-docker-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

describe('where a Docker Engine is looked for', () => {
  it('takes DOCKER_HOST alone when it is set', async () => {
    expect(await endpointCandidates({ HOME: home, DOCKER_HOST: 'tcp://10.0.0.1:2375' })).toEqual([
      { from: 'DOCKER_HOST', url: 'tcp://10.0.0.1:2375' },
    ]);
  });

  it('looks at the system, the rootless and the Podman sockets, in this order', async () => {
    const candidates = await endpointCandidates({ HOME: home, XDG_RUNTIME_DIR: '/run/user/1000' });
    expect(candidates.map(({ url }) => url)).toEqual([
      'unix:///var/run/docker.sock',
      'unix:///run/user/1000/docker.sock',
      'unix:///run/podman/podman.sock',
      'unix:///run/user/1000/podman/podman.sock',
    ]);
  });

  it('begins with the current docker context', async () => {
    const id = createHash('sha256').update('lab').digest('hex');
    mkdirSync(join(home, '.docker', 'contexts', 'meta', id), { recursive: true });
    writeFileSync(join(home, '.docker', 'config.json'), JSON.stringify({ currentContext: 'lab' }));
    writeFileSync(
      join(home, '.docker', 'contexts', 'meta', id, 'meta.json'),
      JSON.stringify({ Name: 'lab', Endpoints: { docker: { Host: 'unix:///srv/lab.sock' } } }),
    );
    const [first] = await endpointCandidates({ HOME: home });
    expect(first).toEqual({ from: 'docker context lab', url: 'unix:///srv/lab.sock' });
  });

  it('reads unix and tcp addresses and says what it does not speak', () => {
    expect(connectionOf('unix:///run/x.sock')).toEqual({ socketPath: '/run/x.sock' });
    expect(connectionOf('tcp://127.0.0.1:2376')).toEqual({ host: '127.0.0.1', port: 2376 });
    expect(() => connectionOf('ssh://root@host')).toThrow('not to ssh:');
  });

  it('says why there is none: no socket, nobody listening', async () => {
    await expect(findDocker({ HOME: home, DOCKER_HOST: 'unix:///nowhere/d.sock' })).rejects.toMatchObject({
      code: 'E_DOCKER_UNREACHABLE',
      why: 'unix:///nowhere/d.sock (DOCKER_HOST): there is no such socket',
    });
    const dead = join(home, 'dead.sock');
    const server = createServer().listen(dead);
    await new Promise((resolve) => server.once('listening', resolve));
    const gone = `${dead}.moved`;
    const { renameSync } = await import('node:fs');
    renameSync(dead, gone);
    await new Promise((resolve) => server.close(resolve));
    await expect(findDocker({ HOME: home, DOCKER_HOST: `unix://${gone}` })).rejects.toMatchObject({
      code: 'E_DOCKER_UNREACHABLE',
      why: expect.stringContaining('nobody listens there') as string,
    });
  });

  it('finds one that answers', async () => {
    const fake = await startFakeDocker({});
    const found = await findDocker({ HOME: home, DOCKER_HOST: fake.url });
    expect(found.endpoint).toEqual({ from: 'DOCKER_HOST', url: fake.url });
    await fake.close();
  });

  it('does not wait for one that hangs', async () => {
    const path = join(home, 'hanging.sock');
    const server = createServer(() => undefined).listen(path);
    await expect(findDocker({ HOME: home, DOCKER_HOST: `unix://${path}` })).rejects.toMatchObject({
      why: expect.stringContaining('no answer within 3000 ms') as string,
    });
    server.close();
  });
});

describe('which Engines cannot hear DHCP broadcasts', () => {
  const good: DockerFacts = {
    serverVersion: '28.0.0',
    apiVersion: '1.48',
    operatingSystem: 'Debian GNU/Linux 12 (bookworm)',
    osType: 'linux',
    kernelVersion: '6.1.0-31-amd64',
    securityOptions: ['name=seccomp,profile=builtin', 'name=cgroupns'],
    components: ['Engine'],
  };
  const local = { from: 'the system service', url: 'unix:///var/run/docker.sock' };

  it('a Linux Engine on this host can', () => {
    expect(whyCannotHearBroadcasts(good, local)).toBeUndefined();
    expect(
      whyCannotHearBroadcasts(good, { from: 'DOCKER_HOST', url: 'tcp://127.0.0.1:2375' }),
    ).toBeUndefined();
  });

  it.each<[string, Partial<DockerFacts>, string]>([
    [
      'Docker Desktop',
      { operatingSystem: 'Docker Desktop' },
      'Docker Desktop runs containers in a virtual machine',
    ],
    ['WSL 2', { kernelVersion: '5.15.167.4-microsoft-standard-WSL2' }, 'in a virtual machine'],
    ['LinuxKit', { kernelVersion: '6.10.14-linuxkit' }, 'in a virtual machine'],
    ['rootless', { securityOptions: ['name=seccomp', 'name=rootless'] }, 'rootless'],
    ['Windows containers', { osType: 'windows' }, 'windows containers'],
    ['an old one', { apiVersion: '1.39' }, 'too old (API 1.39'],
  ])('%s is refused with the reason', (_name, facts, reason) => {
    expect(whyCannotHearBroadcasts({ ...good, ...facts }, local)).toContain(reason);
  });

  it('one on another machine would serve the network there', () => {
    const url = 'tcp://192.168.1.7:2375';
    expect(whyCannotHearBroadcasts(good, { from: 'DOCKER_HOST', url })).toContain('another machine');
  });
});
