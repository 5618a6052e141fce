import { describe, expect, it } from 'vitest';
import type { ReplySeen } from '../../../../src/doctor/analyse/observation.ts';
import { decideMenu, isNoServiceAnswer } from '../../../../src/doctor/analyse/simulate/edk2-menu.ts';
import { classifyOffer, selectOffer } from '../../../../src/doctor/analyse/simulate/edk2-offers.ts';
import {
  grubServer,
  httpBootTakes,
  ipxeTakes,
} from '../../../../src/doctor/analyse/simulate/second-stage.ts';
import type { Ipv4Address } from '../../../../src/protocol/addresses.ts';

const ip = (text: string): Ipv4Address => text as Ipv4Address;
const hex = (text: string) => {
  const bytes = Uint8Array.from(text.split(' '), (byte) => Number.parseInt(byte, 16));
  return { bytes, sizeBytes: bytes.length, isElided: false };
};

function reply(more: Partial<ReplySeen>): ReplySeen {
  return { evidence: { source: 'test', text: '' }, type: 'offer', port: 67, ...more };
}

const router = reply({
  server: ip('192.168.1.1'),
  leasedAddress: ip('192.168.1.40'),
  nextServer: ip('192.168.1.1'),
});
const proxy = reply({ server: ip('192.168.1.50'), nextServer: ip('192.168.1.50'), vendorClass: 'PXEClient' });
/** what dnsmasq sends without a pxe-service line for the architecture (dnsmasq-vectors.txt) */
const noService = hex('06 01 08 0a 04 00 50 58 45 ff');

describe('the offers that EDK2 collects', () => {
  it('are sorted as PxeBcParseDhcp4Packet does', () => {
    expect(classifyOffer(router)).toBe('dhcp-only');
    expect(classifyOffer(proxy)).toBe('proxy-binl');
    expect(classifyOffer({ ...proxy, option43: noService })).toBe('proxy-pxe10');
    expect(classifyOffer({ ...router, vendorClass: 'PXEClient' })).toBe('dhcp-binl');
    expect(classifyOffer(reply({ server: ip('192.168.1.50'), headerFile: 'x.efi' }))).toBe('discarded');
  });

  it('are chosen by class and not by time', () => {
    expect(selectOffer([proxy, router])).toMatchObject({
      how: 'proxy-binl',
      lease: router,
      asksPort4011: true,
    });
    expect(selectOffer([router, proxy])).toMatchObject({ how: 'proxy-binl', lease: router });
    expect(selectOffer([router, { ...proxy, option43: noService }])).toMatchObject({
      how: 'proxy-pxe10',
      asksPort4011: false,
    });
    // a router that says PXEClient itself is preferred: the client asks the router's port 4011
    const claiming = { ...router, vendorClass: 'PXEClient' };
    expect(selectOffer([claiming, proxy])).toMatchObject({ how: 'dhcp-binl', lease: claiming });
    expect(selectOffer([{ ...router, headerFile: 'x.efi' }, proxy])).toMatchObject({ how: 'proxy-binl' });
    expect(selectOffer([{ ...router, headerFile: 'x.efi' }])).toMatchObject({ how: 'dhcp-only' });
    expect(selectOffer([router])).toBeUndefined();
    expect(selectOffer([proxy])).toBeUndefined();
  });
});

describe('the menu that EDK2 finds in an answer', () => {
  const answer = reply({ port: 4011, type: 'ack', vendorClass: 'PXEClient', server: ip('192.168.1.50') });

  it('ends the boot when dnsmasq has no service for the architecture', () => {
    expect(isNoServiceAnswer(noService)).toBe(true);
    expect(decideMenu({ ...answer, option43: noService })).toEqual({
      action: 'cancel',
      because: 'no-menu-item',
    });
    expect(decideMenu({ ...answer, option43: noService, headerFile: 'pxelinux.0' })).toEqual({
      action: 'cancel-or-load',
      file: 'pxelinux.0',
    });
  });

  it('ends the boot at a local item, waits at 255, asks for a boot server', () => {
    const local = hex('06 01 03 09 07 00 00 04 4c 6f 63 61 0a 04 00 50 58 45 ff');
    expect(decideMenu({ ...answer, option43: local })).toEqual({
      action: 'cancel',
      because: 'local-boot-item',
    });
    const waits = hex('06 01 03 0a 04 ff 50 58 45 09 06 80 00 03 50 58 45 ff');
    expect(decideMenu({ ...answer, option43: waits })).toEqual({ action: 'wait-for-key' });
    const server = hex('06 01 03 0a 04 00 50 58 45 08 07 80 00 01 c0 a8 01 0b 09 06 80 00 03 50 58 45 ff');
    expect(decideMenu({ ...answer, option43: server })).toEqual({ action: 'discover', type: 0x8000 });
  });

  it('is no menu: the file is loaded, or there is none', () => {
    expect(decideMenu({ ...answer, headerFile: 'x.efi' })).toEqual({ action: 'load', file: 'x.efi' });
    expect(decideMenu({ ...answer, option43: hex('06 01 08 ff'), headerFile: 'pxelinux.0' })).toEqual({
      action: 'load',
      file: 'pxelinux.0',
    });
    expect(decideMenu(answer)).toEqual({ action: 'no-file' });
  });

  it('is recognised in bytes that a human has shortened', () => {
    const elided = { bytes: Uint8Array.of(6, 1, 8), sizeBytes: 10, isElided: true };
    expect(isNoServiceAnswer(elided)).toBe(true);
    expect(isNoServiceAnswer({ bytes: Uint8Array.of(6, 1, 8, 255), sizeBytes: 4, isElided: false })).toBe(
      false,
    );
  });
});

describe('the second stage', () => {
  it('of GRUB follows the next server of the lease', () => {
    expect(grubServer(router, proxy)).toMatchObject({ server: '192.168.1.1', from: 'lease' });
    expect(grubServer(reply({ leasedAddress: ip('192.168.1.40') }), proxy)).toMatchObject({
      server: '192.168.1.50',
    });
  });

  it('of iPXE needs class, next server and file', () => {
    expect(ipxeTakes({ ...proxy, headerFile: 'http://192.168.1.50/boot.ipxe' })).toBe(true);
    expect(ipxeTakes(reply({ vendorClass: 'PXEClient', headerFile: 'http://192.168.1.50/boot.ipxe' }))).toBe(
      false,
    );
    expect(ipxeTakes(proxy)).toBe(false);
  });

  it('HTTP Boot needs class HTTPClient and a URL', () => {
    expect(httpBootTakes(reply({ vendorClass: 'HTTPClient', headerFile: 'http://192.168.1.50/x.efi' }))).toBe(
      true,
    );
    expect(httpBootTakes(reply({ vendorClass: 'HTTPClient', headerFile: 'x.efi' }))).toBe(false);
    expect(httpBootTakes({ ...proxy, headerFile: 'http://192.168.1.50/x.efi' })).toBe(false);
  });
});
