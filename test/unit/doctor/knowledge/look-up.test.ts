import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FINDING_CATALOGUE } from '../../../../src/doctor/finding-catalogue.ts';
import { decodeIpxeCode, ipxeEntries } from '../../../../src/doctor/knowledge/ipxe-codes.ts';
import { lookUp } from '../../../../src/doctor/knowledge/look-up.ts';
import { KNOWLEDGE } from '../../../../src/doctor/knowledge/messages.ts';
import { renderTroubleshooting } from '../../../../src/doctor/knowledge/troubleshooting.ts';

const first = (text: string): string | undefined => lookUp(text).matches[0]?.id;

describe('lookUp', () => {
  it.each([
    ['PXE-E21 : Remote boot canceled', 'edk2-pxe-e21'],
    ['PXE-E21: Remote boot cancelled.', 'edk2-pxe-e21'],
    ['pxe-e21: remote host cancelled', 'edk2-pxe-e21'],
    ['PXE E21 Remote Boot Cancelled', 'edk2-pxe-e21'],
    ['PXE-E21: BIS integrity check failed.', 'rom-pxe-e21'],
    ['PXE-E05: EEPROM checksum error', 'rom-pxe-e05'],
    ['PXE-E05: Buffer size is smaller than the requested file.', 'edk2-pxe-e05'],
    ['PXE-E53: No boot filename received.', 'edk2-pxe-e53'],
    ['e55', 'rom-pxe-e55'],
    ['PXE-E3B: TFTP Error - File not found', 'rom-pxe-e3b'],
    ['PXE-T01: File not found', 'rom-pxe-t01'],
    ['https://ipxe.org/2d0c618e', 'ipxe-2d0c61'],
    ['http://ipxe.org/err/040ee1', 'ipxe-040ee1'],
    ['No such file or directory (http://ipxe.org/2d03e13b)', 'ipxe-2d03e1'],
    ['0x4c126092', 'ipxe-4c1260'],
    ['Error: Could not retrieve NBP file size from HTTP server.', 'edk2-http-file-size'],
    ['>>Start PXE over IPv4, Press [ESC] to exit...', 'edk2-start-pxe'],
    ['Failed to load ldlinux.c32\nBoot failed: press a key to retry', 'pxelinux-ldlinux'],
    ['grub>', 'grub-prompt'],
    ['Unable to fetch TFTP image: TFTP Error', 'shim-unable-to-fetch'],
    ['(initramfs) Unable to find a live file system on the network', 'casper-no-live'],
    ['Continue with autoinstall? (yes|no)', 'subiquity-confirm'],
    ['dnsmasq: failed to bind DHCP server socket: Address already in use', 'dnsmasq-bind'],
    ['NBP file downloaded successfully', 'edk2-nbp-downloaded'],
  ])('%s → %s', (text, id) => {
    expect(lookUp(text).isKnown).toBe(true);
    expect(first(text)).toBe(id);
  });

  it('gives both meanings of a code without words, UEFI first', () => {
    expect(lookUp('PXE-E21').matches.map((entry) => entry.id)).toEqual(['edk2-pxe-e21', 'rom-pxe-e21']);
  });

  it('reads a whole screen: the telling line first, the trailer not at all', () => {
    const screen = `
Intel UNDI, PXE-2.1 (build 083)
CLIENT MAC ADDR: F4 4D 30 00 00 01  GUID: 58B41800
DHCP...
PXE-E55: ProxyDHCP service did not reply to request on port 4011.
PXE-M0F: Exiting Intel Boot Agent.
Reboot and Select proper Boot device`;
    expect(lookUp(screen).matches.map((entry) => entry.id)).toEqual(['rom-pxe-e55']);
  });

  it('names the nearest for what it does not know, and nothing for nonsense', () => {
    const near = lookUp('remote booting was cancelled by firmware');
    expect(near.isKnown).toBe(false);
    expect(near.matches.map((entry) => entry.id)).toContain('edk2-pxe-e21');
    expect(lookUp('zzzz qqqq').matches).toEqual([]);
  });

  it('answers any text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 400 }), (text) => void lookUp(text)),
      { numRuns: 300 },
    );
  });
});

describe('the knowledge', () => {
  it('names only findings that the catalogue describes', () => {
    for (const entry of [...KNOWLEDGE, ...ipxeEntries()]) {
      for (const cause of entry.causes) {
        if ('finding' in cause)
          expect(FINDING_CATALOGUE.has(cause.finding), `${entry.id}: ${cause.finding}`).toBe(true);
      }
    }
  });

  it('has each id once', () => {
    const ids = KNOWLEDGE.map((entry) => entry.id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('finds every entry by its own text', () => {
    // what asks for more than its words is not found by them alone
    for (const entry of KNOWLEDGE.filter((one) => one.where === undefined && one.needs === undefined)) {
      const found = lookUp(entry.texts[0] ?? '').matches.map((match) => match.id);
      expect(found, entry.texts[0]).toContain(entry.id);
    }
  });
});

describe('decodeIpxeCode', () => {
  it('takes a code apart as iPXE puts it together', () => {
    expect(decodeIpxeCode('2d0c618e')).toMatchObject({
      errno: 'ENOENT',
      file: 'httpcore',
      text: 'Not found',
      platform: 'EFI not found',
    });
    expect(decodeIpxeCode('4c126092')).toMatchObject({
      errno: 'ETIMEDOUT',
      file: 'tftp',
      platform: 'EFI timeout',
    });
    expect(decodeIpxeCode('7f04819a')).toMatchObject({
      file: 'efi_image',
      platform: 'EFI security violation',
    });
    expect(decodeIpxeCode('ff')).toBeUndefined();
    expect(decodeIpxeCode('00000000')).toBeUndefined();
  });
});

describe('docs/troubleshooting.md', () => {
  it('is what the knowledge says (npx tsx test/support/write-troubleshooting.ts)', () => {
    const written = readFileSync(new URL('../../../../docs/troubleshooting.md', import.meta.url), 'utf8');
    expect(written).toBe(renderTroubleshooting());
  });
});
