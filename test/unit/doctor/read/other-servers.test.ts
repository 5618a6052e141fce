import { describe, expect, it } from 'vitest';
import { fixTexts } from '../../../../src/doctor/mend/fix-steps.ts';
import { analyse } from '../../../../src/doctor/analyse/analyse.ts';
import { isBoot, limitsOf } from '../../../../src/doctor/analyse/coverage.ts';
import { observeLines } from '../../../../src/doctor/read/observe-lines.ts';

function judge(lines: readonly string[]) {
  const observations = observeLines(lines);
  return {
    source: observations.source,
    clients: observations.clients.filter(isBoot).length,
    ids: analyse(observations)
      .filter(({ severity }) => severity !== 'info')
      .map(({ id }) => id),
    limits: limitsOf(observations)
      .map(({ text }) => text)
      .join('\n'),
  };
}

const KEA = (message: string): string =>
  `2026-11-28 00:13:13.848 INFO  [kea-dhcp4.leases/21229.140] ${message}`;
const WHO = '[hwtype=1 02:00:00:00:00:01], cid=[01:02:00:00:00:00:01], tid=0xd57f7f44';
const GET = (path: string, status: number, agent: string): string =>
  `10.30.5.30 - - [28/Nov/2026:00:14:00 +0000] "GET ${path} HTTP/1.1" ${status} 512 "-" "${agent}"`;

const KEA_UEFI = [
  KEA(
    `DHCP4_CLASS_ASSIGNED ${WHO}: client packet has been assigned to the following class(es): ALL, VENDOR_CLASS_PXEClient:Arch:00007:UNDI:003016, UNKNOWN`,
  ),
  KEA(`DHCP4_LEASE_ADVERT ${WHO}: lease 10.30.5.30 will be advertised`),
  KEA(`DHCP4_LEASE_ALLOC ${WHO}: lease 10.30.5.30 has been allocated for 7200 seconds`),
];

describe("other servers' logs", () => {
  it('Kea tells the architecture, tftpd-hpa the file: a UEFI machine was given a BIOS program', () => {
    const tftp = 'Nov 28 00:13:14 srv in.tftpd[9]: RRQ from 10.30.5.30 filename pxelinux.0';
    expect(judge([...KEA_UEFI, tftp])).toMatchObject({
      source: 'log of Kea, tftpd-hpa',
      clients: 1,
      ids: ['loader-arch-mismatch'],
    });
  });

  it('a boot through three programs is followed to its kernel', () => {
    const lines = [
      ...KEA_UEFI,
      'Nov 28 00:13:14 srv in.tftpd[9]: RRQ from 10.30.5.30 filename ipxe.efi',
      GET('/boot.ipxe', 200, 'iPXE/1.21.1'),
      GET('/images/vmlinuz', 200, 'iPXE/1.21.1'),
      GET('/images/initrd', 200, 'iPXE/1.21.1'),
    ];
    expect(judge(lines)).toEqual({
      source: 'log of Kea, tftpd-hpa, a web server',
      clients: 1,
      ids: [],
      limits: '',
    });
  });

  it('a file that the web server does not have', () => {
    const lines = [GET('/boot.ipxe', 200, 'iPXE/1.21.1'), GET('/vmlinuz', 404, 'iPXE/1.21.1')];
    expect(judge(lines)).toMatchObject({ clients: 1, ids: ['http-file-missing'] });
  });

  it("browsers and monitors in a web server's log are no boots", () => {
    const lines = [GET('/index.html', 404, 'Mozilla/5.0'), GET('/robots.txt', 404, 'curl/8')];
    expect(judge(lines)).toMatchObject({ clients: 0, ids: [] });
  });

  it('clients of ISC dhcpd that only want an address are no boots, and nobody is accused', () => {
    const lines = [
      'Nov 28 00:00:01 srv dhcpd[1]: DHCPDISCOVER from 02:00:00:00:00:07 (laptop) via eth0: network 10.0.0.0/24: no free leases',
      'Nov 28 00:00:02 srv dhcpd[1]: DHCPREQUEST for 10.0.0.9 from 02:00:00:00:00:08 (phone) via eth0',
      'Nov 28 00:00:02 srv dhcpd[1]: DHCPACK on 10.0.0.9 to 02:00:00:00:00:08 (phone) via eth0',
    ];
    const { clients, ids, limits } = judge(lines);
    expect({ clients, ids }).toEqual({ clients: 0, ids: [] });
    expect(limits).toContain('does not tell which of its clients boot');
  });

  it('ISC dhcpd without a network for the interface keeps its kind of range', () => {
    const found = analyse(
      observeLines(['dhcpd[1]: DHCPDISCOVER from 02:00:00:00:00:07 via 10.9.0.1: unknown network segment']),
    );
    expect(found.map(({ id }) => id)).toEqual(['proxy-range-mismatch']);
    expect(fixTexts(found[0]?.mends ?? []).join('\n')).not.toContain('proxy');
  });

  it.each([
    ['Windows Deployment Services', '[4820] 11:22:33: [WDSServer/WDSPXE/WDSPXE][0x1] Client request'],
    ['Tftpd64', 'Rcvd DHCP Discover Msg for IP 0.0.0.0, Mac 04:D9:F5:60:47:E0 [06/11 10:00:00.000]'],
    ['iVentoy', '2026-11-27 10:00:00 iVentoy PXE service started'],
    ['udhcpd', 'Nov 28 00:00:01 srv udhcpd[9]: sending OFFER of 192.168.1.20'],
  ])('%s is known by sight and named', (name, line) => {
    const { clients, ids, limits } = judge([line]);
    expect({ clients, ids }).toEqual({ clients: 0, ids: [] });
    expect(limits).toContain(name);
  });

  it('systemd-networkd tells of packets, with its debug log alone, and not of whom', () => {
    const packet = (words: string): string =>
      `Nov 28 00:00:01 srv systemd-networkd[9]: lan0: DHCPv4 server: ${words}`;
    const asked = [packet('DISCOVER (0xcd8cf43d)'), packet('OFFER (0xcd8cf43d)')];
    const taken = [packet('REQUEST (selecting) (0xcd8cf43d)'), packet('ACK (0xcd8cf43d)')];
    const healthy = judge([packet('STARTED'), ...asked, ...taken]);
    expect(healthy).toMatchObject({ source: 'log of systemd-networkd', clients: 0, ids: [] });
    expect(healthy.limits).toContain('does not tell which of its clients boot');
    expect(judge([...asked, ...asked, ...asked]).limits).toContain(
      'the client of transaction 0xcd8cf43d was offered an address 3 times and asked for none',
    );
  });

  it('systemd-networkd complains of its DHCP server', () => {
    const line = (words: string): string => `Nov 28 00:00:01 srv systemd-networkd[9]: ${words}`;
    const taken = judge([line('lan0: Could not start DHCPv4 server instance: Address already in use')]);
    expect(taken.ids).toEqual(['port-in-use']);
    // it goes on without the line
    const unknown =
      "/etc/systemd/network/10-lan.network:9: Unknown key 'BootFileName' in section [DHCPServer], ignoring.";
    expect(judge([line(unknown)]).ids).toEqual([]);
    expect(observeLines([line(unknown)]).passedOver).toMatchObject([
      { what: 'lines of systemd-networkd that tell of a failure', matters: true },
    ]);
  });

  it('systemd-networkd has lines about the network of its own computer', () => {
    const { source, ids, limits } = judge([
      'Nov 28 00:00:01 srv systemd-networkd[9]: eth0: Gained carrier',
      'Nov 28 00:00:01 srv systemd-networkd[9]: eth0: DHCPv4 address 192.168.1.20/24, gateway 192.168.1.1 acquired from 192.168.1.1',
    ]);
    expect({ source, ids }).toEqual({ source: undefined, ids: [] });
    expect(limits).not.toContain('networkd');
  });

  it('a boot over IPv6 is named', () => {
    const { limits } = judge([
      'dnsmasq-dhcp[1]: 7650307 DHCPADVERTISE(eth0) fd00::5 00:04:aa',
      'dnsmasq-dhcp[1]: 7650307 sent size: 33 option: 59 bootfile-url  tftp://[fd00::1]/ipxe.efi',
    ]);
    expect(limits).toContain('line 2 is of a boot over IPv6');
  });

  it('dnsmasq without its transaction and process numbers, with redacted values', () => {
    const lines = [
      'available DHCP subnet: 192.168.1.0/255.255.255.0',
      'vendor class: PXEClient:Arch:00007:UNDI:003016',
      'PXE(eth0) 52:54:00:12:34:56 proxy',
      'tags: eth0',
      'next server: 192.168.1.50',
      'sent size:  1 option: 53 message-type  5',
      'sent size: 50 option: 43 vendor-encap  XX:XX:XX:XX',
    ].map((message) => `dnsmasq-dhcp[.]:  ${message}`);
    const missing = 'dnsmasq-tftp[.]:  file /srv/tftp/ipxe.efi not found for 192.168.1.9';
    expect(judge([...lines, missing])).toMatchObject({ clients: 1, ids: ['loader-missing'] });
  });

  it('a Raspberry Pi in the German of an older dnsmasq, with a delayed reply', () => {
    const lines = [
      '653460281 verfügbare(s) DHCP-Subnetz: 192.168.1.255/255.255.255.0',
      '653460281 "Vendor class": PXEClient:Arch:00000:UNDI:002001',
      '653460281 PXE(eth0) b8:27:eb:00:00:01 proxy',
      '653460281 reply delay: 1',
      '653460281 Antwort per Rundsendung',
      '653460281 sent size:  1 option: 53 message-type  2',
    ].map((message) => `Apr  4 11:37:54 srv dnsmasq-dhcp[443]: ${message}`);
    const tftp = (message: string): string => `Apr  4 11:37:55 srv dnsmasq-tftp[443]: ${message}`;
    const healthy = [
      ...lines,
      tftp('Datei /tftpboot/bootsig.bin nicht gefunden'),
      tftp('/tftpboot/bootcode.bin an 192.168.1.64 verschickt'),
    ];
    expect(judge(healthy)).toMatchObject({ clients: 1, ids: [] });
    expect(judge([...lines, tftp('Datei /tftpboot/bootcode.bin nicht gefunden')]).ids).toEqual([
      'loader-missing',
    ]);
  });

  it('a client that renewed its lease for days and then boots: its last packets are those of the boot', () => {
    const dhcpd = (message: string): string => `Nov 28 00:11:56 srv dhcpd[2471]: ${message}`;
    const mac = '02:00:00:00:00:01';
    const renewals = Array.from({ length: 100 }, () => [
      dhcpd(`DHCPREQUEST for 10.30.5.12 from ${mac} via eth0`),
      dhcpd(`DHCPACK on 10.30.5.12 to ${mac} via eth0`),
    ]).flat();
    const { clients } = observeLines([
      ...renewals,
      dhcpd(`DHCPDISCOVER from ${mac} via eth0`),
      dhcpd(`DHCPOFFER on 10.30.5.12 to ${mac} via eth0`),
      'Nov 28 00:11:57 srv in.tftpd[9]: RRQ from 10.30.5.12 filename pxelinux.0',
    ]);
    const phases = clients[0]?.phases ?? [];
    expect(phases.flatMap(({ requests }) => requests).length).toBeLessThanOrEqual(16);
    expect(phases.at(-1)?.replies.at(-1)).toMatchObject({ type: 'offer', evidence: { source: 'log:202' } });
  });

  it('a client that fetched a file of no boot is accused of nothing', () => {
    const lines = [
      'dnsmasq-tftp[1]: file /srv/tftp/License.txt not found for 192.168.1.9',
      'dnsmasq-tftp[1]: sent /srv/tftp/startup-config to 192.168.1.9',
    ];
    expect(judge(lines)).toMatchObject({ clients: 0, ids: [] });
  });
});
