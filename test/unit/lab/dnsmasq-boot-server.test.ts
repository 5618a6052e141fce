import { expect, it } from 'vitest';
import { forLab } from '../../../src/lab/dnsmasq-boot-server.ts';

it("puts somebody's dnsmasq.conf on the lab's interface and leaves the rest as it is, line for line", () => {
  const config = [
    'port=0',
    '  interface = eno1',
    'no-daemon',
    'log-facility=/var/log/dnsmasq.log',
    '# interface=eth9 is what it was',
    'dhcp-range=192.168.1.0,proxy # the office',
    'pxe-service=x86PC,"PXE",pxelinux',
  ].join('\n');
  const { text, leftOut } = forLab(config);
  expect(text.split('\n')).toEqual([
    ...['port=0', 'interface=br0', '', '', '', 'dhcp-range=192.168.1.0,proxy'],
    'pxe-service=x86PC,"PXE",pxelinux',
  ]);
  expect(leftOut).toEqual([]);
});

it('gives dnsmasq, which is root there, nothing that runs, opens or writes something of this computer', () => {
  const config = [
    'conf-script=/tmp/evil.sh',
    '--dhcp-script = /tmp/evil.sh',
    'dhcp-luascript=/tmp/evil.lua',
    'conf-file=dnsmasq.conf',
    'conf-file=/tmp/more.conf',
    'conf-dir=/tmp/more.d',
    '"conf-script"=/tmp/evil.sh',
    `domain=${'x'.repeat(1_016)}conf-script=/tmp/evil.sh`,
    'dhcp-range=192.168.1.0,proxy\rconf-script=/tmp/evil.sh',
    'dhcp-leasefile=/etc/passwd',
    'user=root',
    'dumpfile=/etc/passwd',
  ].join('\n');
  const { text, leftOut } = forLab(config);
  expect(text.trim()).toBe('');
  expect(leftOut).toHaveLength(10);
  expect(leftOut[1]).toBe('line 2: --dhcp-script = /tmp/evil.sh');
});
