import { describe, expect, it } from 'vitest';
import { CaptureObserver } from '../../../../src/doctor/analyse/observe-capture.ts';
import { analyse } from '../../../../src/doctor/analyse/analyse.ts';
import { limitsOf } from '../../../../src/doctor/analyse/coverage.ts';
import { analyseLogText } from '../../../../src/doctor/read-inputs.ts';
import { summarise } from '../../../../src/doctor/report.ts';
import { ethernet, ipv4, join, udpSegment, be16 } from '../../protocol/pcap/frames.ts';

function judge(lines: readonly string[]) {
  const { reading, findings } = analyseLogText(lines.join('\n'));
  return { ...reading, findings: findings.map(({ id }) => id) };
}

describe('a log without a boot is no boot that went well', () => {
  it('of files that somebody fetches', () => {
    const { verdict, limits } = judge([
      "systemd[1]: Started hpa's original TFTP daemon.",
      'in.tftpd[443311]: RRQ from 192.168.0.86 filename ArcherC7v5_tp_recovery.bin',
      'in.tftpd[443327]: RRQ from 192.168.0.86 filename ArcherC7v5_tp_recovery.bin',
    ]);
    expect(verdict).toBe('not-understood');
    expect(limits).toEqual([expect.stringContaining('192.168.0.86 asks for ArcherC7v5_tp_recovery.bin')]);
  });

  const START = [
    'started, version 2.90 DNS disabled',
    'DHCP, IP range 192.168.100.200 -- 192.168.100.250, lease time 12h',
    'TFTP root is /var/tftp',
  ];

  it.each([
    ['without a clock', START.map((text) => `dnsmasq-dhcp[1]: ${text}`)],
    ['within a second', START.map((text) => `Nov  3 10:00:01 nas dnsmasq-dhcp[1]: ${text}`)],
  ])('of a server that has just started, %s', (_how, lines) => {
    const { verdict, limits, findings } = judge(lines);
    expect({ verdict, findings }).toEqual({ verdict: 'not-understood', findings: [] });
    expect(limits).toEqual([expect.stringContaining('ends where its server starts')]);
  });

  it('and silence of minutes is one', () => {
    const { findings } = judge([
      ...START.map((text) => `2026-11-03T10:00:01+00:00 nas dnsmasq-dhcp[1]: ${text}`),
      '2026-11-03T10:20:00+00:00 nas dnsmasq[1]: exiting on receipt of SIGTERM',
    ]);
    expect(findings).toEqual(['no-discover-seen']);
  });

  it('of a client that sets how long it waits', () => {
    const { passedOver } = judge([
      'Jun  4 16:17:42 fux wickedd-dhcp4[2563]: enp1s0f0: Requesting DHCPv4 lease with timeout 60',
    ]);
    expect(passedOver.map(({ matters }) => matters)).toEqual([false]);
    const waited = judge(['Jun  4 16:17:42 fux nfsd[2563]: request timeout, client gone']);
    expect(waited.passedOver.map(({ matters }) => matters)).toEqual([true]);
  });
});

describe('a capture without a boot', () => {
  function judgeFrames(frames: readonly Uint8Array[], linkType = 1) {
    const observer = new CaptureObserver();
    frames.forEach((data, index) => {
      observer.push({ number: index + 1, timeUs: index * 1000, linkType, data, wireLength: data.length });
    });
    const observations = observer.finish();
    return { findings: analyse(observations), limits: limitsOf(observations).map(({ text }) => text) };
  }
  const ask = ipv4(
    '10.0.0.9',
    '10.0.0.1',
    17,
    udpSegment(2000, 69, join(be16(1), Buffer.from('file1\0octet\0'))),
  );
  const answer = ipv4(
    '10.0.0.1',
    '10.0.0.9',
    17,
    udpSegment(3000, 2000, join(be16(3), be16(1), Buffer.from('all'))),
  );
  const taken = ipv4('10.0.0.9', '10.0.0.1', 17, udpSegment(2000, 3000, join(be16(4), be16(1))));

  it('is named as such when only other files are fetched', () => {
    const { findings, limits } = judgeFrames([ask, answer, taken].map((packet) => ethernet(packet)));
    expect(findings.map(({ id }) => id)).toEqual(['no-pxe-in-log']);
    expect(limits).toEqual([]);
    expect(summarise(findings, 'healthy')).toBe('there is no network boot to judge, 1 note');
  });

  it('is not wholly understood when packets are damaged or their rest is missing', () => {
    const piece = Uint8Array.from(ask);
    piece[6] = 0x20;
    const dhcp = ipv4('0.0.0.0', '255.255.255.255', 17, udpSegment(68, 67, Uint8Array.of(1, 1, 6)));
    for (const packet of [piece, dhcp]) {
      const { findings, limits } = judgeFrames([ethernet(packet)]);
      expect(findings).toEqual([]);
      expect(limits).toEqual([expect.stringContaining('1 UDP packet could not be read')]);
    }
  });

  it('is not understood when it is of a link that is not read', () => {
    expect(judgeFrames([ethernet(ask)], 127).limits).toEqual([expect.stringContaining('LINKTYPE 127')]);
  });
});

describe('one machine', () => {
  const MENU = [
    'dhcpd: DHCPDISCOVER from 00:1a:64:20:04:cf via eth1',
    'dhcpd: DHCPOFFER on 172.31.0.68 to 00:1a:64:20:04:cf via eth1',
    'dhcpd: DHCPREQUEST for 172.31.0.68 (172.16.0.1) from 00:1a:64:20:04:cf via eth1',
    'dhcpd: DHCPACK on 172.31.0.68 to 00:1a:64:20:04:cf via eth1',
    'atftpd[20065]: Serving pxelinux.0 to 172.31.0.68:2071',
    'atftpd[20065]: Serving pxelinux.cfg/AC1F0044 to 172.31.0.68:57090',
  ];
  const AGAIN = [
    'dhcpd: DHCPDISCOVER from 00:1a:64:20:04:cf via eth1',
    'dhcpd: DHCPOFFER on 172.31.0.90 to 00:1a:64:20:04:cf via eth1',
    'dhcpd: DHCPREQUEST for 172.31.0.90 (172.16.0.1) from 00:1a:64:20:04:cf via eth1',
    'dhcpd: DHCPACK on 172.31.0.90 to 00:1a:64:20:04:cf via eth1',
    'dhcpd: DHCPDISCOVER from 00:1a:64:20:04:cf via eth1',
  ];
  const SYSTEM = ['atftpd[20065]: Serving xcat/nbk.x86 to 172.31.0.68:57096'];
  const stamped = (lines: readonly string[]) => lines.map((line) => `Oct 9 13:22:07 mgt ${line}`);

  it('that asks for an address after its menu and more files has started its system', () => {
    expect(judge(stamped([...MENU, ...SYSTEM, ...AGAIN])).verdict).toBe('healthy');
  });

  it('that asks again after its menu alone has not', () => {
    expect(judge(stamped([...MENU, ...AGAIN])).verdict).toBe('not-understood');
    expect(judge(stamped([...MENU, ...SYSTEM])).verdict).toBe('not-understood');
    const ipxe = 'atftpd[20065]: Serving ipxe/undionly.kpxe to 172.31.0.68:57096';
    expect(judge(stamped([...MENU, ipxe, ...AGAIN])).verdict).toBe('not-understood');
  });

  it('is one when the log began in mid-boot and an offer names its address', () => {
    const { read, limits } = judge([
      'dnsmasq-tftp: sent /srv/tftp/ipxe.efi to 192.168.1.246',
      'dnsmasq-dhcp: 671376486 vendor class: PXEClient:Arch:00007:UNDI:003010',
      'dnsmasq-dhcp: 671376486 user class: iPXE',
      'dnsmasq-dhcp: 671376486 DHCPDISCOVER(eno1) ec:d6:8a:95:51:7f',
      'dnsmasq-dhcp: 671376486 tags: iPXE, eno1',
      'dnsmasq-dhcp: 671376486 DHCPOFFER(eno1) 192.168.1.246 ec:d6:8a:95:51:7f',
    ]);
    expect(read).toBe('6 lines, 1 network boot client');
    expect(limits).toEqual([expect.stringContaining('the boot of ec:d6:8a:95:51:7f is seen')]);
  });
});
