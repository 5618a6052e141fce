import { describe, expect, it } from 'vitest';
import { summariseDhcp } from '../../../../src/protocol/dhcp/summarise-dhcp.ts';
import { addressOption } from '../../../../src/protocol/dhcp/options/address-options.ts';
import { clientPacket, ip } from '../../../support/dhcp/client-packets.ts';

describe('summariseDhcp', () => {
  it('tells a request in one paragraph', () => {
    const packet = clientPacket({ type: 'request', options: [addressOption(50, ip('192.168.1.40'))] });
    expect(summariseDhcp(packet)).toBe(
      'DHCP REQUEST from 52:54:00:12:34:56, xid 11223344; asks for 192.168.1.40; ' +
        'vendor class "PXEClient:Arch:00007:UNDI:003016"; architecture x64 UEFI (7); ' +
        'machine id 01020304-0506-0708-090a-0b0c0d0e0f10.',
    );
  });

  it('tells what option 43 of an answer makes the firmware do', () => {
    const option43 = { code: 43, data: Buffer.from('0601080a0400505845ff', 'hex') };
    const text = summariseDhcp(
      clientPacket({
        type: 'ack',
        architectures: [],
        vendorClass: 'PXEClient',
        options: [option43, { code: 211, data: Uint8Array.of(1) }],
        header: { op: 2, siaddr: ip('192.168.1.11'), bootFile: 'pxelinux.0' },
      }),
    );
    expect(text).toContain('DHCP ACK to 52:54:00:12:34:56');
    expect(text).toContain('next server 192.168.1.11; file "pxelinux.0"');
    expect(text).toContain('PXE options [discovery control 8 (use the boot file), prompt "PXE" after 0 s]');
    expect(text).toContain('also option 211 (1 byte)');
  });

  it('makes control characters visible', () => {
    expect(summariseDhcp(clientPacket({ vendorClass: '\x1b[2J' }))).toContain('"\\x1b[2J"');
  });
});
