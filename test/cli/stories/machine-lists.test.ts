import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { linesOnTerminal } from '../../support/on-terminal.ts';
import { configText, prepareState } from '../../support/engine/prepare-state.ts';
import { makeFolder, pxectl } from '../../support/pxectl-process.ts';

const PROFILES = `profiles:
  classroom: { image: debian-12, install: { seed: seed.cfg } }
  kiosk: { image: local }
machines:
  # by the window
  - { mac: "52:54:00:00:00:01", name: pc-01,   profile: classroom } # loud fan
  - { mac: "52:54:00:00:00:02", name: pc-02, profile: classroom }
  - { serial: S-3, name: kiosk-1, profile: kiosk }
`;

let folder: Awaited<ReturnType<typeof makeFolder>>;
beforeEach(async () => {
  folder = await makeFolder();
  await prepareState(folder.path, configText('proxy', PROFILES));
  await writeFile(join(folder.path, 'seed.cfg'), '');
});
afterEach(() => folder.remove());

const cli = (...args: string[]) => pxectl(args, { cwd: folder.path });
const config = () => readFile(join(folder.path, 'pxectl.yaml'), 'utf8');
const list = (name: string, text: string) => writeFile(join(folder.path, name), text);

describe('pxectl machines set', () => {
  it('changes several machines, and no line beside theirs', async () => {
    const before = await config();
    const { exitCode, stderr } = await cli(
      'machines',
      'set',
      'pc-01',
      '5254.0000.0002',
      'vars.disk=/dev/vda',
      'arguments=quiet splash',
    );
    expect(exitCode).toBe(0);
    expect(stderr).toContain('pc-01, pc-02 changed in');
    const after = await config();
    expect(after).toContain('  # by the window\n');
    expect(after).toMatch(
      /name: pc-01, profile: classroom, vars: \{ disk: \/dev\/vda \}, arguments: \[ ?quiet, splash ?\] \} # loud fan/,
    );
    expect(after).toContain('- { serial: S-3, name: kiosk-1, profile: kiosk }');
    expect(await readFile(join(folder.path, 'pxectl.yaml.bak'), 'utf8')).toBe(before);
    await cli('machines', 'set', 'pc-01', 'pc-02', 'vars.disk=', 'arguments=');
    expect(await config()).toContain('- { mac: "52:54:00:00:00:02", name: pc-02, profile: classroom }');
    expect((await cli('machines', 'set', 'kiosk-1', 'profile=kiosk')).stderr).toContain('nothing is changed');
  });

  it('asks where nobody was named, and shows the difference of a dry run', async () => {
    const before = await config();
    const asked = await cli('machines', 'set', '--profile', 'classroom', 'image=local');
    expect(asked.exitCode).toBe(2);
    expect(asked.stderr).toContain('2 machines are changed: image=local');
    const dry = await cli('machines', 'set', '--all', 'vars.room=101', '--dry-run');
    expect(dry.stdout.match(/^\+.*room: 101/gm)).toHaveLength(3);
    expect(await config()).toBe(before);
    expect((await cli('machines', 'set', '--all', '--yes', 'vars.room=101')).exitCode).toBe(0);
    expect((await config()).match(/room: 101/g)).toHaveLength(3);
  });

  it.each<[string, string[], string]>([
    ['an unknown key', ['pc-01', 'imgae=x'], 'unknown key imgae'],
    ['an image that there is none of', ['pc-01', 'image=debian-13'], 'machines[0].image is "debian-13"'],
    ['one address for two', ['pc-01', 'pc-02', 'mac=52:54:00:00:00:09'], 'mac= is for one machine'],
    ['the address of another', ['pc-01', 'mac=52:54:00:00:00:02'], 'machines[0] has it already'],
    ['nobody', ['image=local'], 'which machines?'],
    ['nothing', ['pc-01'], 'there is nothing to set'],
    [
      'an unknown profile of the selection',
      ['--profile', 'clasroom', 'image=local'],
      'did you mean classroom?',
    ],
    ['a seed that is not there', ['pc-01', 'install.seed=nowhere.cfg'], 'there is no seed'],
  ])('refuses %s', async (_, args, text) => {
    const before = await config();
    const { exitCode, stderr } = await cli('machines', 'set', ...args);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(text);
    expect(await config()).toBe(before);
  });
});

describe('pxectl machines add', () => {
  it('takes every spelling of an address, numbers names, and says what they boot with', async () => {
    const spelt = ['52-54-00-00-00-A1', '5254.0000.00a2', '5254000000A3', '52:54:00:00:00:A4'];
    const words = [
      '--name',
      'pc-##',
      '--profile',
      'kiosk',
      '--arguments',
      'quiet splash',
      '--console',
      'ttyS1',
    ];
    const { exitCode, stderr } = await cli('machines', 'add', ...spelt, ...words);
    expect(exitCode, stderr).toBe(0);
    for (const number of [3, 4, 5, 6]) {
      expect(await config()).toMatch(
        new RegExp(
          `mac: 52:54:00:00:00:a${number - 2}, name: pc-0${number}, profile: kiosk, arguments: \\[ ?quiet, splash, console=ttyS1`,
        ),
      );
    }
    expect((await cli('machines', 'set', 'pc-03', 'console=ttyS0,115200')).exitCode).toBe(0);
    expect(await config()).toMatch(/name: pc-03, .*quiet, splash, "?console=ttyS0,115200"? ?\]/);
    await cli('machines', 'set', 'pc-03', 'console=', 'profile=');
    expect(await config()).toMatch(/name: pc-03, arguments: \[ ?quiet, splash ?\]/);
  });

  it('takes a machine by its UUID or serial number, which needs a name', async () => {
    const uuid = '4C4C4544-0044-4A10-8056-B4C04F4C3332';
    expect((await cli('machines', 'add', '--uuid', uuid, '--name', 'by-uuid')).exitCode).toBe(0);
    expect((await cli('machines', 'add', '--serial', 'VMware-56 4d', '--name', 'by-serial')).exitCode).toBe(
      0,
    );
    expect((await cli('machines', 'show', uuid.toLowerCase(), 'VMware-56 4d')).stdout).toMatch(
      /^by-uuid: [^]*^by-serial: /m,
    );
    for (const [args, what] of [
      [['--uuid', uuid], 'a machine without a MAC address needs --name'],
      [['--uuid', uuid, '--name', 'again'], 'has it already, in line'],
      [['52:54:00:00:00:b1', '52:54:00:00:00:b2', '--uuid', uuid], 'are for one machine'],
      [['52:54:00:00:00:b1', '52:54:00:00:00:b2', '--name', 'desk'], 'the name of 2 machines'],
      [[], 'which machine?'],
    ] as const) {
      const { exitCode, stderr } = await cli('machines', 'add', ...args);
      expect(stderr).toContain(what);
      expect(exitCode).toBe(2);
    }
  });
});

describe('pxectl machines import and export', () => {
  it('takes what it exports over without a difference, in every format', async () => {
    for (const format of ['csv', 'yaml', 'json']) {
      const { stdout } = await cli('machines', 'export', '--format', format);
      await list(`list.${format}`, `${stdout}\n`);
      const {
        stdout: dry,
        stderr,
        exitCode,
      } = await cli('machines', 'import', `list.${format}`, '--dry-run');
      expect([exitCode, dry.trim()], format).toEqual([0, 'no difference']);
      expect(stderr).toContain('0 machines added, 3 were there');
    }
    expect((await cli('machines', 'export', '--profile', 'kiosk')).stdout).toBe(
      'serial,name,profile\nS-3,kiosk-1,kiosk\n',
    );
  });

  it('adds and changes machines from a table, from ISC dhcpd and from dnsmasq', async () => {
    await list('room.csv', 'mac,name,profile\n52-54-00-00-00-01,pc-01,kiosk\n5254.0000.0004,pc-04,\n');
    const { stderr, exitCode } = await cli('machines', 'import', 'room.csv', '--profile', 'classroom');
    expect([exitCode, stderr]).toEqual([0, expect.stringContaining('1 machines added, 1 were there')]);
    await list('dhcpd.conf', 'host pc-05 { hardware ethernet 52:54:00:00:00:05; }\n');
    await cli('machines', 'import', 'dhcpd.conf', '--profile', 'classroom');
    await list('hosts.conf', 'dhcp-host=52:54:00:00:00:06,pc-06,192.168.1.6\n');
    await cli('machines', 'import', 'hosts.conf');
    const text = await config();
    expect(text).toContain('name: pc-01,   profile: kiosk } # loud fan'.replace('   ', ' '));
    expect(text).toContain('  - { mac: 52:54:00:00:00:04, name: pc-04, profile: classroom }');
    expect(text).toContain('name: pc-05, profile: classroom }');
    expect(text).toContain('- { mac: 52:54:00:00:00:06, name: pc-06 }');
  });

  it('takes no seed of elsewhere from a list', async () => {
    const seeds = ['/etc/shadow', '.git/config', '.pxectl/dashboard-token', '.', 'secrets/bmc', 'secrets'];
    const lines = seeds.map((seed, at) => `52:54:00:00:01:0${at},x${at},${seed}\n`);
    for (const [at, seed] of seeds.entries()) {
      await list('seeds.csv', `mac,name,install.seed\n${lines[at]}`);
      const { exitCode, stderr } = await cli('machines', 'import', 'seeds.csv');
      expect(exitCode).toBe(2);
      const isSecret = seed.startsWith('secrets');
      expect(stderr).toContain(
        isSecret ? `install.seed is "${seed}"` : `seeds.csv:2: the seed ${seed} is not in`,
      );
      if (isSecret) expect(stderr).toContain('goes out in a seed that names it');
    }
  });

  it('has no secret sent to a new place by a list that nobody was asked about', async () => {
    const before = await config();
    const power = 'redfish,10.0.9.1,x,webhook';
    await list(
      'pw.csv',
      `mac,name,power.type,power.host,power.user,power.secret\n52:54:00:00:01:01,x,${power}\n`,
    );
    const refused = await cli('machines', 'import', 'pw.csv');
    expect([refused.exitCode, refused.stderr]).toEqual([
      2,
      expect.stringContaining('sent to new places: the secret webhook goes to 10.0.9.1 for x'),
    ]);
    expect(await config()).toBe(before);
    expect((await cli('machines', 'import', 'pw.csv', '--yes')).exitCode).toBe(0);
    // what is sent there already may be said again, and another machine of that controller is no new place
    await list(
      'pw.csv',
      `mac,name,power.type,power.host,power.user,power.secret\n52:54:00:00:01:02,y,${power}\n`,
    );
    expect((await cli('machines', 'import', 'pw.csv')).exitCode).toBe(0);
  });

  it('tells everything that is wrong with its line, and imports nothing', async () => {
    const before = await config();
    await list(
      'bad.csv',
      'mac,name\n52:54:00:00:00:0,a\n52:54:00:00:00:11,b\n52:54:00:00:00:11,c\n52:54:00:00:00:01,pc-02\n',
    );
    const { exitCode, stderr } = await cli('machines', 'import', 'bad.csv');
    expect(exitCode).toBe(2);
    for (const line of [
      'bad.csv:2: 52:54:00:00:00:0 is not a MAC address',
      'also bad.csv:4: mac 52:54:00:00:00:11 stands in line 3 already',
      'also bad.csv:5: it is pc-01 and pc-02 at once',
      'nothing is imported',
    ])
      expect(stderr).toContain(line);
    await list(
      'worse.csv',
      'mac,name,image,x\n52:54:00:00:00:12,b,debian-12\n52:54:00:00:00:13,c,debian-13\n01:00:5e:00:00:01,d,\nzz,e,,\n',
    );
    const worse = await cli('machines', 'import', 'worse.csv');
    // of its headings, of a line by itself, and what pxectl.yaml would refuse
    expect(worse.stderr).toContain('worse.csv:1: unknown key x');
    expect(worse.stderr).toContain('also worse.csv:5: zz is not a MAC address');
    expect(worse.stderr).toContain('also worse.csv:3: machines[4].image is "debian-13"');
    expect(worse.stderr).toContain('also worse.csv:4: machines[5].mac is "01:00:5e:00:00:01"');
    expect(await config()).toBe(before);
  });
});

describe('pxectl machines', () => {
  it('is one line for each machine in 80 columns, in the order of a column, and show tells the rest', async () => {
    await cli('machines', 'set', 'pc-02', `name=${'a-very-long-name-'.repeat(3)}x`);
    await cli('machines', 'arm', '--profile', 'classroom', '--yes');
    const lines = await linesOnTerminal(['machines', '--sort', 'name'], folder.path);
    expect(lines[0]).toMatch(/^NAME +PROFILE +STATE +STAGE +SINCE +FINDING$/);
    expect(lines.every((line) => line.length <= 80)).toBe(true);
    expect(lines.slice(1).map((line) => line.slice(0, 4))).toEqual(['a-ve', 'kios', 'pc-0']);
    expect(lines[3]).toMatch(/^pc-01 +classroom +ARMED +- +\d\d-\d\d \d\d:\d\d +-$/);
    const { machines } = JSON.parse((await cli('machines', '--json', '--sort', 'name')).stdout) as {
      machines: object[];
    };
    expect(machines[2]).toMatchObject({
      name: 'pc-01',
      profile: 'classroom',
      state: 'armed',
      order: 'once',
      boot: null,
    });
    const shown = await cli('machines', 'show', 'pc-01', 'S-3');
    expect(shown.stdout).toContain('pc-01: mac 52:54:00:00:00:01, profile classroom');
    expect(shown.stdout).toMatch(/state +ARMED \(by \S+\), since /);
    expect(shown.stdout).toMatch(/image +debian-12 {2}\(line 7, profile classroom; /);
    expect(shown.stdout).toContain('kiosk-1: serial S-3, profile kiosk');
    expect((await cli('machines', 'disarm', '--all')).stderr).toContain(
      '1 of 3 machines have no install seed: left out',
    );
  });

  it('takes out a whole profile, and asks before it does', async () => {
    const asked = await cli('machines', 'rm', '--profile', 'classroom');
    expect(asked.exitCode).toBe(2);
    expect(asked.stderr).toContain('2 machines are taken out of');
    expect((await cli('machines', 'rm', '--profile', 'classroom', '--yes')).exitCode).toBe(0);
    const left = JSON.parse((await cli('machines', '--json')).stdout) as { machines: { name: string }[] };
    expect(left.machines.map(({ name }) => name)).toEqual(['kiosk-1']);
  });
});
