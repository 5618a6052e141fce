import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { startMachine, type VirtualMachine } from '../../src/lab/machine.ts';
import { startPxectlBootServer } from '../../src/lab/pxectl-boot-server.ts';
import { createVirtualLan, LAN } from '../../src/lab/virtual-lan.ts';
import type { BootEvent } from '../../src/model/boot-event.ts';
import { stateLayout } from '../../src/model/state-layout.ts';
import { run } from '../../src/platform/processes.ts';
import { type MacAddress, parseMac } from '../../src/protocol/addresses.ts';
import { readEvents } from '../../src/watch/read-events.ts';
import { itNeeds } from '../support/external-tool.ts';

const MACHINES = 10;
const program = join(import.meta.dirname, '..', '..', 'bin', 'pxectl.js');
const project = mkdtempSync(join(tmpdir(), 'pxectl-ten-'));
const configPath = join(project, 'pxectl.yaml');
const itBoots = itNeeds('root', 'qemu-system-x86_64', 'dnsmasq', 'ip', 'tcpdump', 'tshark');

beforeAll(async () => {
  const fetched = await run(process.execPath, [program, 'fetch', 'debian-12'], { cwd: project });
  expect(fetched.exitCode, fetched.stderr).toBe(0);
  writeFileSync(
    configPath,
    `version: 1
network:
  interface: ${LAN.serverInterface}
  address: ${LAN.serverAddress}
  mode: pxe-only
  range: 192.168.1.200-192.168.1.220
images: [debian-12]
boot: { default: debian-12, menu: false }
loaders: { bios: ipxe }
`,
  );
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

const macs = Array.from({ length: MACHINES }, (_, index): MacAddress => {
  return parseMac(`525400aa00${(index + 1).toString(16).padStart(2, '0')}`)!;
});

/** Who has asked for a kernel: that is as far as this test goes, for the initrd would need the memory of ten installers. */
function askedForKernel(events: readonly BootEvent[]): Set<MacAddress> {
  const asked = events.filter(
    ({ type, detail }) => /^http\.(get|done)$/.test(type) && String(detail['path']).endsWith('/linux'),
  );
  return new Set(asked.flatMap(({ mac }) => (mac === undefined ? [] : [mac])));
}

describe('ten machines that are switched on at once, beside a router that gives leases too', () => {
  itBoots.each(['builtin', 'dnsmasq'] as const)(
    'all boot through %s, each at an address of its own',
    async (engine) => {
      const layout = stateLayout(join(project, '.pxectl'));
      rmSync(layout.events, { force: true });
      const lan = await createVirtualLan({});
      const machines: VirtualMachine[] = [];
      try {
        const server = await startPxectlBootServer(lan, { configPath, layout, engine });
        const captureFile = join(lan.folder, 'dhcp.pcap');
        const capture = await lan.capture(captureFile, ['udp port 67 or udp port 68']);
        for (const mac of macs) {
          const folder = join(lan.folder, `machine-${mac.slice(-2)}`);
          machines.push(await startMachine(lan, { firmware: 'bios', mac, folder, memoryMiB: 512 }));
        }
        const booted = new Set<MacAddress>();
        for (const deadline = Date.now() + 240_000; booted.size < MACHINES && Date.now() < deadline;) {
          await new Promise((wake) => setTimeout(wake, 500));
          for (const mac of askedForKernel(await readEvents(layout.events))) {
            if (booted.has(mac)) continue;
            booted.add(mac);
            // the others boot sooner without it
            await machines.find((machine) => machine.mac === mac)?.stop();
          }
        }
        await capture.stop();
        const said = machines
          .filter(({ mac }) => !booted.has(mac))
          .map((machine) => machine.serialLines().slice(-5));
        await server.stop();
        expect(said, 'last words of those that did not boot').toEqual([]);
        const answers = await dhcpAnswers(captureFile);
        // the router of this LAN, authoritative as many are, refuses whoever chose another server: iPXE passes that over
        const refused = answers.filter(({ kind, server }) => kind === 'nak' && server === LAN.serverAddress);
        expect(refused).toEqual([]);
        expect(answers.some(({ kind, server }) => kind === 'nak' && server === LAN.routerAddress)).toBe(true);
        const owners = new Map<string, Set<string>>();
        for (const { kind, address, mac } of answers) {
          if (kind === 'ack') owners.set(address, (owners.get(address) ?? new Set()).add(mac));
        }
        const shared = [...owners].filter(([, who]) => who.size > 1);
        expect(shared, 'addresses given to more than one').toEqual([]);
      } finally {
        for (const machine of machines) await machine.stop();
        await lan.destroy();
      }
    },
    400_000,
  );
});

interface DhcpAnswer {
  readonly kind: string;
  readonly address: string;
  readonly mac: string;
  readonly server: string;
}

/** Every OFFER, ACK and NAK on the wire: who was told which address. */
async function dhcpAnswers(file: string): Promise<DhcpAnswer[]> {
  const fields = [
    'dhcp.option.dhcp',
    'dhcp.ip.your',
    'dhcp.hw.mac_addr',
    'dhcp.option.dhcp_server_id',
  ].flatMap((name) => ['-e', name]);
  const result = await run('tshark', ['-r', file, '-Y', 'dhcp.type == 2', '-T', 'fields', ...fields]);
  expect(result.exitCode, result.stderr).toBe(0);
  const kinds: Readonly<Record<string, string>> = { 2: 'offer', 5: 'ack', 6: 'nak' };
  return result.stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('\t'))
    .map(([kind = '', address = '', mac = '', server = '']) => ({
      kind: kinds[kind] ?? kind,
      address,
      mac,
      server,
    }));
}
