import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { clientFactsOf } from '../../../../src/plan/client-facts.ts';
import { firmwareOf } from '../../../../src/plan/firmware-of.ts';
import { decodeDhcp } from '../../../../src/protocol/dhcp/decode-dhcp.ts';
import { macOf, messageNameOf, type DhcpPacket } from '../../../../src/protocol/dhcp/dhcp-packet.ts';
import { encodeDhcp } from '../../../../src/protocol/dhcp/encode-dhcp.ts';
import { readIpxeFeatures } from '../../../../src/protocol/dhcp/options/encapsulated-options.ts';
import { readNumber } from '../../../../src/protocol/dhcp/options/number-options.ts';
import { readCapturedPackets } from '../../../support/dhcp/captured-packets.ts';
import { itNeeds } from '../../../support/external-tool.ts';

const folder = new URL('../../../../fixtures/dhcp/', import.meta.url);
const captures = readdirSync(folder).filter((name) => name.endsWith('.pcap'));
const packetsOf = (name: string): readonly DhcpPacket[] =>
  readCapturedPackets(new URL(name, folder)).map(({ payload }) => decodeDhcp(payload));

/** What each packet says of its sender, in the order of the capture. */
const story = (name: string): readonly string[] =>
  packetsOf(name).map((packet) => {
    if (packet.op === 2) return `${messageNameOf(packet)} ${packet.bootFile}`.trim();
    return `${messageNameOf(packet)} from ${firmwareOf(clientFactsOf(packet))}`;
  });

const SCRIPT = 'http://192.168.1.50:8080/boot.ipxe?mac=52:54:00:12:34:56';

describe('captured packets', () => {
  it.each(captures)('%s: written again they read the same', (name) => {
    for (const { payload } of readCapturedPackets(new URL(name, folder))) {
      const packet = decodeDhcp(payload);
      const again = encodeDhcp(packet);
      expect(decodeDhcp(again)).toEqual(packet);
      // firmware pads differently; up to there every byte is the same
      const meaningful = Math.min(payload.length, again.length);
      expect(Buffer.from(again.subarray(0, meaningful))).toEqual(
        Buffer.from(payload.subarray(0, meaningful)),
      );
    }
  });

  it('OVMF boots over PXE', () => {
    expect(story('ovmf-2022.11-uefi-pxe.pcap')).toEqual([
      'DISCOVER from uefi-x64',
      'OFFER',
      'OFFER ipxe/snponly-x64.efi',
      'REQUEST from uefi-x64',
      'ACK',
      'REQUEST from uefi-x64',
      'ACK ipxe/snponly-x64.efi',
      'DISCOVER from ipxe',
      'OFFER',
      `OFFER ${SCRIPT}`,
      'REQUEST from ipxe',
      'ACK',
    ]);
    const [discover] = packetsOf('ovmf-2022.11-uefi-pxe.pcap');
    expect(clientFactsOf(discover as DhcpPacket, 'br0')).toEqual({
      mac: '52:54:00:12:34:56',
      uuid: '00000000-0000-0000-0000-000000000000',
      architectures: [7],
      vendorClass: 'PXEClient:Arch:00007:UNDI:003000',
      isIpxe: false,
      relayAddress: '0.0.0.0',
      clientAddress: '0.0.0.0',
      interfaceName: 'br0',
    });
    expect(readNumber(discover as DhcpPacket, 57)).toBe(1472);
  });

  it('OVMF boots over HTTP', () => {
    expect(story('ovmf-2022.11-http-boot.pcap').slice(0, 3)).toEqual([
      'DISCOVER from uefi-http-x64',
      'OFFER',
      'OFFER http://192.168.1.50:8080/loaders/ipxe/snponly-x64.efi',
    ]);
  });

  it('OVMF takes the lease of pxe-only although the router refuses it', () => {
    expect(story('ovmf-2022.11-pxe-only-router-naks.pcap')).toEqual([
      'DISCOVER from uefi-x64',
      'OFFER',
      'OFFER ipxe/snponly-x64.efi',
      'REQUEST from uefi-x64',
      'NAK',
      'ACK ipxe/snponly-x64.efi',
      'REQUEST from uefi-x64',
      'ACK ipxe/snponly-x64.efi',
    ]);
    const [, router, ours] = packetsOf('ovmf-2022.11-pxe-only-router-naks.pcap');
    expect([router?.yiaddr, ours?.yiaddr]).toEqual(['192.168.1.40', '192.168.1.200']);
  });

  it('the iPXE ROM of a BIOS machine says what it can', () => {
    const [discover] = packetsOf('seabios-ipxe-rom-second-stage.pcap');
    const facts = clientFactsOf(discover as DhcpPacket);
    expect(facts).toMatchObject({ architectures: [0], userClass: 'iPXE', isIpxe: true });
    const http = readIpxeFeatures(discover as DhcpPacket).find(({ code }) => code === 19);
    expect(http?.data).toEqual(Uint8Array.of(1));
    expect(story('seabios-ipxe-rom-pxelinux.pcap')[1]).toBe('OFFER pxelinux.0');
  });

  itNeeds('tshark')('reads every field as tshark does', () => {
    for (const name of captures) {
      const ours = packetsOf(name).map(asTsharkWouldSay);
      expect(ours, name).toEqual(readWithTshark(name));
      expect(ours.length).toBeGreaterThanOrEqual(5);
    }
  });
});

type Fields = Readonly<Record<string, unknown>>;

function asTsharkWouldSay(packet: DhcpPacket): Fields {
  return {
    type: packet.op,
    hops: packet.hops,
    id: packet.xid,
    secs: packet.secs,
    flags: packet.flags,
    addresses: [packet.ciaddr, packet.yiaddr, packet.siaddr, packet.giaddr],
    mac: macOf(packet),
    server: packet.serverName,
    file: packet.bootFile,
    options: packet.options.map(({ code, data }) => [code, Buffer.from(data).toString('hex')]),
  };
}

function readWithTshark(name: string): readonly Fields[] {
  const args = ['-r', fileURLToPath(new URL(name, folder)), '-T', 'json', '--no-duplicate-keys'];
  const { stdout, status } = spawnSync('tshark', args, { encoding: 'utf8', maxBuffer: 32 * 1024 * 1024 });
  expect(status).toBe(0);
  const frames = JSON.parse(stdout) as { _source: { layers: { dhcp: Record<string, unknown> } } }[];
  return frames.map(({ _source }) => {
    const dhcp = _source.layers.dhcp;
    const text = (key: string): string => String(dhcp[`dhcp.${key}`]);
    const codes = dhcp['dhcp.option.type'] as readonly string[];
    const trees = dhcp['dhcp.option.type_tree'] as readonly Record<string, string>[];
    const options = codes
      .map((code, index) => [Number(code), (trees[index]?.['dhcp.option.value'] ?? '').replaceAll(':', '')])
      // tshark lists the end option as number 0
      .filter(([code]) => code !== 0);
    return {
      type: Number(text('type')),
      hops: Number(text('hops')),
      id: Number(text('id')),
      secs: Number(text('secs')),
      flags: Number(text('flags')),
      addresses: ['client', 'your', 'server', 'relay'].map((field) => text(`ip.${field}`)),
      mac: text('hw.mac_addr'),
      server: text('server'),
      file: text('file'),
      options,
    };
  });
}
