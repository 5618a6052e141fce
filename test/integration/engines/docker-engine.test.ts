import { chmod, rm, symlink } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { containerName } from '../../../src/engine/docker/container-spec.ts';
import { NGINX_WORKER_DATA_BYTES, NGINX_WORKERS } from '../../../src/render/nginx-config.ts';
import { expectClosedChannel } from '../../support/adversary/channel-attempts.ts';
import {
  createEngineLab,
  whySkipped,
  type EngineLab,
  type EngineUnderTest,
} from '../../support/engine/engine-lab.ts';
import { configText, TEST_IMAGE } from '../../support/engine/prepare-state.ts';

const skip = await whySkipped('docker');

describe.skipIf(skip !== undefined)('the docker engine', () => {
  let lab: EngineLab;
  let engine: EngineUnderTest | undefined;
  beforeAll(async () => {
    lab = await createEngineLab({ yaml: configText(), withDocker: true });
  }, 120_000);
  afterEach(async () => {
    await engine?.stop();
    engine = undefined;
  });
  afterAll(() => lab?.destroy(), 60_000);

  const start = async (): Promise<EngineUnderTest> => {
    engine = await lab.startEngine('docker');
    await engine.ready();
    return engine;
  };
  const fetchInClient = async (url: string): Promise<string> => {
    const result = await lab.lan.execIn('client', 'curl', [
      '-s',
      '-S',
      '-o',
      '/dev/null',
      '-w',
      '%{size_download}',
      url,
    ]);
    return result.exitCode === 0 ? result.stdout : result.stderr;
  };
  const names = async (): Promise<string[]> =>
    (await lab.docker('ps', '--all', '--format', '{{.Names}}'))
      .split('\n')
      .filter((name) => name !== '')
      .sort();

  it('makes its image from this machine where no registry can be reached, once, and answers from two containers', async () => {
    const running = await start();
    const messages = running.events.map(({ detail }) => String(detail['message']));
    expect(messages.find((message) => message.startsWith('the base image cannot be pulled'))).toBeDefined();
    const images = await lab.docker('images', '--quiet');
    expect(images.split('\n')).toHaveLength(1);
    expect(await names()).toEqual([containerName('dnsmasq', lab.layout), containerName('nginx', lab.layout)]);
    expect(await fetchInClient('tftp://192.168.1.50/pxelinux.0')).not.toBe('0');
    expect(await fetchInClient(`http://192.168.1.50:8080/images/${TEST_IMAGE}/linux`)).toBe('200000');
    const done = await running.waitForEvent('tftp.done', ({ type }) => type === 'tftp.done');
    expect(done.event).toMatchObject({ ip: '192.168.1.60', detail: { path: 'pxelinux.0' } });
    expect(Number(done.event?.detail['sentBytes'])).toBeGreaterThan(20_000);
    const http = await running.waitForEvent('http.done', ({ type }) => type === 'http.done');
    expect(http.event).toMatchObject({ detail: { path: `/images/${TEST_IMAGE}/linux`, sentBytes: 200_000 } });
  });

  it('locks its containers up, and the socket through which nginx asks pxectl', async () => {
    await start();
    for (const folder of [lab.folder, lab.layout.root, lab.layout.run]) await chmod(folder, 0o755);
    const inspected = JSON.parse(await lab.docker('inspect', ...(await names()))) as {
      Name: string;
      Config: { User: string; Labels: Record<string, string> };
      HostConfig: Record<string, unknown>;
      Mounts: { Destination: string; RW: boolean }[];
      State: { Pid: number };
    }[];
    for (const { HostConfig, Config } of inspected) {
      expect(HostConfig).toMatchObject({
        NetworkMode: 'host',
        ReadonlyRootfs: true,
        CapDrop: ['ALL'],
        SecurityOpt: ['no-new-privileges:true'],
        Privileged: false,
        RestartPolicy: { Name: 'on-failure' },
      });
      expect(Config.Labels['org.pxectl.project']).toMatch(/^[0-9a-f]{16}$/);
      expect(HostConfig['Memory']).toBeGreaterThan(0);
    }
    const [dnsmasq, nginx] = inspected;
    expect(nginx?.Config.User).toMatch(/^655[23]\d:655[23]\d$/);
    expect(nginx?.HostConfig['CapAdd'] ?? []).toEqual([]);
    // a worker that has its share refuses; the kernel would kill one for what all have together
    const Hard = NGINX_WORKER_DATA_BYTES;
    expect(nginx?.HostConfig['Ulimits']).toEqual([{ Name: 'data', Soft: Hard, Hard }]);
    expect(nginx?.HostConfig['Memory']).toBeGreaterThan(NGINX_WORKERS * Hard);
    expect(dnsmasq?.HostConfig['CapAdd']).toEqual(
      expect.arrayContaining(['NET_ADMIN', 'NET_RAW', 'NET_BIND_SERVICE']),
    );
    const writable = inspected.flatMap(({ Mounts }) =>
      Mounts.filter(({ RW }) => RW).map(({ Destination }) => Destination),
    );
    expect(new Set(writable)).toEqual(new Set(['/pxectl/run/dnsmasq', '/pxectl/run/nginx']));
    const shown = await lab.docker('top', nginx?.Name.slice(1) ?? '', '-o', 'pid');
    await expectClosedChannel(`${lab.layout.run}/channel/http.sock`, {
      pids: shown.split('\n').slice(1).map(Number),
      socket: '/pxectl/run/channel/http.sock',
    });
    // a link leads to files of the container, where nothing of this machine is
    await symlink(lab.configPath, `${lab.layout.tftpRoot}/link`);
    const followed = await fetchInClient('tftp://192.168.1.50/link');
    await rm(`${lab.layout.tftpRoot}/link`);
    expect(followed).toContain('curl:');
    // dnsmasq has become nobody and kept no more than it needs
    const user = await lab.lan.execIn('lan', 'ps', ['-o', 'user=', '-p', String(dnsmasq?.State.Pid)]);
    expect(user.stdout.trim()).toBe('nobody');
  });

  it('brings back a container that was killed, and one that was removed', async () => {
    const running = await start();
    const dnsmasq = containerName('dnsmasq', lab.layout);
    await lab.docker('kill', dnsmasq);
    await running.waitForEvent('loss', ({ detail }) =>
      String(detail['message']).startsWith('the dnsmasq container ended by itself (exit code 137)'),
    );
    await running.waitForEvent(
      'return',
      ({ detail }) => detail['message'] === 'the dnsmasq container runs again',
    );
    expect(await fetchInClient('tftp://192.168.1.50/ldlinux.c32')).not.toBe('0');

    await lab.docker('rm', '--force', containerName('nginx', lab.layout));
    await running.waitForEvent(
      'return',
      ({ detail }) => detail['message'] === 'the nginx container runs again',
    );
    expect(await fetchInClient('http://192.168.1.50:8080/boot.ipxe')).not.toBe('0');
  });

  it('goes on serving when pxectl is killed; the next start takes over, and stop removes ours alone', async () => {
    const killed = await start();
    killed.program.kill('SIGKILL');
    await killed.program.ended;
    expect(await fetchInClient('tftp://192.168.1.50/pxelinux.0')).not.toBe('0');
    expect(await fetchInClient('http://192.168.1.50:8080/boot.ipxe')).not.toBe('0');
    const image = (await lab.docker('images', '--quiet')).split('\n')[0] ?? '';
    await lab.docker(
      'create',
      '--name',
      'somebody-elses',
      '--label',
      'org.pxectl.project=0000000000000000',
      image,
    );
    const running = await start();
    expect(await names()).toHaveLength(3);
    await running.stop();
    engine = undefined;
    expect(await names()).toEqual(['somebody-elses']);
    await lab.docker('rm', 'somebody-elses');
  });

  it('refuses a taken port before it makes a container', async () => {
    const taken = await lab.lan.startIn('lan', 'dnsmasq', [
      ...['--keep-in-foreground', '--conf-file=/dev/null', '--port=0', '--enable-tftp', '--pid-file='],
      ...['--tftp-root=/', '--listen-address=192.168.1.50', '--bind-interfaces'],
    ]);
    await new Promise((resolve) => setTimeout(resolve, 500));
    engine = await lab.startEngine('docker');
    const failed = await engine.waitFor('refusal', (message) => message.failed === true);
    expect(failed).toMatchObject({ code: 'E_PORT_IN_USE' });
    expect(failed['message']).toContain(`UDP port 69 is taken by dnsmasq (pid ${taken.pid})`);
    await engine.program.ended;
    expect(await names()).toEqual([]);
    taken.kill();
    await taken.ended;
  });
});
