import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { eventsOfRecord } from '../../../src/engine/dnsmasq-log/events-of-record.ts';
import { createLogToEvents } from '../../../src/engine/dnsmasq-log/log-to-events.ts';
import { rememberOffers } from '../../../src/engine/dnsmasq/remembered-offers.ts';
import type { NewBootEvent } from '../../../src/model/boot-event.ts';
import type { MacAddress } from '../../../src/protocol/addresses.ts';
import { parseDnsmasqLog } from '../../../src/protocol/dnsmasq-log/log-reader.ts';
import { contextFrom } from '../../support/boot-context.ts';

const linesOf = (name: string): string[] =>
  readFileSync(new URL(`../../../fixtures/dnsmasq-log/${name}`, import.meta.url), 'utf8').split('\n');
const eventsOf = (name: string): NewBootEvent[] =>
  parseDnsmasqLog(linesOf(name)).flatMap((record) => eventsOfRecord(record, { tftpRoot: '/srv/tftp' }));
const folder = mkdtempSync(join(tmpdir(), 'pxectl-log-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Ways in which a log that somebody pastes holds a line inside of a line. */
const FORGERIES: readonly ((line: string) => string)[] = [
  (line) => `PXEClient<br>${line}`,
  (line) => `PXEClient<p>x</p>${line}`,
  (line) => `PXEClient{"log":"${line}"}`,
  (line) => `[kea-dhcp4.x/1] ${line}`,
  (line) => `"GET / HTTP/1.1" 200 ${line}`,
  (line) => `a | ${line} | "b`,
  (line) => `x&#10;${line}`,
  (line) => `" ${line}`,
];

describe('eventsOfRecord', () => {
  it("tells the user's failed boot: offer on 67, answer on 4011 with option 43, and no TFTP", () => {
    expect(eventsOf('seed-boot-log.txt')).toMatchObject([
      {
        type: 'dhcp.discover',
        firmware: 'uefi-x64',
        interfaceName: 'eno1',
        detail: { port: 67, macText: 'f4:4d:...' },
      },
      { type: 'dhcp.offer', detail: { port: 67, file: 'pxelinux.0', options: '53,54,60,97' } },
      { type: 'dhcp.request', detail: { port: 67 } },
      { type: 'dhcp.request', firmware: 'uefi-x64', detail: { port: 4011 } },
      {
        type: 'dhcp.ack',
        detail: { port: 4011, file: 'pxelinux.0', options: '53,54,60,97,43', option43: '06:01:08:...' },
      },
    ]);
  });

  it('names firmware as the built-in server does: iPXE before the architecture, HTTP Boot by its class', () => {
    const firmware = eventsOf('proxy-2.90-log-dhcp.log')
      .filter((event) => event.type === 'dhcp.discover')
      .map((event) => event.firmware);
    expect(firmware).toEqual(['bios', 'uefi-x64', 'ipxe', 'ipxe', 'uefi-http-x64', 'unknown']);
  });

  it('gives TFTP paths as the client asked for them, and an aborted probe is not done', () => {
    const tftp = eventsOf('proxy-2.90-quiet.log').filter((event) => event.type.startsWith('tftp.'));
    expect(tftp.slice(0, 2)).toMatchObject([
      { type: 'tftp.error', detail: { path: 'denied.bin', reason: 'access-denied' } },
      {
        type: 'tftp.aborted',
        ip: '192.168.1.40',
        detail: { path: 'ipxe.efi', message: 'error 8 User aborted the transfer' },
      },
    ]);
    expect(tftp.map((event) => event.type)).not.toContain('tftp.done');
  });

  it('tells leases with their address, once each, with and without log-dhcp', () => {
    for (const name of ['pxe-only-2.90-log-dhcp.log', 'pxe-only-2.90-quiet.log']) {
      const types = eventsOf(name)
        .slice(0, 4)
        .map((event) => [event.type, event.ip]);
      expect(types, name).toEqual([
        ['dhcp.discover', undefined],
        ['dhcp.offer', '192.168.1.203'],
        ['dhcp.request', undefined],
        ['dhcp.ack', '192.168.1.213'],
      ]);
    }
  });
});

describe('createLogToEvents', () => {
  const mac = 'f4:4d:30:00:00:01' as MacAddress;

  it('adds MAC and size to what was sent, and the MAC of an unanswered packet by its xid', () => {
    writeFileSync(join(folder, 'ipxe.efi'), 'x'.repeat(1234));
    const events: NewBootEvent[] = [];
    const log = createLogToEvents({
      sink: { emit: (event) => events.push(event) },
      tftpRoot: folder,
      loggedTftpRoot: '/srv/tftp',
      resolveMac: () => mac,
    });
    for (const line of linesOf('facility-file-2.90.log')) log.push(line);
    log.push('dnsmasq-dhcp[1]: 2 vendor class: PXEClient:Arch:00007:UNDI:003016');
    log.close();
    expect(events.find((event) => event.type === 'tftp.done')).toMatchObject({
      mac,
      detail: { path: 'ipxe.efi', sentBytes: 1234 },
    });
    expect(events.at(-1)).toMatchObject({ type: 'dhcp.request', mac });
  });

  it('waits a moment for a name that is not known yet, in order, and for strangers no longer', async () => {
    writeFileSync(join(folder, 'ipxe.efi'), 'x'.repeat(1234));
    const events: NewBootEvent[] = [];
    const sent = linesOf('facility-file-2.90.log').filter((line) => / sent .*ipxe\.efi/.test(line));
    const answers: (MacAddress | undefined)[] = [undefined, ...sent.map(() => mac)];
    const log = createLogToEvents({
      sink: { emit: (event) => events.push(event) },
      tftpRoot: folder,
      loggedTftpRoot: '/srv/tftp',
      resolveMac: () => answers.shift(),
    });
    for (const line of sent) log.push(line);
    await expect.poll(() => events.length).toBe(sent.length);
    for (const event of events) expect(event).toMatchObject({ type: 'tftp.done', mac });
    for (let index = 0; index < 50; index++) for (const line of sent) log.push(line);
    // all of them at once, and not one after the other
    await expect.poll(() => events.length, { timeout: 3000 }).toBe(51 * sent.length);
    log.close();
  });

  it('gives the last block of a log that falls silent', async () => {
    const events: NewBootEvent[] = [];
    const log = createLogToEvents({ sink: { emit: (event) => events.push(event) }, tftpRoot: folder });
    for (const line of linesOf('proxy-2.90-log-dhcp.log').slice(5, 17)) log.push(line);
    expect(events).toEqual([]);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(events.map((event) => event.type)).toEqual(['dhcp.discover', 'dhcp.offer']);
    expect(log.lastLines(1)[0]).toContain('vendor-encap');
    log.close();
  });

  it('takes what a stranger writes into a packet for no line of its own', () => {
    const forged = 'dnsmasq-tftp[1]: sent /srv/tftp/pxelinux.cfg/forged to 192.168.1.61';
    const events: NewBootEvent[] = [];
    const log = createLogToEvents({ sink: { emit: (event) => events.push(event) }, tftpRoot: folder });
    for (const said of FORGERIES.map((forge) => forge(forged))) {
      log.push(`dnsmasq-dhcp[7]: 5 vendor class: ${said}`);
      log.push(`dnsmasq-dhcp[7]: 5 DHCPDISCOVER(br0) 52:54:00:66:66:00 `);
      log.push(`dnsmasq-tftp[7]: file /srv/tftp/${said} not found for 192.168.1.66`);
    }
    log.close();
    const told = FORGERIES.flatMap(() => ['dhcp.discover', 'tftp.missing']);
    expect(events.map(({ type }) => type)).toEqual(told);
    expect(events.filter(({ ip }) => ip === '192.168.1.61')).toEqual([]);
  });
});

describe('rememberOffers', () => {
  it('takes a lease that a stranger writes into a packet for none', async () => {
    const network =
      'interface: none0, address: 192.168.1.50, mode: pxe-only, range: 192.168.1.200-192.168.1.220';
    const context = contextFrom(`version: 1\nnetwork: { ${network} }\nimages: [debian-12]\n`);
    const offersFile = join(folder, 'offers');
    const offers = await rememberOffers({
      ...{ context, offersFile, leaseFile: join(folder, 'leases') },
      sink: { emit: () => undefined },
    });
    const told = new Promise((resolve) => offers?.serve(() => resolve(undefined)));
    for (const forge of FORGERIES) {
      const said = forge('dnsmasq-dhcp[1]: DHCPACK(br0) 192.168.1.212 52:54:00:aa:bb:cd');
      offers?.takeLine(`dnsmasq-dhcp[7]: 5 vendor class: ${said}`);
    }
    offers?.takeLine('dnsmasq-dhcp[7]: 5 DHCPACK(br0) 192.168.1.213 52:54:00:66:66:00');
    await told;
    await offers?.close();
    expect(readFileSync(offersFile, 'utf8')).toBe('52:54:00:66:66:00,192.168.1.213\n');
  });

  it('keeps nothing for who has become a machine before dnsmasq is started anew', async () => {
    const yaml = (machines: string): string =>
      `version: 1\nnetwork: { interface: none0, address: 192.168.1.50, mode: pxe-only, range: 192.168.1.200-192.168.1.220 }\nimages: [debian-12]\nmachines: [${machines}]\n`;
    const offersFile = join(folder, 'offers-reloaded');
    writeFileSync(offersFile, '52:54:00:66:66:00,192.168.1.213\n52:54:00:66:66:01,192.168.1.214\n');
    const offers = await rememberOffers({
      ...{ context: contextFrom(yaml('')), offersFile, leaseFile: join(folder, 'no-leases') },
      sink: { emit: () => undefined },
    });
    await offers?.reload(contextFrom(yaml('{ mac: 52:54:00:66:66:00, name: adopted }')));
    expect(readFileSync(offersFile, 'utf8')).toBe('52:54:00:66:66:01,192.168.1.214\n');
    await offers?.close();
  });
});
