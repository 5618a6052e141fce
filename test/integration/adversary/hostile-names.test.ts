import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run, runOrThrow } from '../../../src/platform/processes.ts';
import { configText, prepareState } from '../../support/engine/prepare-state.ts';
import { makeFolder, makePrivateNetwork, pxectl, type PrivateNetwork } from '../../support/pxectl-process.ts';

/** Sets a window's title, clears a screen, moves to the line's begin, 8-bit CSI, hides text, turns its direction, ends a line. */
const HOSTILE = 'x\u001b]0;gone\u0007\u001b[2J\r\u009b31m\u001b[8m\u202e\u2028\u007fy';
/** Nothing that a terminal acts upon, but for line ends and tabs. */
const ACTS = /(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/** What dnsmasq writes into its log as it came, and what a log that somebody pasted would hold three lines in. */
const FORGED = 'PXEClient<br>dnsmasq-tftp[1]: sent /x/forged to 192.168.1.61<br>&#27;[31m';

/** One client of the LAN that says the hostile name wherever it can say something. */
const GUEST = `
  import { createSocket } from 'node:dgram';
  const name = ${JSON.stringify(HOSTILE)};
  const path = encodeURIComponent(name);
  const url = 'http://192.168.1.50:8080';
  const agent = { 'user-agent': Buffer.from(name, 'utf8').toString('latin1').replace(/[\\r\\n\\0]/g, '') };
  const { request } = await import('node:http');
  const ask = (method, target, headers, body) => new Promise((resolve) => {
    const asked = request(url + target, { method, headers, insecureHTTPParser: true }, (answer) => { answer.resume(); answer.on('end', resolve); });
    asked.on('error', resolve);
    asked.end(body);
  });
  await ask('GET', '/' + path, {});
  await ask('GET', '/boot.ipxe?mac=' + path + '&name=' + path, {});
  await ask('GET', '/seed/52:54:00:12:34:56/' + path, {});
  await ask('POST', '/report/52:54:00:12:34:56/' + path, {}, JSON.stringify({ name, description: name, result: name }));
  await ask('POST', '/report/' + path, {}, name);
  await ask('GET', '/' + path, agent).catch(() => undefined);
  const socket = createSocket('udp4');
  const send = (bytes, port) => new Promise((resolve) => socket.send(bytes, port, '192.168.1.50', resolve));
  await send(Buffer.concat([Buffer.from([0, 1]), Buffer.from(name + '\\0octet\\0' + name + '\\0' + name + '\\0')]), 69);
  await send(Buffer.concat([Buffer.from([0, 2]), Buffer.from(name + '\\0' + name + '\\0')]), 69);
  const option = (code, text) => { const bytes = Buffer.from(text); return Buffer.concat([Buffer.from([code, bytes.length]), bytes]); };
  const header = Buffer.alloc(240);
  header.set([1, 1, 6, 0, 1, 2, 3, 4]);
  header.set([0x52, 0x54, 0, 0x12, 0x34, 0x56], 28);
  header.set(Buffer.from(name), 108);
  header.set([0x63, 0x82, 0x53, 0x63], 236);
  for (const vendor of ['PXEClient:Arch:00077:UNDI:003016', name, ${JSON.stringify(FORGED)}]) {
    await send(Buffer.concat([header, Buffer.from([53, 1, 1, 93, 2, 0, 7]), option(60, vendor), option(12, name), option(77, name), Buffer.from([255])]), 67);
  }
  setTimeout(() => process.exit(0), 500);
`;

describe('a name that a terminal would act upon', () => {
  let folder: Awaited<ReturnType<typeof makeFolder>>;
  let network: PrivateNetwork;
  const guests = `pxg${process.pid}`;
  const cli = async (...args: string[]): Promise<string> => {
    const { stdout, stderr } = await pxectl(args, { cwd: folder.path, network });
    return `${stdout}${stderr}`;
  };
  const expectSafe = (text: string, what: string): void => {
    expect(text.length, what).toBeGreaterThan(0);
    expect(ACTS.exec(text)?.[0], `${what}: ${JSON.stringify(text.slice(0, 2000))}`).toBeUndefined();
  };

  beforeAll(async () => {
    folder = await makeFolder();
    network = await makePrivateNetwork();
    await runOrThrow('ip', ['netns', 'add', guests]);
    const ip = (...args: string[]) => runOrThrow('ip', args);
    await ip('-n', network.namespace, 'link', 'set', 'far', 'netns', guests);
    await ip('-n', guests, 'address', 'add', '192.168.1.60/24', 'dev', 'far');
    await ip('-n', guests, 'link', 'set', 'far', 'up');
    const machine = 'machines: [{ mac: 52:54:00:12:34:56, name: node-1 }]';
    await prepareState(folder.path, configText('proxy', machine).replace('br0', 'eno1'));
  });
  afterAll(async () => {
    await cli('down');
    await run('ip', ['netns', 'del', guests]);
    await network.destroy();
    await folder.remove();
  });

  it.each(['builtin', 'dnsmasq'])('from the network, through %s', async (engine) => {
    expect(await cli('up', '--detach', '--no-look', '--engine', engine)).toContain('up in the background');
    const guest = [process.execPath, '--input-type=module', '-e', GUEST];
    await run('ip', ['netns', 'exec', guests, ...guest], { timeoutMs: 30_000 });
    const events = join(folder.path, '.pxectl/events.jsonl');
    await expect.poll(() => readFile(events, 'utf8'), { timeout: 20_000 }).toMatch(/http\.missing[^]*gone/);
    await Promise.all(
      [
        'status',
        'status --json',
        'machines',
        'machines --json',
        'logs',
        'logs --json',
        'doctor',
        'doctor --json',
      ].map(async (words) => expectSafe(await cli(...words.split(' ')), words)),
    );
    await cli('down');
    const told = await readFile(events, 'utf8');
    expectSafe(told, 'events.jsonl');
    expect(told).not.toContain('"path":"x/forged"');
    expectSafe(await readFile(join(folder.path, '.pxectl/run/pxectl.log'), 'utf8'), 'pxectl.log');
  });

  it('from the command line and from files', async () => {
    const at = (name: string): string => join(folder.path, name);
    await mkdir(at(HOSTILE));
    await writeFile(at(`${HOSTILE}.log`), `dnsmasq-tftp[1]: file /srv/${HOSTILE} not found\n${HOSTILE}\n`);
    await writeFile(at(`${HOSTILE}.conf`), `dhcp-boot=${HOSTILE}\nconf-dir=${HOSTILE}\n${HOSTILE}=1\n`);
    await writeFile(at(`${HOSTILE}.iso`), HOSTILE.repeat(5000));
    const commands = [
      ['doctor', '--log', `${HOSTILE}.log`],
      ['doctor', '--log', `${HOSTILE}.log`, '--json'],
      ['doctor', '--config', `${HOSTILE}.conf`],
      ['doctor', '--config', `${HOSTILE}.conf`, '--json'],
      ['doctor', '--pcap', `${HOSTILE}.iso`],
      ['doctor', HOSTILE],
      ['fetch', HOSTILE],
      ['fetch', '--from', `${HOSTILE}.iso`],
      ['fetch', '--from', HOSTILE],
      ['machines', 'arm', HOSTILE],
      ['machines', 'add', HOSTILE],
      ['render', '--for', HOSTILE],
      ['images', 'rm', HOSTILE, '--yes'],
      ['--config', `${HOSTILE}/pxectl.yaml`, 'status'],
      [HOSTILE],
      ['up', `--${HOSTILE}`],
    ];
    await Promise.all(commands.map(async (args) => expectSafe(await cli(...args), JSON.stringify(args))));
    const config = configText(
      'proxy',
      `machines: [{ mac: 52:54:00:12:34:56, name: ${JSON.stringify(HOSTILE)} }]\n${JSON.stringify(HOSTILE)}: 1`,
    );
    await writeFile(at('pxectl.yaml'), config);
    expectSafe(await cli('status'), 'status');
    expectSafe(await cli('up', '--no-look'), 'up');
  });
});
