import { chmod, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { isSameProcessAlive } from '../../../src/platform/process-identity.ts';
import type { ProcessIdentity } from '../../../src/platform/process-identity.ts';
import { NGINX_WORKER_DATA_BYTES } from '../../../src/render/nginx-config.ts';
import {
  createEngineLab,
  EngineUnderTest,
  whySkipped,
  type EngineLab,
} from '../../support/engine/engine-lab.ts';
import { configText, TEST_IMAGE } from '../../support/engine/prepare-state.ts';

const skip = await whySkipped('dnsmasq');
const SECURE_MACHINE = [
  'machines:',
  `  - { mac: "f4:4d:30:00:00:02", name: locked, image: ${TEST_IMAGE}, secureBoot: true }`,
].join('\n');

describe.skipIf(skip !== undefined)('the dnsmasq engine', () => {
  let lab: EngineLab;
  let engine: EngineUnderTest | undefined;
  beforeAll(async () => {
    lab = await createEngineLab({ yaml: configText(), sizes: { initrdBytes: 150_000 } });
  });
  afterEach(async () => {
    await engine?.stop();
    engine = undefined;
  });
  afterAll(() => lab?.destroy());

  const recordOf = async (name: string): Promise<ProcessIdentity> =>
    JSON.parse(await readFile(`${lab.layout.run}/${name}.process.json`, 'utf8')) as ProcessIdentity;
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
  const start = async (): Promise<EngineUnderTest> => {
    engine = await lab.startEngine('dnsmasq');
    await engine.ready();
    return engine;
  };

  it('says ready after an offer, its boot file, its loader and the boot script, and no event tells of that client', async () => {
    engine = await lab.startEngine('dnsmasq');
    const ready = await engine.ready();
    const steps = ready['steps'] as { step: string }[];
    expect(steps.map(({ step }) => step)).toEqual([
      'DHCP offer',
      'boot file on port 4011',
      'loader over TFTP',
      'boot script over HTTP',
    ]);
    expect(ready['description']).toMatch(
      /^dnsmasq 2\.\d+ as proxyDHCP and TFTP on 192\.168\.1\.50 \(br0\), HTTP by/,
    );
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(engine.events.filter(({ type }) => !type.startsWith('engine.'))).toEqual([]);
  });

  it('tells what clients fetch over TFTP and HTTP, with their MAC', async () => {
    const running = await start();
    expect(await fetchInClient('tftp://192.168.1.50/pxelinux.0')).not.toBe('0');
    expect(await fetchInClient(`http://192.168.1.50:8080/images/${TEST_IMAGE}/initrd.gz`)).toBe('150000');
    await fetchInClient('tftp://192.168.1.50/nothing.efi');
    const done = await running.waitForEvent('tftp.done', ({ type }) => type === 'tftp.done');
    expect(done.event).toMatchObject({ ip: '192.168.1.60', detail: { path: 'pxelinux.0' } });
    expect(done.event?.mac).toMatch(/^[0-9a-f:]{17}$/);
    expect(Number(done.event?.detail['sentBytes'])).toBeGreaterThan(20_000);
    const http = await running.waitForEvent('http.done', ({ type }) => type === 'http.done');
    expect(http.event).toMatchObject({
      ip: '192.168.1.60',
      mac: done.event?.mac,
      detail: { path: `/images/${TEST_IMAGE}/initrd.gz`, sentBytes: 150_000, status: 200 },
    });
    const missing = await running.waitForEvent('tftp.missing', ({ type }) => type === 'tftp.missing');
    expect(missing.event?.detail['path']).toBe('nothing.efi');
  });

  it('serves as a user of its own who follows no link, though the project is closed to others', async () => {
    const served = `${lab.layout.tftpRoot}/pxelinux.cfg`;
    await chmod(lab.folder, 0o700);
    await mkdir(served, { recursive: true });
    await chmod(served, 0o700);
    const running = await start();
    const secret = `${lab.folder}/secret`;
    await writeFile(secret, 'secret', { mode: 0o600 });
    await symlink(secret, `${served}/secret`);
    await symlink('/etc/passwd', `${served}/passwd`);
    await symlink('/', `${served}/all`);
    try {
      const base = 'tftp://192.168.1.50/pxelinux.cfg';
      const names = ['secret', 'passwd', 'all/etc/passwd'];
      const got = await Promise.all(names.map((name) => fetchInClient(`${base}/${name}`)));
      for (const said of got) expect(said).toContain('curl:');
      expect(Number(await fetchInClient(`${base}/default`))).toBeGreaterThan(0);
      const told = await running.waitForEvent(
        'tftp.error',
        ({ detail }) => detail['path'] === 'pxelinux.cfg/passwd',
      );
      expect(told.event?.type).toBe('tftp.error');
    } finally {
      for (const name of ['secret', 'passwd', 'all']) await rm(`${served}/${name}`);
    }
    for (const name of ['dnsmasq', 'nginx']) {
      const status = await readFile(`/proc/${(await recordOf(name)).pid}/status`, 'utf8');
      expect(status).toMatch(/^Uid:(\t655[23]\d){4}$/m);
      expect(status).toMatch(/^Groups:\s*$/m);
      expect(status).toMatch(name === 'nginx' ? /^CapBnd:\t0{16}$/m : /^CapBnd:\t0{12}3400$/m);
    }
    const limits = await readFile(`/proc/${(await recordOf('nginx')).pid}/limits`, 'utf8');
    expect(Number(/^Max data size +(\d+)/m.exec(limits)?.[1])).toBe(NGINX_WORKER_DATA_BYTES);
  });

  it('says so where it may not mount, as in many containers, and serves all the same', async () => {
    const words = ['--bounding-set=-sys_admin', '--', process.execPath, '--import', 'tsx'];
    const options = JSON.stringify({ engine: 'dnsmasq', configPath: lab.configPath });
    const script = 'test/support/engine/engine-process.ts';
    engine = new EngineUnderTest(await lab.lan.startIn('lan', 'setpriv', [...words, script, options]));
    expect((await engine.ready())['description']).toContain('HTTP by pxectl');
    const told = engine.events
      .filter(({ type }) => type === 'engine.warning')
      .map(({ detail }) => detail['message']);
    expect(told).toEqual([
      expect.stringMatching(
        /^dnsmasq cannot be kept apart \(unshare: .*Operation not permitted\): it runs as root, and a link in /,
      ),
      expect.stringMatching(/^nginx cannot be kept apart .*: pxectl serves HTTP itself$/),
    ]);
    expect(await fetchInClient('tftp://192.168.1.50/ldlinux.c32')).not.toBe('0');
  });

  it('brings back a dnsmasq and an nginx that were killed, and says so', async () => {
    const running = await start();
    for (const name of ['dnsmasq', 'nginx']) {
      const before = await recordOf(name);
      process.kill(before.pid, 'SIGKILL');
      await running.waitForEvent(`restart of ${name}`, ({ detail }) =>
        String(detail['message']).startsWith(`${name} ended by itself (SIGKILL)`),
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(await fetchInClient('tftp://192.168.1.50/ldlinux.c32')).not.toBe('0');
    expect(await fetchInClient('http://192.168.1.50:8080/boot.ipxe')).not.toBe('0');
  });

  it('goes on serving when pxectl is killed; the next start ends exactly that dnsmasq', async () => {
    const killed = await start();
    const [dnsmasq, nginx] = [await recordOf('dnsmasq'), await recordOf('nginx')];
    killed.program.kill('SIGKILL');
    await killed.program.ended;
    expect(await isSameProcessAlive(dnsmasq)).toBe(true);
    expect(await fetchInClient('tftp://192.168.1.50/pxelinux.0')).not.toBe('0');
    expect(await fetchInClient('http://192.168.1.50:8080/boot.ipxe')).not.toBe('0');
    await start();
    expect(await isSameProcessAlive(dnsmasq)).toBe(false);
    expect(await isSameProcessAlive(nginx)).toBe(false);
  });

  it('leaves nothing running after stop', async () => {
    const running = await start();
    const processes = [await recordOf('dnsmasq'), await recordOf('nginx')];
    await running.stop();
    engine = undefined;
    for (const identity of processes) expect(await isSameProcessAlive(identity)).toBe(false);
    await expect(recordOf('dnsmasq')).rejects.toThrow('ENOENT');
  });

  it('refuses a port that another dnsmasq shares silently, and names the process', async () => {
    const other = await lab.lan.startIn('lan', 'dnsmasq', [
      ...['--keep-in-foreground', '--conf-file=/dev/null', '--port=0', '--interface=br0', '--bind-dynamic'],
      ...['--dhcp-range=192.168.1.0,proxy', '--pid-file=', `--dhcp-leasefile=${lab.folder}/other.leases`],
    ]);
    await new Promise((resolve) => setTimeout(resolve, 500));
    try {
      engine = await lab.startEngine('dnsmasq');
      const failed = await engine.waitFor('refusal', (message) => message.failed === true);
      expect(failed).toMatchObject({ code: 'E_PORT_IN_USE' });
      expect(failed['message']).toContain(`UDP port 67 is taken by dnsmasq (pid ${other.pid})`);
    } finally {
      other.kill();
      await other.ended;
    }
  });

  it('applies a changed configuration without dropping a running transfer', async () => {
    const running = await start();
    const before = await recordOf('dnsmasq');
    // 150,000 bytes in blocks of 512 with 15 ms each: about five seconds
    const transfer = lab.lan.execIn('client', process.execPath, [
      ...['--import', 'tsx', 'test/support/engine/slow-tftp.ts'],
      ...['192.168.1.50', `images/${TEST_IMAGE}/initrd.gz`, '15'],
    ]);
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    await writeFile(lab.configPath, configText('proxy', SECURE_MACHINE));
    await running.reload();
    expect((await transfer).stdout).toBe('150000');
    expect((await recordOf('dnsmasq')).pid).not.toBe(before.pid);
    expect(await readFile(`${lab.layout.run}/dnsmasq.conf`, 'utf8')).toContain('f4:4d:30:00:00:02');
    expect(running.events.map(({ detail }) => detail['reason'])).not.toContain('transfers-interrupted');
  });

  it('does not restart anything for a change that only files carry', async () => {
    const running = await start();
    const before = await recordOf('dnsmasq');
    await writeFile(
      lab.configPath,
      configText('proxy', SECURE_MACHINE).replace('timeoutSeconds: 5', 'timeoutSeconds: 9'),
    );
    await running.reload();
    expect(await recordOf('dnsmasq')).toEqual(before);
    const menu = await lab.lan.execIn('client', 'curl', ['-s', 'tftp://192.168.1.50/pxelinux.cfg/default']);
    expect(menu.stdout).toMatch(/TIMEOUT 90/i);
  });

  it('says which step failed when clients are not heard, and shows the log', async () => {
    await lab.lan.addFirewallRule('lan', 'input', 'udp dport 4011 drop');
    engine = await lab.startEngine('dnsmasq');
    const failed = await engine.waitFor('failure', (message) => message.failed === true, 30_000);
    expect(failed).toMatchObject({
      code: 'E_ENGINE_NOT_READY',
      message: 'the engine runs but does not answer: boot file on port 4011 failed',
    });
    expect(failed['why']).toContain('no answer from 192.168.1.50 port 4011');
    expect(failed['why']).toContain('| dnsmasq-dhcp');
    await engine.program.ended;
    await expect(recordOf('dnsmasq')).rejects.toThrow('ENOENT');
  });
});
