import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { createVirtualLan, type VirtualLan } from '../../../src/lab/virtual-lan.ts';
import type { ProcessResult } from '../../../src/platform/processes.ts';
import { macWithHyphens, parseMac, type MacAddress } from '../../../src/protocol/addresses.ts';
import { decodeDhcp } from '../../../src/protocol/dhcp/decode-dhcp.ts';
import { MESSAGE_TYPE } from '../../../src/protocol/dhcp/dhcp-packet.ts';
import { encodeDhcp } from '../../../src/protocol/dhcp/encode-dhcp.ts';
import { clientPacket } from '../../../src/protocol/pxe/client-packet.ts';
import type { RawAnswer } from '../../support/dhcp/raw-client.ts';
import { programArguments } from '../../support/dhcp/test-network.ts';
import { configText, prepareState } from '../../support/engine/prepare-state.ts';
import { itNeeds } from '../../support/external-tool.ts';
import {
  startRedfishController,
  type ControllerHabits,
  type RedfishController,
} from '../../support/power/redfish-controller.ts';
import { processMachine } from '../../support/power/switched-machine.ts';
import { pxectl } from '../../support/pxectl-process.ts';

const SERVER = '192.168.1.50';

let lan: VirtualLan;
let folder: string;
const controllers: RedfishController[] = [];
const boots: Promise<string>[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pxectl-power-'));
  lan = await createVirtualLan({ router: false });
  await mkdir(join(folder, 'secrets'), { mode: 0o700 });
  await writeFile(join(folder, 'secrets', 'bmc'), 'right\n', { mode: 0o600 });
});
afterAll(async () => {
  await inLan('down');
  for (const controller of controllers) await controller.close();
  await lan.destroy();
  rmSync(folder, { recursive: true, force: true });
});

/** The controllers are on a network of their own: those who serve machines do not reach it, who installs does. */
const cli = (...args: string[]): Promise<ProcessResult> => pxectl(args, { cwd: folder, timeoutMs: 150_000 });
const inLan = (...args: string[]): Promise<ProcessResult> =>
  pxectl(args, {
    cwd: folder,
    network: { namespace: lan.namespaceOf('lan'), destroy: async () => undefined },
  });

/** What firmware, loader and installer of a machine ask one after the other, to the report; resolves with the answer to that. */
async function bootFromNetwork(host: string, mac: MacAddress): Promise<string> {
  const packet = clientPacket({ mac, architectures: [7] }, { messageType: MESSAGE_TYPE.discover, xid: 7 });
  const packets = [{ hex: Buffer.from(encodeDhcp(packet)).toString('hex'), to: '255.255.255.255', port: 67 }];
  const asked = { interfaceName: 'eth0', port: 68, packets, expected: 1, listenMs: 0 };
  const offers = await lan.execIn(host, process.execPath, programArguments('raw-client.ts', asked));
  const [offer] = JSON.parse(offers.stdout) as RawAnswer[];
  if (offer === undefined) return 'no offer';
  const { bootFile } = decodeDhcp(Buffer.from(offer.hex, 'hex'));
  const script = [
    `curl -sf -o /dev/null tftp://${SERVER}/${bootFile}`,
    `seed=$(curl -sf http://${SERVER}:8080/machines/${macWithHyphens(mac)}.ipxe | grep -om1 'http://[^ ]*/seed/[^ ]*preseed.cfg')`,
    `report=$(curl -sf "$seed" | grep -om1 'http://[^ ]*/report/[^ ]*/done')`,
    `curl -sf --data-binary '' "$report"`,
  ].join(' && ');
  const { stdout } = await lan.execIn(host, 'sh', ['-c', script], { timeoutMs: 60_000 });
  return stdout;
}

/** A machine on the LAN, with a controller; the lines of both in pxectl.yaml. */
async function addMachine(name: string, address: string, habits: ControllerHabits = {}) {
  await lan.addHost(name, address);
  const { stdout } = await lan.execIn(name, 'cat', ['/sys/class/net/eth0/address']);
  const mac = parseMac(stdout.trim())!;
  const machine = processMachine((from) => {
    if (from === 'network') boots.push(bootFromNetwork(name, mac));
  });
  const own = join(folder, name);
  await mkdir(own);
  const controller = await startRedfishController(own, { machine, ...habits });
  controllers.push(controller);
  const power = `{ type: redfish, host: "${controller.host}", user: admin, secret: bmc, ca: ${name}/cert.pem }`;
  const line = `  - { mac: "${mac}", name: ${name}, install: { seed: seed.cfg }, power: ${power} }`;
  return { machine, controller, line };
}

describe('pxectl install of machines with power', () => {
  itNeeds(...['root', 'ip', 'curl', 'openssl'])(
    'restarts each from the network once, follows it, and is good when all report',
    async () => {
      const good = await addMachine('pc1', '192.168.1.61');
      const ill = await addMachine('pc2', '192.168.1.62', { status: 503 });
      await prepareState(folder, configText('proxy', ['machines:', good.line, ill.line].join('\n')));
      await writeFile(
        join(folder, 'seed.cfg'),
        'd-i preseed/late_command string wget {{report}}/done || true\n',
      );
      const up = await inLan('up', '--detach', '--no-look', '--engine', 'builtin');
      expect(up.exitCode, up.stderr).toBe(0);

      const first = await cli('install', 'pc1', '--wait', '--yes', '--timeout', '120s');
      expect(first.stderr).toMatch(/pc1: is armed, and switched on to boot from the network/);
      expect(first.stderr).toMatch(/pc1: installed[^]*1 of 1 installed/);
      expect(first.exitCode).toBe(0);

      const all = await cli('install', '--all', '--wait', '--yes', '--timeout', '120s', '--json');
      expect(all.exitCode).toBe(1);
      expect(JSON.parse(all.stdout)).toMatchObject({
        machines: [
          { name: 'pc1', end: 'installed' },
          { name: 'pc2', end: 'not-started', why: expect.stringContaining('503') as string },
        ],
      });
      // it ran, and was switched off for the second; its own restart later is from its disk
      expect(good.machine.starts).toEqual(['network', 'network']);
      await cli('power', 'restart', 'pc1', '--yes');
      expect(good.machine.starts).toEqual(['network', 'network', 'own order']);
      expect(ill.machine.starts).toEqual([]);
      expect(await Promise.all(boots)).toEqual(Array.from({ length: 2 }, () => 'ok\n'));
      expect([good, ill].map(({ controller }) => controller.sessions.size)).toEqual([0, 0]);
      const { stdout } = await cli('machines');
      expect(stdout).toMatch(/^pc1 .* installed /m);
      expect(stdout).toMatch(/^pc2 .* idle /m);
    },
  );
});
