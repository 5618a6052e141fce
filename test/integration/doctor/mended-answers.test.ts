import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import { fitsFirmware, platformOfName } from '../../../src/doctor/analyse/boot-files.ts';
import { lintFiles } from '../../../src/doctor/lint-files.ts';
import type { ClientFacts } from '../../../src/model/client-facts.ts';
import type { Firmware } from '../../../src/model/firmware.ts';
import { type MacAddress, UNSPECIFIED_IPV4 } from '../../../src/protocol/addresses.ts';
import { type DhcpPacket, MESSAGE_TYPE, optionData } from '../../../src/protocol/dhcp/dhcp-packet.ts';
import { DnsmasqPair, packetOf } from '../../support/dnsmasq-pair.ts';
import { itNeeds } from '../../support/external-tool.ts';

const fixtures = new URL('../../../fixtures/', import.meta.url).pathname;
const pair = new DnsmasqPair();
beforeAll(() => pair.open());
afterEach(() => pair.stop());
afterAll(() => pair.close());

const CLIENTS: readonly (readonly [code: number, Firmware])[] = [
  [0, 'bios'],
  [7, 'uefi-x64'],
  [9, 'uefi-x64'],
];

const factsOf = (code: number, index: number): ClientFacts => ({
  ...{ mac: `52:54:00:00:00:0${index}` as MacAddress, architectures: [code], isIpxe: false },
  vendorClass: `PXEClient:Arch:${String(code).padStart(5, '0')}:UNDI:003016`,
  ...{ relayAddress: UNSPECIFIED_IPV4, clientAddress: UNSPECIFIED_IPV4 },
});

/** A BIOS ROM asks port 4011 for the first item of the menu that it was offered (PXE 2.1, options 43.9 and 43.71). */
function withItem(packet: DhcpPacket, offer: DhcpPacket | undefined): DhcpPacket {
  const [high, low] = readOption43((offer && optionData(offer, 43)) ?? new Uint8Array()).get(9) ?? [];
  if (high === undefined || low === undefined) return packet;
  const item = { code: 43, data: Uint8Array.from([71, 4, high, low, 0, 0, 255]) };
  return { ...packet, options: [...packet.options, item] };
}

function readOption43(data: Uint8Array): ReadonlyMap<number, Uint8Array> {
  const found = new Map<number, Uint8Array>();
  for (let at = 0; at + 1 < data.length && data[at] !== 255; at += 2 + (data[at + 1] ?? 0))
    found.set(data[at] ?? 0, data.subarray(at + 2, at + 2 + (data[at + 1] ?? 0)));
  return found;
}

/** What is of the user's own computer: its interfaces, files and networks are not here. */
const LEFT_OUT =
  /^(?:interface|listen-address|bind-\w+|server|local|conf-\w+|tftp-root|tftp-secure|enable-tftp|user)\b/;

/** The configuration as it runs in a namespace that has its network. */
function movedHere(text: string): string {
  const network = /^dhcp-range=(?:[a-z][\w:]*,)*(\d+\.\d+\.\d+)\./m.exec(text)?.[1] ?? '192.168.1';
  const lines = text
    .split(/\r?\n/)
    .filter((line) => !LEFT_OUT.test(line))
    .map((line) => line.replaceAll(`${network}.`, '192.168.1.'));
  return [
    'port=0',
    'no-ping',
    'log-facility=-',
    'leasefile-ro',
    'enable-tftp',
    `tftp-root=${pair.folder}`,
    'user=root',
    ...lines,
  ]
    .filter((line, index, all) => line !== 'port=0' || all.indexOf(line) === index)
    .join('\n');
}

function fileOf(reply: DhcpPacket | undefined): string {
  const option = reply === undefined ? undefined : optionData(reply, 67);
  const told = option === undefined ? reply?.bootFile : Buffer.from(option).toString('latin1');
  return (told ?? '').replace(/\0+$/, '');
}

/** Configurations that leave machines out, and the architectures that they are for. */
const ILL: readonly (readonly [name: string, architectures: readonly number[]])[] = [
  ['failures/e21-bios-only-pxe-service/dnsmasq.conf', [0, 7, 9]],
  ['field/configs/proxy-boot-file-without-service.conf', [7, 9]],
  ['field/configs/proxy-dhcp-boot-only.conf', [0, 7, 9]],
  ['field/configs/full-bios-only.conf', [0, 7, 9]],
  ['field/configs/full-option-67-bios.conf', [0, 7, 9]],
  ['field/configs/full-bios-for-arch-9.conf', [0, 7, 9]],
];

describe('dnsmasq with the copy that doctor --fix wrote', () => {
  itNeeds('root', 'dnsmasq', 'ip').each(ILL)(
    '%s: gives each of %j a program that it can run',
    async (name, architectures) => {
      const conf = join(pair.folder, 'users.conf');
      await writeFile(conf, readFileSync(join(fixtures, name), 'utf8'));
      const { written } = await lintFiles([conf], { fix: true, root: undefined });
      expect(written).toEqual([`${conf}.fixed`]);
      const mended = readFileSync(`${conf}.fixed`, 'utf8');
      await pair.start(movedHere(mended));
      const isProxy = /^dhcp-range=.*\bproxy\b/m.test(mended);
      const clients = CLIENTS.filter(([code]) => architectures.includes(code));
      const packets = (type: number) =>
        clients.map(([code], index) => packetOf(factsOf(code, index + 1), index + 1, type));
      const offers = await pair.exchange(67, packets(MESSAGE_TYPE.discover));
      const requests = packets(MESSAGE_TYPE.request).map((packet, index) =>
        clients[index]?.[0] === 0 ? withItem(packet, offers.get(index + 1)) : packet,
      );
      const answers = isProxy ? await pair.exchange(4011, requests) : offers;
      clients.forEach(([code, firmware], index) => {
        // the file is in the offer, or in the answer of port 4011 that firmware asks for next
        const replies = [answers.get(index + 1), offers.get(index + 1)];
        const reply = replies.find((one) => fileOf(one) !== '');
        const file = fileOf(reply);
        expect(file, `architecture ${code}`).not.toBe('');
        const platform = platformOfName(file);
        const fits = platform === undefined ? undefined : fitsFirmware(platform, firmware);
        // a name that tells nothing is the user's own, and stays as it is
        if (fits === undefined) expect(mended, file).toContain(`,${file},`);
        else expect(fits, `architecture ${code} is given ${file}`).toBe(true);
        expect(reply?.siaddr, `architecture ${code}`).not.toBe('0.0.0.0');
        if (!isProxy) expect(reply?.yiaddr).not.toBe('0.0.0.0');
      });
    },
  );
});
