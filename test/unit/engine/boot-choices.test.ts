import { expect, it } from 'vitest';
import { withBootChoices } from '../../../src/engine/boot-choices.ts';
import type { BootContext } from '../../../src/model/boot-context.ts';
import type { NewBootEvent } from '../../../src/model/boot-event.ts';
import type { MacAddress } from '../../../src/protocol/addresses.ts';
import { contextFrom, DEBIAN_12 } from '../../support/boot-context.ts';

const MAC = '52:54:00:00:00:01' as MacAddress;

const contextWith = (boot: string, isArmed = false): BootContext => {
  const context = contextFrom(
    `version: 1
network: { interface: eno1, address: 192.168.1.50 }
images: [debian-12]
boot: { ${boot} }
machines: [{ mac: "${MAC}", name: node-1, install: { seed: node.cfg } }]
`,
    [DEBIAN_12],
  );
  const { config } = context;
  const machines = config.machines.map((machine) => ({ ...machine, isArmed }));
  return { ...context, config: { ...config, machines } };
};

function told(context: BootContext, event: NewBootEvent): NewBootEvent['detail'] {
  let seen: NewBootEvent | undefined;
  withBootChoices({ emit: (one) => (seen = one) }, () => context).emit(event);
  return seen?.detail;
}

const read = (path: string, mac?: MacAddress): NewBootEvent => ({
  type: 'tftp.done',
  ...(mac === undefined ? {} : { mac }),
  detail: { path },
});
const ofMachine = read('pxelinux.cfg/01-52-54-00-00-00-01', MAC);
const ofOthers = read('pxelinux.cfg/default');

it('tells what a configuration boots, as it is decided at that moment', () => {
  const direct = 'default: debian-12, menu: false';
  expect(told(contextWith(direct), ofMachine)).toMatchObject({ boots: 'local' });
  expect(told(contextWith(direct, true), ofMachine)).toMatchObject({ boots: 'debian-12' });
  expect(told(contextWith(direct), ofOthers)).toMatchObject({ boots: 'debian-12' });
  expect(told(contextWith(direct), ofOthers)).not.toHaveProperty('menu');
});

it('tells that a menu asks first, which an armed machine is not asked', () => {
  const menu = 'default: debian-12, menu: true';
  expect(told(contextWith(menu), ofOthers)).toMatchObject({ boots: 'debian-12', menu: true });
  expect(told(contextWith(menu), ofMachine)).toMatchObject({ boots: 'local', menu: true });
  expect(told(contextWith(menu, true), ofMachine)).not.toHaveProperty('menu');
});

it('knows a machine behind a relay by what it says it is, and leaves other files alone', () => {
  const behind: NewBootEvent = { type: 'http.done', detail: { path: '/boot.ipxe', askedAs: MAC } };
  expect(told(contextWith('default: debian-12'), behind)).toMatchObject({ boots: 'local' });
  expect(told(contextWith('default: debian-12'), read('images/debian-12/linux', MAC))).toEqual({
    path: 'images/debian-12/linux',
  });
});

it('tells who waits, and not of machines that go on with a file of their own', () => {
  const unknown = 'default: debian-12, unknown: hold';
  const other = '52:54:00:00:00:02' as MacAddress;
  expect(told(contextWith(unknown), read('pxelinux.cfg/default', other))).toMatchObject({ boots: 'hold' });
  expect(told(contextWith(unknown), read('/boot.ipxe', MAC))).toMatchObject({ boots: 'local' });
  for (const path of ['/machines/serial-4142.ipxe', 'profiles/room/pxelinux.cfg/default']) {
    expect(told(contextWith(unknown), read(path, other))).toMatchObject({ boots: 'debian-12' });
  }
  expect(told(contextWith('unknown: local'), read('grub/grub.cfg', other))).toMatchObject({ boots: 'local' });
});

it('says why dnsmasq gave no answer, where the configuration does', () => {
  const ignored = (mac: MacAddress): NewBootEvent => ({
    ...{ type: 'dhcp.ignored', mac, firmware: 'uefi-x64' },
    detail: { reason: 'not-for-us', architectures: '7', vendorClass: 'PXEClient:Arch:00007:UNDI:003000' },
  });
  const unknown = contextWith('default: debian-12, unknown: ignore');
  expect(told(unknown, ignored('52:54:00:00:00:02' as MacAddress))).toMatchObject({
    reason: 'unknown-machine',
    message: expect.stringContaining('boot.unknown is ignore'),
  });
  expect(told(unknown, ignored(MAC))).toMatchObject({ reason: 'not-for-us' });
});
