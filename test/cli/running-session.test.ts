import { spawn } from 'node:child_process';
import { chmod, lstat, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { readLiveSession } from '../../src/engine/session-record.ts';
import { openMachineStates } from '../../src/machines/machine-states.ts';
import { identityOf } from '../../src/platform/process-identity.ts';
import { start } from '../../src/platform/long-running.ts';
import { run } from '../../src/platform/processes.ts';
import type { StateLayout } from '../../src/model/state-layout.ts';
import type { MacAddress } from '../../src/protocol/addresses.ts';
import { configText, prepareState } from '../support/engine/prepare-state.ts';
import { itNeeds } from '../support/external-tool.ts';
import {
  makeFolder,
  makePrivateNetwork,
  pxectl,
  pxectlCommand,
  type PrivateNetwork,
} from '../support/pxectl-process.ts';

const CONFIG = configText().replace('br0', 'eno1');

let network: PrivateNetwork;
let folder: Awaited<ReturnType<typeof makeFolder>>;
/** where pxectl.yaml is: the folder itself, or one below it */
let project: string;
let layout: StateLayout;

beforeAll(async () => {
  network = await makePrivateNetwork();
});
afterAll(() => network.destroy());
beforeEach(async () => {
  folder = await makeFolder();
  await begin(folder.path);
});
afterEach(async () => {
  await cli('down');
  await folder.remove();
});

async function begin(path: string): Promise<void> {
  project = path;
  await mkdir(path, { recursive: true });
  ({ layout } = await prepareState(path, CONFIG));
}
const cli = (...args: string[]) => pxectl(args, { cwd: project, network });
const up = async (engine = 'builtin'): Promise<number> => {
  const { exitCode, stderr } = await cli('up', '--no-look', '--detach', '--engine', engine);
  expect(stderr).toContain('up in the background');
  expect(exitCode).toBe(0);
  return pidOfSession();
};
const pidOfSession = async (): Promise<number> => (await readLiveSession(layout))?.process.pid ?? 0;
const configure = (text: string) => writeFile(join(project, 'pxectl.yaml'), text);
const logOfSession = () => readFile(join(layout.run, 'pxectl.log'), 'utf8');
const ended = (pid: number) => expect.poll(() => identityOf(pid), { timeout: 15_000 }).toBeUndefined();

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
    const { exitCode, stderr } = await pxectl(args, { cwd: project, network: own });
    expect(stderr).toContain('eno1 has 192.168.1.51 before 192.168.1.50');
    expect(stderr).toContain('next: pxectl up --engine builtin');
    expect(exitCode).toBe(6);
  });
});

describe('a full disk', () => {
  itNeeds('root', 'mount')('is named by up --detach, whose log can say nothing', async () => {
    await run('mount', ['-t', 'tmpfs', '-o', 'size=64k,mode=755', 'none', layout.run]);
    try {
      await writeFile(join(layout.run, 'filler'), Buffer.alloc(256 * 1024)).catch(() => undefined);
      const { exitCode, stderr } = await cli('up', '--detach', '--no-look', '--engine', 'builtin');
      expect(stderr).toContain('no space left');
      expect(exitCode).toBe(4);
    } finally {
      await run('umount', [layout.run]);
    }
  });
});

describe('a half edited file', () => {
  it('makes the running pxectl nobody who holds its ports', async () => {
    await configure(CONFIG.replace('port: 8080', 'port: 8081'));
    await up();
    await configure(`${CONFIG}machines: [`);
    const { stdout, exitCode } = await cli('doctor');
    expect(exitCode).toBe(1);
    expect(stdout).toContain('config-invalid');
    expect(stdout).toContain('as the running pxectl serves it: pxectl.yaml cannot be used');
    expect(stdout).not.toMatch(/port-in-use|nobody holds|no pxectl\.yaml/);
  });
});

describe('pxectl reload', () => {
  it('says what changed, that nothing did, and why the running one refuses', async () => {
    const pid = await up();
    expect(await cli('reload')).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('no change') });

    await configure(CONFIG.replace('timeoutSeconds: 5', 'timeoutSeconds: 9'));
    const applied = await cli('reload', '--json');
    expect(applied.exitCode).toBe(0);
    expect(applied.stderr).toContain(`applied by pid ${pid}: serve/`);
    const { changed, files } = JSON.parse(applied.stdout) as { changed: boolean; files: string[] };
    expect(changed).toBe(true);
    expect(files).toContain('serve/tftp/pxelinux.cfg/default');

    await configure(CONFIG.replace('port: 8080', 'port: 8090'));
    const moved = await cli('reload');
    expect(moved.exitCode).toBe(3);
    expect(moved.stderr).toContain('http.port cannot change while pxectl is up');
    expect(moved.stderr).toContain('next: pxectl down, then pxectl up');
    expect(await logOfSession()).toContain('http.port cannot change while pxectl is up');
    expect((await cli('status')).stdout).toContain('is not used: http.port cannot change');

    await configure(CONFIG.replace('images: [debian-12]', 'images: [debian-12, debian-13]'));
    const missing = await cli('reload', '--json');
    expect(missing.exitCode).toBe(5);
    expect(missing.stderr).toContain('the image debian-13 is not here');
    expect(JSON.parse(missing.stdout)).toMatchObject({ error: { code: 'E_IMAGE_NOT_FETCHED' } });
    expect(await pidOfSession()).toBe(pid);
  });

  it('says that nobody is up, and what to do about one that does not answer', async () => {
    expect(await cli('reload')).toMatchObject({
      exitCode: 6,
      stderr: expect.stringContaining('not up here'),
    });
    const pid = await up();
    process.kill(pid, 'SIGSTOP');
    const [status, reload] = await Promise.all([cli('status'), cli('reload', '--dry-run')]);
    expect(status.stdout).toContain(`(pid ${pid}) did not answer within 5 s; pxectl down ends it`);
    expect(status.exitCode).toBe(1);
    expect(reload.stderr).toContain(`(pid ${pid}) did not answer within 5 s`);
    expect(reload.exitCode).toBe(6);
    process.kill(pid, 'SIGCONT');
    expect((await cli('reload')).exitCode).toBe(0);
  });
});

describe('machines arm and disarm while it is up', () => {
  it('holds on the disk when that pxectl is just stopping', async () => {
    await configure(WITH_MACHINES);
    await writeFile(join(project, 'seed.cfg'), '# preseed\n');
    await up();
    const arm = () => cli('machines', 'arm', 'pc1', '--yes');
    const calls = await Promise.all([cli('down'), arm(), arm(), arm()]);
    expect(calls.map(({ exitCode, stderr }) => [exitCode, stderr])).toEqual(
      calls.map(() => [0, expect.stringMatching(/stopped|pc1 is armed/) as string]),
    );
    expect((await cli('machines')).stdout).toMatch(/pc1 .*ARMED/);
  });

  const MAC = '52:54:00:12:34:56';
  const WITH_MACHINES = [
    CONFIG,
    'machines:',
    `  - { mac: "${MAC}", name: pc1, install: { seed: seed.cfg } }`,
    '  - { mac: "52:54:00:12:34:57", name: pc2, install: { seed: seed.cfg } }',
    '',
  ].join('\n');
  const menuOf = (mac: string) =>
    readFile(join(layout.httpRoot, 'machines', `${mac.replaceAll(':', '-')}.ipxe`), 'utf8');

  it('is served when it is said, although another change cannot be applied', async () => {
    await configure(WITH_MACHINES);
    await writeFile(join(project, 'seed.cfg'), '# preseed\n');
    expect((await cli('machines', 'arm', 'pc1', 'pc2', '--yes')).exitCode).toBe(0);
    const pid = await up();
    expect(await menuOf(MAC)).toContain('/seed/');

    await configure(WITH_MACHINES.replace('port: 8080', 'port: 8090'));
    const disarmed = await cli('machines', 'disarm', 'pc1', 'pc2', '--json');
    expect(disarmed.stderr).toContain('pc1 is disarmed');
    expect(JSON.parse(disarmed.stdout)).toMatchObject({ changed: true, confirmedBy: pid });
    for (const mac of [MAC, '52:54:00:12:34:57']) expect(await menuOf(mac)).not.toContain('/seed/');
    expect((await cli('machines', 'arm', 'pc2', '--yes')).exitCode).toBe(0);
    expect(await menuOf('52:54:00:12:34:57')).toContain('/seed/');
    expect(await menuOf(MAC)).not.toContain('/seed/');

    // nothing is armed from a file that cannot be read, and everything is disarmed
    await configure(`${WITH_MACHINES}\n  - half a line [`);
    expect((await cli('machines', 'arm', 'pc1', '--yes')).exitCode).toBe(3);
    expect(await cli('status')).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining(`(pid ${pid})`) as string,
      stderr: expect.stringContaining('pxectl.yaml') as string,
    });
    expect((await cli('logs')).exitCode).toBe(0);
    const halfEdited = await cli('machines', 'disarm', 'pc2');
    expect(halfEdited.stderr).toContain('the running pxectl is asked all the same');
    expect(halfEdited.stderr).toContain('pc2 is disarmed');
    expect(halfEdited.exitCode).toBe(0);
    expect(await menuOf('52:54:00:12:34:57')).not.toContain('/seed/');
    expect((await cli('machines', 'disarm', 'pc2', 'pc3')).stderr).toContain('there is no machine pc3');
  });

  it('a reload that ends orders tells whose', async () => {
    await configure(WITH_MACHINES);
    for (const name of ['seed.cfg', 'other.cfg']) await writeFile(join(project, name), '# preseed\n');
    await up();
    expect((await cli('machines', 'arm', 'pc1', 'pc2', '--yes')).exitCode).toBe(0);
    // another seed for one, and the other is not there any more
    const changed = WITH_MACHINES.split('\n').filter((line) => !line.includes('pc2'));
    await configure(changed.join('\n').replace('seed.cfg', 'other.cfg'));
    const { exitCode, stdout, stderr } = await cli('reload', '--json');
    expect(exitCode).toBe(0);
    expect(stderr).toContain(
      `disarmed, since the configuration has no such install any more: pc1 (${MAC}), pc2 (52:54:00:12:34:57)`,
    );
    const { lapsed } = JSON.parse(stdout) as { lapsed: unknown };
    expect(lapsed).toEqual([
      { name: 'pc1', mac: MAC },
      { name: 'pc2', mac: '52:54:00:12:34:57' },
    ]);
    expect((await cli('reload')).stderr).not.toContain('disarmed');
  });

  it('a disarm in the midst of reloads holds, and closes the seed of a machine that is installing', async () => {
    await configure(WITH_MACHINES);
    await writeFile(join(project, 'seed.cfg'), '# preseed\n');
    await up();
    expect((await cli('machines', 'arm', 'pc1', 'pc2', '--yes')).exitCode).toBe(0);
    const [reloaded, disarmed] = await Promise.all([
      cli('reload'),
      cli('machines', 'disarm', 'pc1'),
      cli('reload'),
    ]);
    expect([reloaded.exitCode, disarmed.exitCode]).toEqual([0, 0]);
    expect(await menuOf(MAC)).not.toContain('/seed/');
    expect(await menuOf('52:54:00:12:34:57')).toContain('/seed/');
    const states = openMachineStates(layout);
    await states.spend('52:54:00:12:34:57' as MacAddress, new Date().toISOString());
    const late = await cli('machines', 'disarm', 'pc2');
    expect(late.stderr).toContain('pc2 fetched its seed');
    expect(late.exitCode).toBe(0);
    expect((await openMachineStates(layout).known()).installs.get('52:54:00:12:34:57' as MacAddress)).toEqual(
      {
        kind: 'not-armed',
      },
    );
  });

  it('a disarm that the running one does not confirm is told as that, and an arm is not done', async () => {
    await configure(WITH_MACHINES);
    await writeFile(join(project, 'seed.cfg'), '# preseed\n');
    expect((await cli('machines', 'arm', 'pc1', '--yes')).exitCode).toBe(0);
    const pid = await up();
    process.kill(pid, 'SIGKILL');
    await ended(pid);
    // a process that is there and does not listen: as a pxectl that hangs
    const record = await readFile(join(layout.run, 'session.json'), 'utf8');
    const hanging = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', 'pxectl'], {
      stdio: 'ignore',
    });
    onTestFinished(() => void hanging.kill('SIGKILL'));
    const identity = await identityOf(hanging.pid ?? 0);
    const dead = JSON.stringify({ ...(JSON.parse(record) as object), process: identity });
    await writeFile(join(layout.run, 'session.json'), dead);
    const arm = await cli('machines', 'arm', 'pc2', '--yes');
    expect(arm.exitCode).toBe(6);
    expect(arm.stderr).toContain('nobody listens on');
    const { exitCode, stderr } = await cli('machines', 'disarm', 'pc1');
    expect(exitCode).toBe(6);
    expect(stderr).toContain('pc1: disarmed on disk, but the running pxectl');
    expect(stderr).toContain('may still install');
    await rm(join(layout.run, 'session.json'));
    const { machines } = JSON.parse((await cli('machines', '--json')).stdout) as { machines: object[] };
    expect(machines).toMatchObject([{ name: 'pc1', isArmed: false }, { name: 'pc2' }]);
  });
});

describe('the control socket', () => {
  it('is for the owner alone, refuses what it does not know and what is too large, and goes with the session', async () => {
    await up();
    const socket = join(layout.run, 'control.sock');
    const { mode } = await lstat(socket);
    expect((mode & 0o7777).toString(8)).toBe('600');
    expect((await readdir(layout.run)).filter((name) => name.startsWith('.control-'))).toEqual([]);

    const curl = (path: string, ...rest: string[]) => [
      ...['curl', '-sS', '--unix-socket', socket, `http://pxectl${path}`],
      ...rest,
    ];
    const ask = async (path: string, ...rest: string[]): Promise<string> =>
      (await run('env', curl(path, ...rest))).stdout;
    expect(await ask('/v2/status')).toContain('knows no GET /v2/status');
    expect(await ask('/v1/reload', '--data', '{')).toContain('does not understand what it was asked');
    const large = join(folder.path, 'large');
    await writeFile(large, Buffer.alloc(2 * 1024 * 1024, ' '));
    expect(await ask('/v1/reload', '--data-binary', `@${large}`)).toContain('larger than');
    expect(await ask('/v1/status')).toContain('"engine":"builtin"');

    for (const path of [folder.path, layout.root]) await chmod(path, 0o755);
    const other = ['--reuid=65534', '--regid=65534', '--clear-groups', '--inh-caps=-all'];
    const denied = await run('setpriv', [...other, ...curl('/v1/stop', '-X', 'POST')]);
    expect(denied.exitCode).not.toBe(0);
    const [, [, , , ...status]] = pxectlCommand(['status'], network);
    const seen = await run('setpriv', [...other, ...status], {
      cwd: project,
      env: { PXECTL_CONFIG: '' },
      timeoutMs: 60_000,
    });
    expect(seen.stdout).toContain('up since');
    expect(seen.exitCode).toBe(0);

    await cli('down');
    await expect(lstat(socket)).rejects.toThrow('ENOENT');
  });

  it('works in a folder deeper than a socket address is long, where a killed one left its own', async () => {
    await begin(join(folder.path, ...Array.from({ length: 6 }, () => 'a-folder-with-quite-a-long-name')));
    expect(Buffer.byteLength(layout.run)).toBeGreaterThan(200);
    const killed = await up();
    process.kill(killed, 'SIGKILL');
    await ended(killed);
    expect((await lstat(join(layout.run, 'control.sock'))).isSocket()).toBe(true);
    expect((await cli('reload')).exitCode).toBe(6);
    const pid = await up();
    await configure(CONFIG.replace('timeoutSeconds: 5', 'timeoutSeconds: 9'));
    expect((await cli('reload')).stderr).toContain(`applied by pid ${pid}`);
    expect((await cli('down')).exitCode).toBe(0);
    await ended(pid);
  });
});

describe('servers of a pxectl', () => {
  itNeeds('dnsmasq')('that outlive a killed one are named by status, and ended by down', async () => {
    const pid = await up('dnsmasq');
    process.kill(pid, 'SIGKILL');
    await ended(pid);
    const { pid: dnsmasq } = JSON.parse(await readFile(join(layout.run, 'dnsmasq.process.json'), 'utf8')) as {
      pid: number;
    };
    const status = await cli('status');
    expect(status.exitCode).toBe(1);
    expect(status.stdout).toContain(`goes on answering machines: dnsmasq (pid ${dnsmasq})`);
    expect(status.stdout).toContain('pxectl down ends it');
    const { leftovers } = JSON.parse((await cli('status', '--json')).stdout) as { leftovers: string[] };
    expect(leftovers[0]).toBe(`dnsmasq (pid ${dnsmasq})`);
    expect((await cli('down', '--dry-run')).stderr).toContain(`would stop dnsmasq (pid ${dnsmasq})`);
    expect((await cli('down')).stderr).toContain(`ended dnsmasq (pid ${dnsmasq})`);
    await ended(dnsmasq);
    expect((await cli('status')).stdout).toContain('not up; pxectl up starts it');
  });

  itNeeds('dnsmasq')('that hold a port of another one are told by its folder', async () => {
    await up('dnsmasq');
    const other = await makeFolder();
    try {
      await prepareState(other.path, CONFIG);
      for (const engine of ['builtin', 'dnsmasq']) {
        const second = await pxectl(['up', '--no-look', '--engine', engine], { cwd: other.path, network });
        expect(second.exitCode).toBe(4);
        expect(second.stderr).toContain(`taken by the pxectl of ${project}`);
        expect(second.stderr).toContain(`pxectl --config ${join(project, 'pxectl.yaml')} down`);
        expect(second.stderr).not.toContain('systemctl');
      }
    } finally {
      await other.remove();
    }
  });
});

describe('two at once', () => {
  it('the second waits for the first, and says who is up', async () => {
    const both = await Promise.all([
      cli('up', '--no-look', '--detach', '--engine', 'builtin'),
      cli('up', '--no-look', '--detach', '--engine', 'builtin'),
    ]);
    const pid = await pidOfSession();
    expect(both.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    const words = both.map(({ stderr }) => stderr).join('\n');
    expect(words).toContain(`up in the background (pid ${pid})`);
    expect(words).toContain(`already up (pid ${pid}, built-in proxyDHCP`);
    expect(await logOfSession()).not.toContain('\0');
  });

  it('in the foreground too, and down ends one that starts', async () => {
    const [file, args] = pxectlCommand(['up', '--no-look', '--engine', 'builtin'], network);
    const first = start(file, args, { cwd: project });
    const second = await cli('up', '--no-look', '--detach', '--engine', 'builtin');
    const pid = await pidOfSession();
    expect(second.stderr + pid).toMatch(new RegExp(`pid ${pid}`));
    expect((await cli('down')).exitCode).toBe(0);
    await first.ended;
    expect((await cli('status')).exitCode).toBe(1);
  });
});
