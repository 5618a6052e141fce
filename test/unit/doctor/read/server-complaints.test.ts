import { describe, expect, it } from 'vitest';
import { analyse } from '../../../../src/doctor/analyse/analyse.ts';
import { limitsOf } from '../../../../src/doctor/analyse/coverage.ts';
import { fixTexts } from '../../../../src/doctor/mend/fix-steps.ts';
import { observeLines } from '../../../../src/doctor/read/observe-lines.ts';

function judge(lines: readonly string[]) {
  const observations = observeLines(lines);
  const findings = analyse(observations);
  return {
    told: findings.map(({ id, severity, title }) => `${severity} ${id}: ${title}`),
    fix: findings.flatMap(({ mends }) => fixTexts(mends)).join('\n'),
    limits: limitsOf(observations)
      .map(({ text }) => text)
      .join('\n'),
  };
}

const START = [
  'dnsmasq: started, version 2.90 DNS disabled',
  'dnsmasq-dhcp: DHCP, proxy on subnet 10.40.0.0',
  'dnsmasq-tftp: TFTP root is /srv/tftp',
];
const PROXY_ANSWER = 'dnsmasq-dhcp: PXE(enp3s0) 52:54:00:00:00:07 proxy';

describe('complaints about an interface', () => {
  const missing = 'dnsmasq: warning: interface enp3s0 does not currently exist';

  it('is one while nobody is answered there', () => {
    expect(judge([...START, missing]).told).toEqual([
      'error interface-missing: the network interface of the configuration is not there',
    ]);
  });

  it('is overcome once clients are answered there', () => {
    expect(judge([...START, missing, PROXY_ANSWER]).told).toEqual([]);
  });

  it('is a note where it is about an interface beside the one that serves', () => {
    const idle = 'dnsmasq-dhcp: no address range available for DHCP request via wlan0';
    expect(judge([...START, PROXY_ANSWER, idle]).told).toEqual([
      'info proxy-range-mismatch: dnsmasq answers nobody on wlan0',
    ]);
    expect(judge([...START, idle]).told[0]).toContain('error proxy-range-mismatch');
  });
});

it('who is answered again and again and asks for no file is told, with what that can be', () => {
  expect(judge([...START, ...Array<string>(6).fill(PROXY_ANSWER)]).limits).toContain(
    'it was answered 6 times and asks for no file',
  );
  expect(judge([...START, PROXY_ANSWER]).limits).not.toContain('asks for no file');
});

it('a loader that asks by a class of its own boots: RouterBOOT, U-Boot', () => {
  const block = [
    'vendor class: Mips_boot',
    'DHCPDISCOVER(enp3s0) 52:54:00:00:00:09',
    'tags: enp3s0',
    'DHCPOFFER(enp3s0) 10.40.0.132 52:54:00:00:00:09',
    'bootfile name: vmlinux-initramfs.elf',
    'next server: 10.40.0.1',
    'sent size:  1 option: 53 message-type  2',
  ].map((message) => `dnsmasq-dhcp: 1522824632 ${message}`);
  const { told, limits } = judge([...START, ...block]);
  expect(told).toEqual([]);
  expect(limits).toContain('the boot of 52:54:00:00:00:09 is seen as far as the answer');
});

describe('tftpd-hpa', () => {
  const line = (message: string): string => `Mar 31 19:44:26 srv in.tftpd[1656]: ${message}`;
  const refused = (why: string): readonly string[] => [
    line('RRQ from 10.40.0.12 filename pxelinux.0'),
    line(`sending NAK (2, ${why}) to 10.40.0.12`),
  ];

  it.each([
    ['Only absolute filenames allowed', 'TFTP_OPTIONS="--secure"'],
    ['Forbidden directory', 'below the folder of the TFTP server'],
    ['File must have global read permissions', 'chmod a+r FILE'],
  ])('refuses a file with "%s": its words choose the mend', (why, mend) => {
    const { told, fix } = judge(refused(why));
    expect(told).toEqual([expect.stringContaining('error tftp-access-denied')]);
    expect(fix).toContain(mend);
  });

  it('does not start as a user that is not there', () => {
    const { told, fix } = judge([line('no user --address: Success')]);
    expect(told).toEqual([
      'error config-unreadable: tftpd-hpa does not start: no user is named in its options',
    ]);
    expect(fix).toContain('TFTP_USERNAME="tftp"');
    expect(judge([line('no user tftpd: Success')]).told[0]).toContain('has no user tftpd');
    expect(judge(['dnsmasq: unknown user or group: nobdy']).told[0]).toContain('has no user nobdy');
  });
});

it('atftpd does not start with an address that is none', () => {
  const { told, fix } = judge(['Oct 28 16:33:10 srv atftpd[1720]: atftpd: invalid IP address']);
  expect(told[0]).toContain('atftpd does not start');
  expect(fix).toContain('/etc/default/atftpd');
});

it('Kea has no subnet for a relay: it refuses no address, and answers nobody', () => {
  const line = `2026-04-19 13:29:25.948 ERROR [kea-dhcp4.bad-packets/14.139] DHCP4_PACKET_NAK_0001 [hwtype=1 52:54:00:00:00:07], cid=[ff:a6], tid=0x4cef7c4: failed to select a subnet for incoming packet, src 10.2.0.5, type DHCPDISCOVER`;
  const { told, limits } = judge([line]);
  expect(told).toEqual(['error proxy-range-mismatch: Kea has no addresses for the network of 10.2.0.5']);
  expect(limits).not.toContain('answers DHCP here');
});

it('a file of an unknown name that did not come is told, and accuses nobody', () => {
  const line = (message: string): string => `Dec  3 10:49:14 srv atftpd[2306]: ${message}`;
  const { told, limits } = judge([
    line('Serving media.bin to 10.40.0.103:3909'),
    line('File /tftpboot/media.bin not found'),
    line('Server thread exiting'),
  ]);
  expect(told).toEqual([]);
  expect(limits).toContain('10.40.0.103 asked for media.bin over TFTP, and the server does not have it');
});

it('a log of questions for names is told as one, with the name that nobody knows', () => {
  const { limits } = judge([
    'dnsmasq: query[A] boot.example from 10.40.0.12',
    'dnsmasq: forwarded boot.example to 9.9.9.9',
    'dnsmasq: reply boot.example is NXDOMAIN',
  ]);
  expect(limits).toContain('It does not know boot.example (NXDOMAIN)');
});

it('a structured log names its program by a module, and its error beside the message', () => {
  const entry = {
    level: 'error',
    msg: 'file serve failed',
    service: 'github.com/tinkerbell/smee',
    error: 'Channel timeout: 10.7.3.3:64297',
  };
  const { limits } = judge([JSON.stringify(entry)]);
  expect(limits).toContain('booter or smee (Tinkerbell)');
  expect(limits).toContain('a TFTP transfer to 10.7.3.3 timed out');
});

it('iVentoy leases the address that it has itself', () => {
  const log = (offered: string): readonly string[] => [
    '2026/01/20 12:16:50.286 [PXE]         iVentoy 1.0.19 [Windows 64] is running now ...',
    '2026/01/20 12:16:50.291 [HTTP] HTTP PXE service is running on 10.40.0.100:16000 ...',
    `2026/01/20 12:17:18.285 [DHCP] Recv DHCP Discover from 5254-0000-07d0, response DHCP OFFER with ip ${offered}/255.255.255.0`,
  ];
  expect(judge(log('10.40.0.100')).limits).toContain('leases this same address to 5254-0000-07d0');
  expect(judge(log('10.40.0.120')).limits).not.toContain('leases this same address');
});
