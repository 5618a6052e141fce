import { existsSync } from 'node:fs';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { start } from '../../../src/platform/long-running.ts';
import { writeCasperIso } from '../../support/casper-iso.ts';
import { documentedCommands, isTaken, shellLines } from '../../support/documents.ts';
import { configText, prepareState } from '../../support/engine/prepare-state.ts';
import { KEY } from '../../support/new-seeds.ts';
import {
  makeFolder,
  makePrivateNetwork,
  pxectl,
  pxectlCommand,
  type PrivateNetwork,
} from '../../support/pxectl-process.ts';

const ON_CLEAN_SYSTEM = 'installs a package: test/firmware/installed-package.test.ts has a system of its own';
const IN_CONTAINER = 'needs a Docker Engine: test/integration/release/oci-image.test.ts has one of its own';

/** What is not run here, and the reason. */
const NOT_RUN: Readonly<Record<string, string>> = {
  'sudo apt install ./pxectl_VERSION-1_amd64.deb': ON_CLEAN_SYSTEM,
  'cd /etc/pxectl': ON_CLEAN_SYSTEM,
  'sudo -u pxectl pxectl init': ON_CLEAN_SYSTEM,
  'sudo -u pxectl pxectl fetch debian-12': ON_CLEAN_SYSTEM,
  'sudo systemctl enable --now pxectl': ON_CLEAN_SYSTEM,
  'sudo -u pxectl pxectl status': ON_CLEAN_SYSTEM,
  'sudo apt remove pxectl': ON_CLEAN_SYSTEM,
  'sudo apt purge pxectl': ON_CLEAN_SYSTEM,
  'sudo dnf install ./pxectl-VERSION-1.x86_64.rpm':
    'no system here has dnf: test/integration/release/rpm-package.test.ts looks into it',
  'docker load -i pxectl-VERSION-oci-amd64.tar': IN_CONTAINER,
  'mkdir pxectl && sudo chown 65532:65532 pxectl': IN_CONTAINER,
  'docker compose run --rm pxectl init': IN_CONTAINER,
  'docker compose run --rm pxectl fetch debian-12': IN_CONTAINER,
  'docker compose up -d': IN_CONTAINER,
  'docker compose exec pxectl pxectl status': IN_CONTAINER,
  'pxectl install NAME --wait':
    'waits for a machine that installs: test/integration/sessions/install.test.ts',
  'make demo': 'boots three machines: CI runs it beside the tests',
  'make test': 'runs this test',
  'unxz pxectl-linux-x64.xz && sudo install pxectl-linux-x64 /usr/local/bin/pxectl':
    'changes the machine: test/integration/release/executable.test.ts runs it',
  'sudo npm install -g pxectl-VERSION.tgz':
    'changes the machine: test/integration/release/npm-package.test.ts has a prefix of its own',
  'openssl pkeyutl -verify -pubin -inkey release-key.pub -rawin -in SHA256SUMS -sigfile SHA256SUMS.sig':
    'needs a release: test/integration/release/release.test.ts',
  "grep 'pxectl-linux-x64.xz$' SHA256SUMS | sha256sum -c":
    'needs a release: test/integration/release/release.test.ts',
  'git checkout COMMIT': 'changes the clone',
  'npm ci': 'is done already, by .ci/setup',
  'make release': 'takes minutes: test/integration/release/release.test.ts builds without compressing',
  'diff release/SHA256SUMS DOWNLOADS/SHA256SUMS':
    'needs a release: test/integration/release/release.test.ts builds it twice',
  'npm ci && npm run build && sudo npm link': 'changes the machine: the built program is what runs here',
  'pxectl fetch ubuntu-20.04.3':
    'gigabytes: test/integration/images/fetch-ubuntu.test.ts has a mirror of its own',
  'pxectl fetch ubuntu-24.04':
    'gigabytes: test/integration/images/fetch-ubuntu.test.ts has a mirror of its own',
  'pxectl fetch debian-12 ubuntu-24.04':
    'gigabytes: test/integration/images/fetch-ubuntu.test.ts has a mirror of its own',
  'pxectl fetch ubuntu-20.04.3 --mirror https://releases.ubuntu.com=http://192.168.1.9/ubuntu':
    'asks that mirror: test/cli/mirrors.test.ts',
  'pxectl doctor --probe': 'takes half a minute: test/integration/doctor/probe.test.ts',
  'pxectl report NAME': 'needs a boot: test/cli/report.test.ts',
  'pxectl machines adopt': 'needs a machine that was seen: test/cli/adopt.test.ts',
  'pxectl machines adopt MAC': 'needs a machine that was seen: test/cli/adopt.test.ts',
  'pxectl power state NAME': 'needs a controller: test/integration/machines/power.test.ts',
  'pxectl power on NAME': 'needs a controller: test/integration/machines/power.test.ts',
  'pxectl power off NAME': 'needs a controller: test/integration/machines/power.test.ts',
  'pxectl power restart NAME': 'needs a controller: test/integration/machines/power.test.ts',
  'pxectl power boot-network NAME': 'needs a controller: test/integration/machines/power.test.ts',
  'pxectl lab run': 'boots a machine: test/firmware/lab-run.test.ts',
  'pxectl lab run --install seeds/debian.cfg': 'installs a machine: test/firmware/whole-lab-install.test.ts',
  'pxectl lab run --install seed.cfg --image debian-12':
    'installs a machine: test/firmware/whole-lab-install.test.ts',
  'pxectl lab run --firmware F': 'boots a machine: test/firmware/lab-run.test.ts',
  'pxectl lab run --firmware bios': 'boots a machine: test/firmware/lab-run.test.ts',
  'pxectl lab run --firmware uefi-x64': 'boots a machine: test/firmware/lab-run.test.ts',
  'pxectl lab run --firmware uefi-x64 --dnsmasq-conf dnsmasq.conf --screen screen.png':
    'boots a machine: test/firmware/lab-run.test.ts',
};

/** What a document leaves out because the reader knows it, and what would ask a person. */
const COMPLETED: Readonly<Record<string, string>> = {
  'pxectl images rm': 'pxectl images rm debian-12 --force --dry-run',
  'pxectl images rm NAME': 'pxectl images rm debian-12 --force --dry-run',
  // without a name it fetches what the file lists, which other commands here add to
  'pxectl fetch --force': 'pxectl fetch debian-12 --force',
  'pxectl init --mode full': 'pxectl init --mode full --dry-run',
  'pxectl machines add': 'pxectl machines add 52:54:00:12:34:99',
  'pxectl machines rm': 'pxectl machines rm 52:54:00:12:34:99',
  'pxectl machines arm': 'pxectl machines arm node-1 --yes',
  'pxectl machines arm NAME': 'pxectl machines arm node-1 --yes',
  'pxectl machines arm --always NAME': 'pxectl machines arm --always node-1 --yes',
  'pxectl machines arm --profile classroom': 'pxectl machines arm --profile classroom --yes',
  'pxectl machines disarm': 'pxectl machines disarm node-1',
  'pxectl machines set --profile classroom install.seed=seeds/new.cfg':
    'pxectl machines set --profile classroom install.seed=seeds/new.cfg --yes',
  'pxectl machines arm node-1': 'pxectl machines arm node-1 --yes',
  'pxectl machines add 52:54:00:12:34:56 --name node-1 --image debian-12 --seed seeds/debian.cfg':
    'pxectl machines add 52:54:00:12:34:9a --name node-2 --image debian-12 --seed seeds/debian.cfg',
  'pxectl seeds check FILE': 'pxectl seeds check seeds/new.cfg',
  'pxectl seeds new': 'pxectl seeds new talos',
  'pxectl seeds new debian --disk /dev/sda --timezone Europe/Berlin':
    'pxectl seeds new debian --disk /dev/sda --timezone Europe/Berlin --ssh-key ada.pub --to another.cfg',
  'pxectl doctor CODE or TEXT': 'pxectl doctor PXE-E21',
  'pxectl doctor --config /etc/dnsmasq.conf --fix': 'pxectl doctor --config dnsmasq.conf --fix',
  'pxectl doctor --log dnsmasq.log --config /etc/dnsmasq.conf':
    'pxectl doctor --log dnsmasq.log --config dnsmasq.conf',
};

/** What stands for something. */
const STANDS_FOR: Readonly<Record<string, string>> = {
  'THE LINE ABOVE': 'PXE-E18: Server response timeout.',
  COMMAND: 'up',
  E: 'builtin',
  F: 'uefi',
  FILE: 'boot.pcap',
  FIRMWARE: 'uefi-x64',
  IMAGE: 'debian-12',
  MAC: '52:54:00:12:34:56',
  NAME: 'node-1',
};

const wordsOf = (command: string): string[] =>
  [...command.matchAll(/"([^"]*)"|(\S+)/g)]
    .slice(1)
    .map(([, quoted, plain]) => quoted ?? plain ?? '')
    .map((word) => STANDS_FOR[word] ?? word);

const commands = documentedCommands();
const runnable = commands.filter((command) => !(command in NOT_RUN));
/** In the order of a first evening: this folder has nothing yet. */
const BEGINNING = ['pxectl init', 'pxectl fetch IMAGE'];
const serving = runnable.filter((command) => /^pxectl up\b/.test(command));
const changing = runnable.filter((command) => /^pxectl (?:machines (?:add|arm|disarm)|reload)/.test(command));
const others = runnable.filter(
  (command) => ![...BEGINNING, ...serving, ...changing, 'pxectl watch', 'pxectl down'].includes(command),
);

let folder: Awaited<ReturnType<typeof makeFolder>>;
let network: PrivateNetwork;
const cli = (words: readonly string[]) => pxectl(words, { cwd: folder.path, network });

/** Runs what serves or follows until it has said `text`, and ends it with ^C. */
async function runUntil(words: readonly string[], text: string): Promise<number | undefined> {
  const [file, args] = pxectlCommand(words, network);
  const running = start(file, args, { cwd: folder.path, env: { PXECTL_CONFIG: '' } });
  const lines: string[] = [];
  running.onLine((line) => lines.push(line));
  await expect.poll(() => lines.join('\n'), { timeout: 30_000 }).toContain(text);
  running.kill('SIGINT');
  return (await running.ended).exitCode;
}

describe('every command of the documents', () => {
  beforeAll(async () => {
    network = await makePrivateNetwork();
    folder = await makeFolder();
    writeCasperIso(join(folder.path, 'my.iso'));
  });
  afterAll(async () => {
    await cli(['down']);
    await network.destroy();
    await folder.remove();
  });

  it('is run, or stands here with the reason', async () => {
    const known = [...commands, ...shellLines()];
    expect(shellLines().filter((line) => !(line in NOT_RUN))).toEqual([]);
    expect(
      [...Object.keys(NOT_RUN), ...Object.keys(COMPLETED), ...BEGINNING].filter(
        (one) => !known.includes(one),
      ),
    ).toEqual([]);
    for (const command of Object.keys(NOT_RUN).filter((one) => one.startsWith('pxectl '))) {
      expect(await isTaken(wordsOf(command)), command).toBe(true);
    }
    const tests = Object.values(NOT_RUN).flatMap((reason) => /test\/\S+\.ts/.exec(reason) ?? []);
    expect(tests.filter((file) => !existsSync(file))).toEqual([]);
  });

  it.each(BEGINNING)('%s, in this order', async (command) => {
    expect(await cli(wordsOf(command))).toMatchObject({ exitCode: 0 });
  });

  it.each(serving)('%s', async (command) => {
    const words = [...wordsOf(command), '--no-look'];
    if (words.includes('--dry-run')) return expect(await cli(words)).toMatchObject({ exitCode: 0 });
    if (!words.includes('--detach')) return expect(await runUntil(words, '^C stops')).toBe(0);
    expect(await cli(words)).toMatchObject({ exitCode: 0 });
    expect(await cli(wordsOf('pxectl down'))).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining('stopped'),
    });
  });

  describe('while it serves', () => {
    beforeAll(async () => {
      const more = [
        'profiles: { classroom: { image: debian-12, install: { seed: seeds/new.cfg } } }',
        'machines:',
        '  - { mac: 52:54:00:12:34:56, name: node-1, install: { seed: node.cfg, once: false } }',
        '  - { mac: 52:54:00:12:34:61, name: pc-01, profile: classroom }',
        '  - { mac: 52:54:00:12:34:62, name: pc-02, profile: classroom }',
      ];
      await prepareState(folder.path, configText('proxy', more.join('\n')).replace('br0', 'eno1'));
      await writeFile(join(folder.path, 'room.csv'), 'mac,name\n52:54:00:12:34:71,pc-11\n');
      await writeFile(join(folder.path, 'ada.pub'), `${KEY}\n`);
      await mkdir(join(folder.path, 'seeds'));
      for (const seed of ['node.cfg', 'seeds/new.cfg', 'seeds/debian.cfg']) {
        await writeFile(
          join(folder.path, seed),
          'd-i preseed/late_command string wget -O- --post-data= @PXECTL_REPORT@/done\n',
        );
      }
      const fixture = 'fixtures/failures/users-own-conf';
      for (const [from, to] of [
        ['capture.pcap', 'boot.pcap'],
        ['dnsmasq.conf', 'dnsmasq.conf'],
        ['dnsmasq.log', 'dnsmasq.log'],
      ] as const) {
        await copyFile(join(fixture, from), join(folder.path, to));
      }
      await writeFile(join(folder.path, 'screen.txt'), 'PXE-E18: Server response timeout.\n');
      expect(await cli(['up', '--detach', '--no-look', '--engine', 'builtin'])).toMatchObject({
        exitCode: 0,
      });
    });

    it.each(changing)('%s', async (command) => {
      const { exitCode, stderr } = await cli(wordsOf(COMPLETED[command] ?? command));
      expect(stderr).not.toContain('error:');
      expect(exitCode).toBe(0);
    });

    it.concurrent.each(others)('%s', async (command) => {
      const { exitCode, stderr } = await cli(wordsOf(COMPLETED[command] ?? command));
      expect(stderr).not.toContain('error:');
      // doctor ends with 1 where it found something: it is asked about failures here
      expect(command.startsWith('pxectl doctor') ? [0, 1] : [0]).toContain(exitCode);
    });

    it('pxectl watch', async () => {
      // from the beginning, since no machine boots here
      expect(await runUntil(['watch', '--all'], 'ready: ')).toBe(0);
    });
  });
});
