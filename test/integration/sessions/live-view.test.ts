import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { createVirtualLan, type VirtualLan } from '../../../src/lab/virtual-lan.ts';
import { configText, prepareState } from '../../support/engine/prepare-state.ts';
import { itNeeds } from '../../support/external-tool.ts';
import { pxectl } from '../../support/pxectl-process.ts';
import { TmuxTerminal } from '../../support/tmux-terminal.ts';

const PROGRAM = new URL('../../../bin/pxectl.js', import.meta.url).pathname;

let lan: VirtualLan;
let folder: string;
let terminal: TmuxTerminal;
let other: TmuxTerminal;
let stranger: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pxectl-view-'));
  lan = await createVirtualLan({ folder: join(folder, 'lan') });
  const macs: string[] = [];
  for (const [name, address] of [
    ['pc1', '192.168.1.61'],
    ['pc2', '192.168.1.62'],
    ['pc3', '192.168.1.63'],
  ] as const) {
    await lan.addHost(name, address);
    macs.push((await lan.execIn(name, 'cat', ['/sys/class/net/eth0/address'])).stdout.trim());
  }
  stranger = macs[2]!;
  const machines = [
    `{ mac: "${macs[0]}", name: node-1, install: { seed: seed.cfg } }`,
    `{ mac: "${macs[1]}", name: node-2, power: { type: wol } }`,
  ];
  await prepareState(folder, configText('proxy', `machines: [${machines.join(', ')}]`), {
    initrdBytes: 60_000_000,
  });
  await writeFile(join(folder, 'seed.cfg'), '# preseed\n');
  terminal = new TmuxTerminal(`pxectl-${process.pid}`, lan.namespaceOf('lan'));
  other = new TmuxTerminal(`pxectl-${process.pid}-other`, lan.namespaceOf('lan'));
});
afterAll(async () => {
  await terminal.close();
  await other.close();
  await pxectl(['down'], { cwd: folder });
  await lan.destroy();
  await rm(folder, { recursive: true, force: true });
});

const discover = (name: string) =>
  lan
    .execIn(name, 'busybox', [
      ...['udhcpc', '-i', 'eth0', '-n', '-q', '-t', '1', '-T', '1', '-s', '/bin/true'],
      ...['-V', 'PXEClient:Arch:00000:UNDI:002001', '-x', '0x5d:0000'],
    ])
    .catch(() => undefined);
const curl = (name: string, url: string, ...more: string[]) =>
  lan.execIn(name, 'curl', ['-s', '-o', '/dev/null', '-m', '30', ...more, url]);

async function untilShown(act: () => Promise<unknown>, what: RegExp): Promise<void> {
  await expect
    .poll(() => act().then(() => terminal.picture()), { timeout: 20_000, interval: 500 })
    .toMatch(what);
}

itNeeds(
  'root',
  'ip',
  'tmux',
  'curl',
  'busybox',
)('shows machines while they boot, takes keys, and gives the terminal back', async () => {
  await terminal.open([process.execPath, PROGRAM, 'up', '--no-look', '--engine', 'builtin'], folder);
  await terminal.shows(/2 machines, 0 booting, 0 with a problem/);
  await other.open([process.execPath, PROGRAM, 'watch'], folder);
  await Promise.all([discover('pc1'), discover('pc2')]);
  // whose address it is takes a moment to be known
  await untilShown(() => curl('pc1', 'tftp://192.168.1.50/lpxelinux.0'), /node-1 +has lpxelinux\.0/);
  await untilShown(() => curl('pc2', 'tftp://192.168.1.50/no-such-loader.0'), /node-2 +asked for no-such/);
  // it takes the first part, and the rest when everything was seen
  const initrd = 'http://192.168.1.50:8080/images/debian-12/initrd.gz';
  const slow = lan.execIn('pc1', 'bash', [
    '-c',
    `curl -s -m 60 ${initrd} | (head -c 9000000; sleep 1; head -c 9000000; sleep 4; cat) | wc -c`,
  ]);
  await other.shows(/node-1 +bios +initrd +\d+ s +\[#+\.+\] \d+% \S+ MB\/s \d+ s/);
  await other.type('q');
  await other.shows(/shell> *\n*$/);
  await terminal.shows(/node-1 +bios +initrd +\d+ s +\[#+\.+\] \d+% \S+ MB\/s \d+ s/);
  const picture = await terminal.shows(/!node-2 +bios +\S+ +\d+ s +\S*loader-missing/);
  if (process.env['KEEP_PICTURE'] !== undefined) await writeFile(process.env['KEEP_PICTURE'], picture);

  await terminal.type('/', 'n', 'o', 'd', 'e', '-', '1', 'Enter', 'a');
  await terminal.shows(/the next network boot of node-1 installs.*Go on\? y\/N/);
  await terminal.type('n');
  await terminal.shows(/node-1: nothing is done/);
  await terminal.type('a');
  await terminal.shows(/Go on\? y\/N/);
  await terminal.type('y');
  await terminal.shows(/node-1 +bios +initrd .*ARMED/);
  await terminal.type('Enter');
  await terminal.shows(/Stages of the boot of/);
  await terminal.resize(40, 10);
  await terminal.shows(/^escape back.*~?$/m);
  await terminal.type('Escape');
  await terminal.shows(/STAGE +FOR/);
  await terminal.resize(80, 24);
  await terminal.type('Escape');
  await terminal.shows(/node-2 +bios/);

  // one that is in no file, when it has read its loader
  await untilShown(
    async () => {
      await discover('pc3');
      await curl('pc3', 'tftp://192.168.1.50/lpxelinux.0');
    },
    new RegExp(`${stranger.slice(9)} +bios +loader`),
  );
  await terminal.type('/', ...stranger, 'Enter', 'n');
  await terminal.shows(/is added to pxectl\.yaml.*Go on\? y\/N/);
  await terminal.type('y');
  const name = `node-${stranger.slice(9).replaceAll(':', '')}`;
  await terminal.shows(new RegExp(`${name} +bios`));
  expect(await readFile(join(folder, 'pxectl.yaml'), 'utf8')).toContain(name);
  await terminal.type('Escape');
  await terminal.shows(/node-2 +bios/);
  await terminal.type('/', ...'node-2', 'Enter', 'p');
  await terminal.shows(/power: o on/);
  await terminal.type('o');
  await terminal.shows(/node-2 is switched on.*Go on\? y\/N/);
  await terminal.type('y');
  await terminal.shows(/node-2: woken/);
  await terminal.type('Escape');
  await terminal.shows(/node-1 +bios/);

  await terminal.type('C-z');
  await terminal.shows(/Stopped/);
  await terminal.type('fg', 'Enter');
  await terminal.shows(/3 machines, \d booting/);
  await terminal.type('C-c');
  const after = await terminal.shows(/stopped\nshell>/);
  expect(after).not.toContain('machines, ');
  // ^C has cut it, or it was through
  await slow;
});
