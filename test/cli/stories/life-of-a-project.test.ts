import { appendFile, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BootEvent } from '../../../src/model/boot-event.ts';
import { identityOf } from '../../../src/platform/process-identity.ts';
import { start } from '../../../src/platform/long-running.ts';
import { run } from '../../../src/platform/processes.ts';
import { itNeeds } from '../../support/external-tool.ts';
import {
  makeFolder,
  makePrivateNetwork,
  pxectl,
  pxectlCommand,
  type PrivateNetwork,
} from '../../support/pxectl-process.ts';

/** The parts of pxectl's JSON that the tests look into. */
interface CliJson {
  readonly images: unknown;
  readonly machines: unknown;
  readonly plans: readonly { readonly plan: unknown }[];
  readonly session: { readonly process: { readonly pid: number } };
}

/** One folder, from nothing to `down`, in a network of its own: the tests build on each other in order. */
describe('the life of a project', () => {
  let folder: Awaited<ReturnType<typeof makeFolder>>;
  let network: PrivateNetwork;
  const cli = (...args: string[]) => pxectl(args, { cwd: folder.path, network });
  const json = async (...args: string[]): Promise<CliJson> =>
    JSON.parse((await cli(...args)).stdout) as CliJson;
  const config = () => readFile(join(folder.path, 'pxectl.yaml'), 'utf8');
  const httpStatus = async (path: string): Promise<string> => {
    const url = `http://192.168.1.50:8080${path}`;
    const curl = ['curl', '-s', '-o', '/dev/null', '-w', '%{http_code}', url];
    return (await run('ip', ['netns', 'exec', network.namespace, ...curl])).stdout;
  };

  beforeAll(async () => {
    folder = await makeFolder();
    network = await makePrivateNetwork();
  });
  afterAll(async () => {
    await cli('down');
    await network.destroy();
    await folder.remove();
  });

  it('init finds interface, address and router, and writes a commented file', async () => {
    const dry = await cli('init', '--dry-run');
    expect(dry.exitCode).toBe(0);
    await expect(stat(join(folder.path, 'pxectl.yaml'))).rejects.toThrow('ENOENT');
    const { exitCode, stderr } = await cli('init');
    expect(exitCode).toBe(0);
    expect(stderr).toContain('found    interface eno1: 192.168.1.50/24');
    expect(stderr).toContain('found    router 192.168.1.1');
    expect(await config()).toBe(dry.stdout);
    expect(await config()).toContain('interface: eno1');
  });

  it('init keeps all that is there', async () => {
    await appendFile(join(folder.path, 'pxectl.yaml'), '# mine\n');
    const before = await config();
    const { exitCode, stderr } = await cli('init');
    expect(exitCode).toBe(0);
    expect(stderr).toContain('says so already');
    expect((await cli('init', '--force')).exitCode).toBe(0);
    expect(await config()).toBe(before);
    expect(await readFile(join(folder.path, '.gitignore'), 'utf8')).toContain('.pxectl/\nsecrets/\n');
  });

  it('up says what it would do about an image that is missing', async () => {
    const { exitCode, stdout } = await cli('up', 'debian-12', '--dry-run');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('would fetch debian-12, add it to images');
  });

  it('fetch stores the image and its loaders, and adds it to the configuration', async () => {
    const before = await config();
    const { exitCode, stderr } = await cli('fetch', 'debian-12');
    expect(exitCode).toBe(0);
    expect(stderr).toContain('added to images');
    // every comment stays where it was
    const changed = before
      .replace('images: []', 'images: [ debian-12 ]')
      .replace('default: local', 'default: debian-12');
    expect(await config()).toBe(changed);
  });

  it('fetch again does nothing and says so', async () => {
    const { exitCode, stderr } = await cli('fetch');
    expect(exitCode).toBe(0);
    expect(stderr).toContain('debian-12: already here, nothing to do');
  });

  it('images shows size, verification and use, and verify finds damage', async () => {
    const { images } = await json('images', '--json');
    expect(images).toMatchObject([{ id: 'debian-12', verification: 'package', usedBy: ['default'] }]);
    expect((await cli('images', 'verify')).exitCode).toBe(0);
    expect((await cli('images', 'rm', 'debian-12')).exitCode).toBe(5);
    await appendFile(join(folder.path, '.pxectl/images/debian-12/linux'), 'x');
    const damaged = await cli('images', 'verify');
    expect(damaged.exitCode).toBe(1);
    expect(damaged.stdout).toContain('debian-12/linux: wrong-size');
    expect((await cli('fetch', '--force', 'debian-12')).exitCode).toBe(0);
    expect((await cli('images', 'verify')).exitCode).toBe(0);
  });

  it('render says what each firmware gets, and why', async () => {
    const { stdout } = await cli('render', '--for', 'uefi-x64');
    expect(stdout).toContain('boot file    ipxe/snponly-x64.efi');
    expect(stdout).toContain('option 43    none');
    expect(stdout).toContain('because');
    expect(stdout).toContain('then: debian-12');
    const bios = await json('render', '--for', 'bios', '--json');
    expect(bios.plans[0]?.plan).toMatchObject({
      offer: { bootFile: 'lpxelinux.0', nextServer: '192.168.1.50' },
    });
    expect((await cli('render', '--for', 'toaster')).exitCode).toBe(2);
  });

  it('up --dry-run starts and writes nothing', async () => {
    const { exitCode, stdout } = await cli('up', '--dry-run', '--engine', 'builtin');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('serve/tftp/pxelinux.cfg/default');
    await expect(stat(join(folder.path, '.pxectl/serve'))).rejects.toThrow('ENOENT');
  });

  it('up --detach serves in the background; a second up is a no-op that says so', async () => {
    const { exitCode, stderr } = await cli('up', '--detach', '--engine', 'builtin');
    expect(stderr).toContain('up in the background');
    expect(exitCode).toBe(0);
    expect(await httpStatus('/images/debian-12/linux')).toBe('200');
    expect(await httpStatus('/loaders/ipxe/snponly-x64.efi')).toBe('200');
    const again = await cli('up');
    expect(again.exitCode).toBe(0);
    expect(again.stderr).toContain('already up');
    expect(await json('status', '--json')).toMatchObject({ up: true, session: { engine: 'builtin' } });
  });

  it('machines are added, listed, armed and disarmed while it runs', async () => {
    await writeFile(join(folder.path, 'node.cfg'), '# preseed\n');
    const mac = 'F4-4D-30-00-00-01';
    const added = await cli(
      'machines',
      'add',
      mac,
      '--name',
      'node-1',
      '--image',
      'debian-12',
      '--seed',
      'node.cfg',
    );
    expect(added.exitCode).toBe(0);
    expect((await json('machines', '--json')).machines).toMatchObject([
      { name: 'node-1', mac: 'f4:4d:30:00:00:01', isArmed: false, install: { once: true } },
    ]);
    expect((await cli('reload')).exitCode).toBe(0);
    await expect.poll(() => httpStatus('/machines/f4-4d-30-00-00-01.ipxe')).toBe('200');
    expect((await cli('machines', 'disarm', 'node-1')).exitCode).toBe(0);
    expect((await json('machines', '--json')).machines).toMatchObject([{ isArmed: false }]);
    expect((await cli('machines', 'arm', 'f4:4d:30:00:00:01', '--yes')).exitCode).toBe(0);
    expect((await json('machines', '--json')).machines).toMatchObject([{ isArmed: true }]);
    expect((await cli('machines', 'arm', 'node-9')).exitCode).toBe(2);
    expect((await cli('machines', 'rm', 'node-1')).exitCode).toBe(0);
    expect((await json('machines', '--json')).machines).toEqual([]);
  });

  it('a mistake in the changed file is refused and the running one goes on', async () => {
    const good = await config();
    await writeFile(join(folder.path, 'pxectl.yaml'), good.replace('mode: proxy', 'mode: proxi'));
    expect((await cli('reload')).exitCode).toBe(3);
    await writeFile(join(folder.path, 'pxectl.yaml'), good);
    expect(await httpStatus('/boot.ipxe')).toBe('200');
  });

  it('a change that would move it under its clients is refused, and said', async () => {
    const good = await config();
    await writeFile(join(folder.path, 'pxectl.yaml'), good.replace('port: 8080', 'port: 8090'));
    const refused = await cli('reload');
    expect(refused.exitCode).toBe(3);
    expect(refused.stderr).toContain('http.port cannot change while pxectl is up');
    const log = () => readFile(join(folder.path, '.pxectl/run/pxectl.log'), 'utf8');
    await expect.poll(log).toContain('http.port cannot change while pxectl is up');
    await writeFile(join(folder.path, 'pxectl.yaml'), good);
    expect(await httpStatus('/boot.ipxe')).toBe('200');
  });

  it('watch --json prints one event a line', async () => {
    const [file, args] = pxectlCommand(['watch', '--all', '--json'], network);
    const watching = start(file, args, { cwd: folder.path });
    const lines: string[] = [];
    watching.onLine((line, stream) => stream === 'stdout' && lines.push(line));
    await expect.poll(() => lines.length, { timeout: 10_000 }).toBeGreaterThan(3);
    watching.kill('SIGINT');
    expect((await watching.ended).exitCode).toBe(0);
    const events = lines.map((line) => JSON.parse(line) as BootEvent);
    expect(events.map((event) => event.type)).toContain('engine.ready');
    expect(events.every((event) => typeof event.time === 'string' && typeof event.detail === 'object')).toBe(
      true,
    );
  });

  it('another pxectl finds the ports taken and names the process', async () => {
    const other = await makeFolder();
    try {
      await writeFile(join(other.path, 'pxectl.yaml'), await config());
      await run('cp', ['-r', join(folder.path, '.pxectl'), join(other.path, '.pxectl')]);
      await run('rm', ['-rf', join(other.path, '.pxectl/run')]);
      const { exitCode, stderr } = await pxectl(['up', '--no-look', '--engine', 'builtin'], {
        cwd: other.path,
        network,
      });
      expect(exitCode).toBe(4);
      const { session } = await json('status', '--json');
      expect(stderr).toMatch(/port (8080|69|67|4011)/);
      expect(stderr).toContain(String(session.process.pid));
    } finally {
      await other.remove();
    }
  });

  it('down stops it and leaves nothing behind; a second down is a no-op', async () => {
    const { session } = await json('status', '--json');
    const { exitCode, stderr } = await cli('down');
    expect(exitCode).toBe(0);
    expect(stderr).toContain(`pid ${session.process.pid}`);
    expect(await identityOf(session.process.pid)).toBeUndefined();
    expect((await cli('status')).exitCode).toBe(1);
    expect((await cli('down')).stderr).toContain('nothing is up here');
    expect(await httpStatus('/boot.ipxe')).toBe('000');
  });

  it('up works again after kill -9', async () => {
    expect((await cli('up', '--no-look', '--detach', '--engine', 'builtin')).exitCode).toBe(0);
    const { session } = await json('status', '--json');
    process.kill(session.process.pid, 'SIGKILL');
    await expect.poll(() => identityOf(session.process.pid)).toBeUndefined();
    expect((await cli('status')).exitCode).toBe(1);
    const again = await cli('up', '--no-look', '--detach', '--engine', 'builtin');
    expect(again.stderr).toContain('up in the background');
    expect((await cli('down')).exitCode).toBe(0);
  });

  it('in the foreground it ends cleanly on ^C', async () => {
    const [file, args] = pxectlCommand(['up', '--no-look', '--engine', 'builtin', '--json'], network);
    const running = start(file, args, { cwd: folder.path });
    const types: string[] = [];
    running.onLine((line, stream) => stream === 'stdout' && types.push((JSON.parse(line) as BootEvent).type));
    await expect.poll(() => types, { timeout: 15_000 }).toContain('engine.ready');
    running.kill('SIGINT');
    expect((await running.ended).exitCode).toBe(0);
    expect((await cli('status')).exitCode).toBe(1);
  });

  itNeeds('script')('on a terminal it ends with it, and a reload does not end it', async () => {
    const [file, words] = pxectlCommand(['up', '--no-look', '--engine', 'builtin'], network);
    const line = [file, ...words].join(' ');
    // script makes the terminal, and closes it when it ends
    const terminal = start('script', ['-qfc', line, '/dev/null'], { cwd: folder.path });
    const isUp = async () => (await cli('status')).exitCode === 0;
    await expect.poll(isUp, { timeout: 15_000 }).toBe(true);
    const { session } = await json('status', '--json');
    expect((await cli('reload')).exitCode).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(await isUp()).toBe(true);
    terminal.kill('SIGKILL');
    await expect.poll(() => identityOf(session.process.pid), { timeout: 15_000 }).toBeUndefined();
    expect((await cli('down')).stderr).toContain('nothing is up here');
  });

  it('up without the interface in the configuration says which there are', async () => {
    const good = await config();
    await writeFile(join(folder.path, 'pxectl.yaml'), good.replace('interface: eno1', 'interface: eno7'));
    const { exitCode, stderr } = await cli('up', '--no-look', '--engine', 'builtin');
    expect(exitCode).toBe(4);
    expect(stderr).toContain('eno7');
    await writeFile(join(folder.path, 'pxectl.yaml'), good.replace('address: auto', 'address: 192.168.1.51'));
    const wrong = await cli('up', '--no-look', '--engine', 'builtin');
    expect(wrong.exitCode).toBe(4);
    expect(wrong.stderr).toContain('192.168.1.51');
    await writeFile(join(folder.path, 'pxectl.yaml'), good);
  });
});

it('up IMAGE with no configuration does init, fetch and up in one go', async () => {
  const folder = await makeFolder();
  const network = await makePrivateNetwork();
  try {
    const cli = (...args: string[]) => pxectl(args, { cwd: folder.path, network });
    expect((await cli('up', 'debian-12', '--dry-run')).stdout).toContain('would write');
    const { exitCode, stderr } = await cli('up', 'debian-12', '--no-look', '--detach', '--engine', 'builtin');
    expect(stderr).toContain('up in the background');
    expect(exitCode).toBe(0);
    expect(JSON.parse((await cli('status', '--json')).stdout)).toMatchObject({ up: true });
    expect((await cli('down')).exitCode).toBe(0);

    // as when the first one was interrupted while it fetched: the same command goes on
    await run('rm', ['-rf', join(folder.path, '.pxectl/images')]);
    const again = await cli('up', 'debian-12', '--no-look', '--detach', '--engine', 'builtin');
    expect(again.stderr).toContain('up in the background');
    expect((await cli('down')).exitCode).toBe(0);
  } finally {
    await network.destroy();
    await folder.remove();
  }
});

it('without the capability for low ports it says which is missing, and the line that gives it', async () => {
  const folder = await makeFolder();
  const network = await makePrivateNetwork();
  try {
    await pxectl(['init', '--image', 'debian-12'], { cwd: folder.path, network });
    await pxectl(['fetch', 'debian-12'], { cwd: folder.path, network });
    const dropped = ['setpriv', '--bounding-set=-net_bind_service,-net_raw,-net_admin', '--inh-caps=-all'];
    const [file, args] = pxectlCommand(['up', '--no-look', '--engine', 'builtin'], network);
    const [, , name = '', ...command] = args;
    const { exitCode, stderr } = await run(file, ['netns', 'exec', name, ...dropped, ...command], {
      cwd: folder.path,
      timeoutMs: 30_000,
    });
    expect(exitCode).toBe(4);
    expect(stderr).toContain('no CAP_NET_BIND_SERVICE');
    expect(stderr).toContain('--ambient-caps +net_bind_service,+net_raw');
  } finally {
    await network.destroy();
    await folder.remove();
  }
});
