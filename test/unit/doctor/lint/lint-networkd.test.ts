import { describe, expect, it } from 'vitest';
import { lintNetworkd } from '../../../../src/doctor/lint/networkd/networkd-rules.ts';
import { settingsOf } from '../../../../src/doctor/lint/networkd/networkd-file.ts';

const lint = (server: string, network = 'DHCPServer=yes'): readonly string[] =>
  lintNetworkd(
    settingsOf(
      'lan.network',
      `[Match]\nName=lan0\n\n[Network]\nAddress=10.0.0.1/24\n${network}\n\n[DHCPServer]\n${server}\n`,
    ),
  ).map(({ severity, id, evidence }) => `${severity} ${id} ${evidence[0]?.source.split(':')[1]}`);

describe("systemd-networkd's DHCP server", () => {
  it.each([
    ['iPXE with its script inside', 'BootServerAddress=10.0.0.9\nBootFilename=boot/site', []],
    [
      'a BIOS program',
      'BootServerAddress=10.0.0.9\nBootFilename=undionly.kpxe',
      ['warning no-boot-service-for-arch 10'],
    ],
    [
      'an EFI program',
      'BootServerAddress=10.0.0.9\nBootFilename=shimx64.efi',
      ['info loader-arch-mismatch 10'],
    ],
    ['a URL', 'BootFilename=http://10.0.0.9/boot.ipxe', ['warning url-as-pxe-file 9']],
    [
      'no server',
      'BootFilename=shimx64.efi',
      ['info loader-arch-mismatch 9', 'error wrong-server-address 9'],
    ],
    [
      'the name of a server alone',
      'BootServerName=10.0.0.9\nBootFilename=shimx64.efi',
      ['info loader-arch-mismatch 10', 'warning wrong-server-address 10'],
    ],
    ['a key of dnsmasq', 'TFTPServer=10.0.0.9', ['error config-option-unknown 9']],
    ['a value that is taken back', 'BootFilename=pxelinux.0\nBootFilename=', []],
  ])('%s', (_, server, told) => {
    expect(lint(server)).toEqual(told);
  });

  it('is switched on in [Network], which a drop-in may leave to its file', () => {
    expect(lint('PoolSize=9', '')).toEqual(['error no-dhcp-server 9']);
    expect(lint('PoolSize=9', 'DHCPServer=no')).toEqual(['error no-dhcp-server 6']);
    expect(lintNetworkd(settingsOf('10-boot.conf', '[DHCPServer]\nPoolSize=9\n'))).toEqual([]);
  });
});
