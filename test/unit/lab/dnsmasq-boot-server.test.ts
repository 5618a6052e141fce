import { expect, it } from 'vitest';
import { onLabInterface } from '../../../src/lab/dnsmasq-boot-server.ts';

it("puts somebody's dnsmasq.conf on the lab's interface and leaves the rest as it is", () => {
  const config = [
    'port=0',
    '  interface = eno1',
    'no-daemon',
    'log-facility=/var/log/dnsmasq.log',
    'dhcp-range=192.168.1.0,proxy',
    'pxe-service=x86PC,"PXE",pxelinux',
    '# interface=eth9 is what it was',
  ].join('\n');
  expect(onLabInterface(config).split('\n')).toEqual([
    'port=0',
    'interface=br0',
    '',
    '',
    'dhcp-range=192.168.1.0,proxy',
    'pxe-service=x86PC,"PXE",pxelinux',
    '# interface=eth9 is what it was',
  ]);
});
