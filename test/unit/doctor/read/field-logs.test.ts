import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { fixTexts } from '../../../../src/doctor/mend/fix-steps.ts';
import { analyseLogFile } from '../../../../src/doctor/read-inputs.ts';
import type { Verdict } from '../../../../src/model/verdict.ts';

const field = new URL('../../../../fixtures/field/', import.meta.url);
const pathOf = (name: string): string => fileURLToPath(new URL(name, field));

const WRAPPED = readdirSync(new URL('wrapped/', field));

/** file, verdict, findings of weight; fixtures/field/README.md says why. */
const RIGHT: readonly (readonly [string, Verdict, readonly string[]])[] = [
  ['logs/i18n-C.log', 'ill', ['loader-missing']],
  ['logs/i18n-de_DE.log', 'ill', ['loader-missing']],
  ...WRAPPED.map((name) => [`wrapped/${name}`, 'ill', ['loader-missing']] as const),
  ['logs/quiet-proxy-answers.log', 'not-understood', []],
  ['logs/quiet-proxy-without-service.log', 'not-understood', []],
  ['logs/bios-offer-with-boot-servers.log', 'not-understood', []],
  ['logs/bios-service-healthy.log', 'not-understood', []],
  ['logs/raspberry-pi-healthy-start.log', 'not-understood', []],
  ['logs/raspberry-pi-bootcode-missing.log', 'ill', ['loader-missing']],
  ['logs/raspberry-pi-offers-only-redacted.log', 'ill', ['raspberry-pi-not-started']],
  ['logs/raspberry-pi-german-start.log', 'not-understood', []],
  ['logs/raspberry-pi-begins-in-mid-boot.log', 'not-understood', []],
  ['logs/ipxe-script-of-one-machine.log', 'not-understood', []],
  ['logs/ipxe-script-missing-again.log', 'ill', ['loader-missing']],
  ['logs/bios-ff-suffix.log', 'ill', ['file-name-altered']],
  ['logs/full-dhcp-no-range.log', 'ill', ['proxy-range-mismatch']],
  ['logs/isc-dhcpd-tftpd.log', 'not-understood', []],
  ['servers/isc-dhcpd-4.4.3-stderr.log', 'not-understood', []],
  ['servers/isc-dhcpd-offers-not-taken.log', 'not-understood', []],
  ['logs/tcpdump-text-unanswered.log', 'not-understood', []],
  ['logs/tcpdump-text-answered.log', 'not-understood', []],
  ['servers/isc-dhcpd-two-offers-not-taken.log', 'not-understood', []],
  ['servers/tftpd-hpa-grub-prefix.log', 'not-understood', []],
  ['servers/isc-dhcpd-4.4.3-tftpd-hpa-5.2.log', 'ill', ['loader-missing']],
  ['servers/kea-2.2.0-info.log', 'not-understood', []],
  ['servers/kea-2.2.0-debug-atftpd-0.8.0.log', 'ill', ['loader-missing']],
  ['servers/tftpd-hpa-refused-by-client.log', 'ill', ['tftp-blocked']],
  ['logs/tiny-pxe-server-crlf.log', 'not-understood', []],
  ['logs/tftpd-hpa-name-read-too-far.log', 'ill', ['file-name-altered']],
  ['logs/dnsmasq-one-address-for-two.log', 'not-understood', []],
  ['logs/isc-dhcpd-no-free-leases.log', 'not-understood', []],
  ['logs/routeros-tftp.log', 'not-understood', []],
  ['logs/tcpdump-text-passed-on.log', 'not-understood', []],
  ['logs/tcpdump-text-error.log', 'not-understood', []],
  ['logs/raspberry-pi-second-stage-asks.log', 'not-understood', []],
  ['logs/nfs-server-refuses.log', 'not-understood', []],
  ['logs/firewall-blocks-started-system.log', 'not-understood', []],
  ['logs/host-complains-of-itself.log', 'healthy', []],
  ['logs/access-log-ends-with-kernel.log', 'not-understood', []],
  ['excerpts/raspberry-pi-takes-no-offer.log', 'not-understood', []],
  ['excerpts/raspberry-pi-masked-address.log', 'not-understood', []],
  ['excerpts/answer-alone-option-66.log', 'not-understood', ['wrong-server-address']],
  ['excerpts/dnsmasq-dns-port-taken.log', 'ill', ['dns-port-enabled']],
  ['excerpts/dnsmasq-dhcp-port-taken.log', 'ill', ['port-in-use']],
  ['excerpts/dnsmasq-no-address-available.log', 'not-understood', []],
  ['logs/dnsmasq-cannot-send.log', 'ill', ['answer-not-sent']],
  ['logs/dnsmasq-no-space-in-packet.log', 'not-understood', []],
  ['servers/isc-dhcpd-no-free-leases-once-each.log', 'not-understood', []],
  ['servers/isc-dhcpd-address-in-use.log', 'not-understood', []],
  ['servers/isc-dhcpd-port-taken.log', 'ill', ['port-in-use']],
  ['servers/isc-dhcpd-refused-line.log', 'ill', ['config-unreadable']],
  ['servers/kea-no-socket-lines-cut.log', 'ill', ['answer-not-sent', 'interface-missing']],
  ['servers/kea-no-socket.log', 'ill', ['interface-missing']],
  ['servers/kea-no-pools.log', 'not-understood', []],
  ['servers/isc-dhcpd-link-local.log', 'ill', ['proxy-range-mismatch']],
  ['servers/tftpd-hpa-no-folder.log', 'ill', ['config-unreadable']],
  ['servers/tftpd-hpa-port-taken.log', 'ill', ['port-in-use']],
  ['servers/tftpd-hpa-connection-refused.log', 'not-understood', []],
  ['servers/nginx-port-taken.log', 'ill', ['port-in-use']],
  ['logs/pihole-refused-line.log', 'ill', ['config-unreadable']],
];

const weighty = (findings: readonly { severity: string; id: string }[]): readonly string[] =>
  findings.filter(({ severity }) => severity !== 'info').map(({ id }) => id);

describe.each(RIGHT)('%s', (name, verdict, ids) => {
  it(`is ${verdict}${ids.length === 0 ? '' : `: ${ids.join(', ')}`}`, async () => {
    const { reading, findings } = await analyseLogFile(pathOf(name));
    expect({ verdict: reading.verdict, ids: weighty(findings) }).toEqual({ verdict, ids });
    if (verdict === 'not-understood') {
      expect(reading.limits.length + reading.passedOver.length).toBeGreaterThan(0);
      expect(
        reading.advice.length + reading.passedOver.filter(({ matters }) => matters).length,
      ).toBeGreaterThan(0);
    }
  });
});

it('a server that leases addresses is not advised to become a proxy', async () => {
  const { findings } = await analyseLogFile(pathOf('logs/full-dhcp-no-range.log'));
  const fix = fixTexts(findings[0]?.mends ?? []).join('\n');
  expect(fix).toContain('dhcp-range=192.168.222.100,192.168.222.200,');
  expect(fix).not.toContain('proxy');
});

it('a transfer in German is one, and what a Pi loads first is not the end of its boot', async () => {
  const { reading } = await analyseLogFile(pathOf('logs/raspberry-pi-german-start.log'));
  expect(reading.limits.join()).toContain('the boot of 192.168.1.64 is seen as far as its loader');
});

it('a client that takes none of many offers is named, with what that can be', async () => {
  const { reading } = await analyseLogFile(pathOf('servers/isc-dhcpd-offers-not-taken.log'));
  expect(reading.limits.join()).toContain(
    '52:54:00:27:76:bc was offered an address 4 times and asked for none',
  );
});

it('two offers are enough where the client begins anew after each, and the relay is named', async () => {
  const { reading } = await analyseLogFile(pathOf('servers/isc-dhcpd-two-offers-not-taken.log'));
  expect(reading.limits.join()).toContain('52:54:00:aa:00:17 was offered an address 2 times');
  expect(reading.limits.join()).toContain('the relay 10.30.0.2');
});

it('where GRUB looks for its files is told when it is another folder than its own', async () => {
  const { reading } = await analyseLogFile(pathOf('servers/tftpd-hpa-grub-prefix.log'));
  expect(reading.limits.join()).toContain('looks for its files in /boot/grub/');
  expect(reading.advice.join()).toContain('as boot/grub/grub.cfg');
});

it('who asks again and again in the text of tcpdump gets no answer', async () => {
  const { reading } = await analyseLogFile(pathOf('logs/tcpdump-text-unanswered.log'));
  expect(reading.kind).toBe('log of tcpdump');
  expect(reading.limits.join()).toContain('10.40.0.71 asked for menu/undionly.kpxe 3 times');
  expect(reading.limits.join()).toContain('the question to 10.40.0.9 goes on to 172.20.0.3');
  const { reading: answered } = await analyseLogFile(pathOf('logs/tcpdump-text-answered.log'));
  expect(answered.limits).toEqual([expect.stringContaining('and no more')]);
  expect(answered.passedOver).toEqual([]);
});

it('a line that dnsmasq refuses is named with its file, and with what a right one is', async () => {
  const { reading, findings } = await analyseLogFile(pathOf('logs/pihole-refused-line.log'));
  const fix = fixTexts(findings[0]?.mends ?? []).join('\n');
  expect(findings[0]?.title).toContain('bad dhcp-range at line 17');
  expect(fix).toContain('dhcp-range=FIRST,LAST,NETMASK');
  expect(fix).toContain('dnsmasq --test --conf-file=/etc/dnsmasq.d/02-pihole-dhcp.conf');
  expect(reading.limits).toEqual(['dnsmasq tells of itself here, and of no client']);
});

it.each([
  [
    'logs/dnsmasq-one-address-for-two.log',
    'dnsmasq offered 10.61.0.77 to 52:54:00:61:00:01 and to 52:54:00:61:00:02, and refused it to the second',
  ],
  [
    'logs/isc-dhcpd-no-free-leases.log',
    '52:54:00:61:00:03 asked 2 times, and the DHCP server has no address',
  ],
  ['logs/routeros-tftp.log', 'the log of RouterOS'],
  ['logs/tcpdump-text-passed-on.log', '(4 requests here)'],
  ['logs/tcpdump-text-passed-on.log', 'goes on to 172.21.0.2'],
  ['logs/tcpdump-text-error.log', 'is harmless'],
])('%s: what no finding says is told: %s', async (name, words) => {
  const { reading } = await analyseLogFile(pathOf(name));
  expect(reading.limits.join('\n')).toContain(words);
});

it('how far a boot was seen is told: a kernel alone is no end, and of a Pi no address of its second stage', async () => {
  const limitsOf = async (name: string): Promise<string> => {
    const { reading } = await analyseLogFile(pathOf(name));
    return reading.limits.join();
  };
  expect(await limitsOf('logs/access-log-ends-with-kernel.log')).toContain('as far as its kernel');
  expect(await limitsOf('logs/raspberry-pi-second-stage-asks.log')).toContain('as far as its loader');
});

it('what another program says of a failure is quoted, where it is about a machine that boots', async () => {
  const { reading } = await analyseLogFile(pathOf('logs/firewall-blocks-started-system.log'));
  const told = reading.passedOver.filter(({ matters }) => matters);
  expect(told.map(({ what, at }) => `${what}: ${at}`)).toEqual([
    'lines of other programs that tell of a failure: 9',
  ]);
});

/** Of logs whose trouble stands in what was not known: words of it. */
const TOLD: readonly (readonly [string, string])[] = [
  ['excerpts/raspberry-pi-takes-no-offer.log', 'was offered an address 5 times and asked for none'],
  ['excerpts/raspberry-pi-takes-no-offer.log', 'Raspberry Pi Boot'],
  ['excerpts/raspberry-pi-masked-address.log', 'the boot of w.x.y.z is seen as far as its loader'],
  ['excerpts/dnsmasq-no-address-available.log', 'has no address for it ("no address available")'],
  ['servers/isc-dhcpd-no-free-leases-once-each.log', 'and 1 more asked once'],
  ['servers/isc-dhcpd-address-in-use.log', 'gave up 192.0.2.81 ("pinged before offer")'],
  ['servers/kea-no-pools.log', 'has no address for it ("no pools were available")'],
];

it.each(TOLD)('%s: %s', async (name, text) => {
  const { reading } = await analyseLogFile(pathOf(name));
  expect(reading.limits.join()).toContain(text);
});

describe('mends are for the servers that wrote the log', () => {
  const mendsOf = async (name: string): Promise<string> => {
    const { findings } = await analyseLogFile(pathOf(name));
    return findings.flatMap(({ mends }) => fixTexts(mends)).join('\n');
  };

  it('a TFTP server that is not dnsmasq has options of its own', async () => {
    const fix = await mendsOf('servers/tftpd-hpa-refused-by-client.log');
    expect(fix).toContain('--port-range 49152:49200');
    expect(fix).not.toMatch(/tftp-(?:port-range|single-port|mtu)/);
  });

  it.each([
    'excerpts/dnsmasq-dhcp-port-taken.log',
    'servers/isc-dhcpd-port-taken.log',
    'servers/nginx-port-taken.log',
  ])('%s: nothing is to be set in pxectl.yaml', async (name) => {
    const fix = await mendsOf(name);
    expect(fix).toContain('ss -lnp');
    expect(fix).not.toContain('pxectl');
  });
});
