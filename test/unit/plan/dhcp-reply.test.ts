import { describe, expect, it } from 'vitest';
import type { BootAnswer } from '../../../src/model/boot-plan.ts';
import { replyTo } from '../../../src/plan/dhcp-reply.ts';
import { leaseReply, refuseLease } from '../../../src/plan/lease-reply.ts';
import { messageNameOf, optionData, type DhcpPacket } from '../../../src/protocol/dhcp/dhcp-packet.ts';
import { encodeDhcp, encodedSize } from '../../../src/protocol/dhcp/encode-dhcp.ts';
import { readAddress, readAddresses } from '../../../src/protocol/dhcp/options/address-options.ts';
import { readNumber, uint16Option } from '../../../src/protocol/dhcp/options/number-options.ts';
import { readText } from '../../../src/protocol/dhcp/options/text-options.ts';
import { BYPASS_OPTION43 } from '../../../src/protocol/pxe/option43.ts';
import { clientPacket, ip } from '../../support/dhcp/client-packets.ts';

const SERVER = ip('192.168.1.50');
const plan = (firmware: BootAnswer['firmware'], offer: Partial<BootAnswer['offer']> = {}): BootAnswer => ({
  action: 'boot',
  firmware,
  stage: 'first',
  loader: 'ipxe',
  offer: {
    vendorClass: 'PXEClient',
    nextServer: SERVER,
    serverName: '192.168.1.50',
    bootFile: 'ipxe/snponly-x64.efi',
    option43: BYPASS_OPTION43,
    ...offer,
  },
  because: [],
});
const codes = (packet: DhcpPacket): readonly number[] => packet.options.map(({ code }) => code);

describe('replyTo', () => {
  it('offers what UEFI wants on port 67: the fields dnsmasq sends, and never option 43', () => {
    const reply = replyTo(clientPacket(), plan('uefi-x64'), 67, SERVER);
    expect(reply).toMatchObject({
      op: 2,
      xid: 0x11223344,
      flags: 0x8000,
      secs: 0,
      ciaddr: '0.0.0.0',
      yiaddr: '0.0.0.0',
      siaddr: '192.168.1.50',
      serverName: '192.168.1.50',
      bootFile: 'ipxe/snponly-x64.efi',
    });
    expect(messageNameOf(reply)).toBe('OFFER');
    expect(codes(reply)).toEqual([53, 54, 60, 97]);
    expect(readText(reply, 60)).toBe('PXEClient');
    expect(optionData(reply, 97)).toEqual(optionData(clientPacket(), 97));
    expect(encodeDhcp(reply)).toHaveLength(300);
  });

  it('gives a BIOS the option 43 of the plan', () => {
    const reply = replyTo(clientPacket({ architectures: [0] }), plan('bios'), 67, SERVER);
    expect(Buffer.from(optionData(reply, 43) ?? []).toString('hex')).toBe('060108ff');
  });

  it('acknowledges on port 4011 with the address and the flags of the client', () => {
    const packet = clientPacket({ type: 'request', header: { ciaddr: ip('192.168.1.40') } });
    const reply = replyTo(packet, plan('uefi-x64'), 4011, SERVER);
    expect(messageNameOf(reply)).toBe('ACK');
    expect(reply).toMatchObject({ flags: 0, ciaddr: '192.168.1.40', yiaddr: '0.0.0.0' });
    expect(codes(reply)).not.toContain(43);
  });

  it('names the boot item that a BIOS chose from a menu', () => {
    const option43 = { code: 43, data: Uint8Array.of(71, 4, 0x80, 0, 0, 0, 255) };
    const packet = clientPacket({ type: 'request', architectures: [0], options: [option43] });
    const reply = replyTo(packet, plan('bios'), 4011, SERVER);
    expect(Buffer.from(optionData(reply, 43) ?? []).toString('hex')).toBe('470480000000ff');
  });

  it('answers a client whose option 43 is no PXE with the option 43 of the plan', () => {
    const packet = clientPacket({
      architectures: [0],
      options: [{ code: 43, data: Uint8Array.of(71, 200) }],
    });
    expect(optionData(replyTo(packet, plan('bios'), 67, SERVER), 43)).toEqual(BYPASS_OPTION43);
  });

  it('puts a URL into the header as long as it fits, and into option 67 beyond 127 bytes', () => {
    const url = (length: number) => 'http://192.168.1.50:8080/'.padEnd(length, 'x');
    const short = replyTo(clientPacket(), plan('uefi-http-x64', { bootFile: url(127) }), 67, SERVER);
    expect([short.bootFile, optionData(short, 67)]).toEqual([url(127), undefined]);
    const long = replyTo(clientPacket(), plan('uefi-http-x64', { bootFile: url(128) }), 67, SERVER);
    expect([long.bootFile, readText(long, 67)]).toEqual(['', url(128)]);
  });

  it('sends option 82 and giaddr back to the relay, option 82 last', () => {
    const information = { code: 82, data: Uint8Array.of(1, 2, 7, 8) };
    const packet = clientPacket({ options: [information], header: { giaddr: ip('10.1.0.1'), hops: 1 } });
    const reply = replyTo(packet, plan('uefi-x64'), 67, SERVER);
    expect(reply).toMatchObject({ giaddr: '10.1.0.1', hops: 0 });
    expect(reply.options.at(-1)).toEqual(information);
  });

  it('stays within the size that the client takes, and keeps the boot file', () => {
    const information = { code: 82, data: new Uint8Array(250) };
    const packet = clientPacket({ options: [information, uint16Option(57, 300)] });
    const bootFile = 'http://192.168.1.50:8080/'.padEnd(250, 'x');
    const reply = replyTo(packet, plan('ipxe', { bootFile }), 67, SERVER);
    // a maximum below 576 is not legal and means 576 (RFC 2132 §9.10)
    expect(encodedSize(reply)).toBeLessThanOrEqual(576 - 28);
    expect(readText(reply, 67)).toBe(bootFile);
    const roomy = clientPacket({ options: [information, uint16Option(57, 1472)] });
    expect(codes(replyTo(roomy, plan('ipxe', { bootFile }), 67, SERVER))).toContain(82);
  });

  it('leaves out what the client did not send', () => {
    const packet = clientPacket({ header: { options: [] } });
    expect(codes(replyTo(packet, plan('uefi-x64'), 67, SERVER))).toEqual([53, 54, 60]);
  });
});

describe('leaseReply', () => {
  const terms = {
    server: SERVER,
    prefix: 24,
    router: ip('192.168.1.1'),
    nameServers: [ip('192.168.1.1'), ip('9.9.9.9')],
    leaseSeconds: 600,
  };

  it('carries the address and the boot information in one answer', () => {
    const reply = leaseReply(clientPacket(), 'offer', ip('192.168.1.200'), terms, plan('uefi-x64'));
    expect(reply).toMatchObject({
      yiaddr: '192.168.1.200',
      siaddr: '192.168.1.50',
      bootFile: 'ipxe/snponly-x64.efi',
    });
    expect(messageNameOf(reply)).toBe('OFFER');
    expect([51, 58, 59].map((code) => readNumber(reply, code))).toEqual([600, 300, 525]);
    expect([1, 28, 3].map((code) => readAddress(reply, code))).toEqual([
      '255.255.255.0',
      '192.168.1.255',
      '192.168.1.1',
    ]);
    expect(readAddresses(reply, 6)).toEqual(['192.168.1.1', '9.9.9.9']);
    expect(readText(reply, 60)).toBe('PXEClient');
    expect(codes(reply)).not.toContain(43);
  });

  it('is a plain lease for a client that boots nothing', () => {
    const bare = { server: SERVER, prefix: 24, nameServers: [], leaseSeconds: 600 };
    const reply = leaseReply(clientPacket({ vendorClass: null }), 'ack', ip('192.168.1.9'), bare);
    expect(codes(reply)).toEqual([53, 54, 51, 58, 59, 1, 28]);
    expect(reply).toMatchObject({ siaddr: '0.0.0.0', bootFile: '', serverName: '' });
  });

  it('refuses in words', () => {
    const reply = refuseLease(clientPacket({ header: { ciaddr: ip('10.0.0.9') } }), SERVER, 'not yours');
    expect(messageNameOf(reply)).toBe('NAK');
    expect([reply.ciaddr, reply.yiaddr, readText(reply, 56)]).toEqual(['0.0.0.0', '0.0.0.0', 'not yours']);
  });
});
