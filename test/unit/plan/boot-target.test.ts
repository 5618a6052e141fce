import { describe, expect, it } from 'vitest';
import type { BootContext } from '../../../src/model/boot-context.ts';
import type { Machine } from '../../../src/model/config.ts';
import { PxectlError } from '../../../src/model/errors.ts';
import type { ImageManifest } from '../../../src/model/image.ts';
import { bootChoice, bootTarget, isLeftAlone, isUnattendedInstall } from '../../../src/plan/boot-target.ts';
import { DEBIAN_12, MACHINES_CONFIG, sampleContext, UBUNTU_20_04 } from '../render/sample-context.ts';

const both = sampleContext(MACHINES_CONFIG, { images: [DEBIAN_12, UBUNTU_20_04] });
const machine = (context: BootContext, name: string): Machine => {
  const found = context.config.machines.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`no machine ${name}`);
  return found;
};
const disarmed = (context: BootContext): BootContext => ({
  ...context,
  config: { ...context.config, machines: context.config.machines.map((one) => ({ ...one, isArmed: false })) },
});
const ISO = 'http://192.168.1.50:8080/images/ubuntu-20.04.3/ubuntu-20.04.3-live-server-amd64.iso';
/** what brings up Ubuntu 20.04's live system */
const LIVE = [
  ...['root=/dev/ram0', 'ramdisk_size=1500000'],
  ...['ip=dhcp', `url=${ISO}`, 'cloud-config-url=/dev/null'],
];
const CONSOLES = ['console=tty0', 'console=ttyS0,115200n8'];

describe('what is booted', () => {
  it('an image without a machine gets its own arguments and the consoles', () => {
    expect(bootTarget(both, 'ubuntu-20.04.3')).toEqual({
      image: 'ubuntu-20.04.3',
      kernel: 'vmlinuz',
      initrd: 'initrd',
      arguments: [...LIVE, ...CONSOLES, '---'],
      passesBootif: true,
      isUnattended: false,
      ramMiB: 4096,
    });
  });

  it('the serial port has another name on arm64', () => {
    const arm = { ...DEBIAN_12, id: 'debian-12-arm64', architecture: 'arm64' as const };
    const target = bootTarget(sampleContext(MACHINES_CONFIG, { images: [arm] }), arm.id);
    expect(target.arguments).toEqual(['console=tty0', 'console=ttyAMA0,115200n8']);
  });

  it('an armed install adds the seed, before what the installed system keeps', () => {
    const target = bootTarget(both, 'ubuntu-20.04.3', machine(both, 'node-1'), { isUnattended: true });
    expect(target.arguments).toEqual([
      ...LIVE,
      ...['autoinstall', 'ds=nocloud-net;s=http://192.168.1.50:8080/seed/52-54-00-00-00-01/'],
      'hugepages=16',
      ...CONSOLES,
      '---',
    ]);
  });

  it('the seed is asked for with the token of the order', () => {
    const secret = '0123456789abcdef0123456789abcdef';
    const orderTokens = new Map([[machine(both, 'node-1').mac!, { secret }]]);
    const urlOf = (context: BootContext): string => {
      const target = bootTarget(context, 'debian-12', machine(context, 'node-1'), { isUnattended: true });
      return target.arguments.find((argument) => argument.startsWith('preseed/url=')) ?? '';
    };
    const base = 'preseed/url=http://192.168.1.50:8080/seed/52-54-00-00-00-01';
    expect(urlOf({ ...both, orderTokens })).toBe(`${base}/token-${secret}/preseed.cfg`);
    expect(urlOf({ ...both, orderTokens: new Map() })).toBe(`${base}/preseed.cfg`);
  });

  it('a machine with a seed that is not armed never sees the seed', () => {
    const context = disarmed(both);
    const choice = bootChoice(context, machine(context, 'node-1'));
    expect(JSON.stringify(choice)).not.toContain('/seed/');
    expect(choice).toMatchObject({ kind: 'menu', defaultId: 'local' });
  });

  it('an armed machine is installed without a menu, on its own image or on the default', () => {
    const own = bootChoice(both, machine(both, 'node-1'));
    expect(own).toMatchObject({ kind: 'direct', target: { image: 'ubuntu-20.04.3', isUnattended: true } });
    const byDefault = bootChoice(both, machine(both, 'node-4'));
    expect(byDefault).toMatchObject({ kind: 'direct', target: { image: 'debian-12', isUnattended: true } });
  });

  it('every other client gets the menu: all images, the HWE kernel, the local disk', () => {
    const choice = bootChoice(both);
    expect(choice.kind === 'menu' && choice.entries.map(({ id }) => id)).toEqual([
      ...['debian-12', 'ubuntu-20.04.3', 'ubuntu-20.04.3-hwe', 'local'],
    ]);
    expect(choice).toMatchObject({ defaultId: 'debian-12', timeoutSeconds: 5 });
    expect(bootTarget(both, 'ubuntu-20.04.3', undefined, { variant: 'hwe' })).toMatchObject({
      kernel: 'hwe-vmlinuz',
      initrd: 'hwe-initrd',
    });
  });

  it('without a menu the default is booted, and a local default needs no answer for a BIOS', () => {
    const text = MACHINES_CONFIG.replace('timeoutSeconds: 5', 'menu: false');
    const context = sampleContext(text, { images: [DEBIAN_12, UBUNTU_20_04] });
    expect(bootChoice(context)).toMatchObject({
      kind: 'direct',
      target: { image: 'debian-12', isUnattended: false },
    });
    expect(isLeftAlone(context, undefined, true)).toBe(false);
    for (const isBios of [true, false]) {
      expect(isLeftAlone(context, machine(context, 'node-3'), isBios)).toBe(isBios);
      expect(isLeftAlone(disarmed(context), machine(disarmed(context), 'node-1'), isBios)).toBe(isBios);
    }
  });

  it.each([
    ['hold', { kind: 'hold' }],
    ['local', { kind: 'direct', target: { image: 'local' } }],
    ['ignore', { kind: 'direct', target: { image: 'local' } }],
  ])('boot.unknown: %s is for who is no machine alone', (unknown, expected) => {
    const text = MACHINES_CONFIG.replace('boot: {', `boot: { unknown: ${unknown},`).replace(
      /.*serial: .*/,
      '',
    );
    const context = sampleContext(text, { images: [DEBIAN_12, UBUNTU_20_04] });
    expect(bootChoice(context)).toMatchObject(expected);
    expect(bootChoice(context, machine(context, 'node-2'))).toMatchObject({ kind: 'menu' });
    expect(isLeftAlone(context, undefined, true)).toBe(false);
  });

  it('an install needs a seed, an armed state and an image', () => {
    expect(isUnattendedInstall(both, undefined)).toBe(false);
    expect(isUnattendedInstall(both, machine(both, 'node-2'))).toBe(false);
    expect(isUnattendedInstall(both, machine(both, 'node-1'))).toBe(true);
    expect(isUnattendedInstall(both, { ...machine(both, 'node-1'), image: 'local' })).toBe(false);
  });

  it.each([
    ['an image that was not fetched', () => bootTarget(sampleContext(MACHINES_CONFIG), 'ubuntu-20.04.3')],
    [
      'a default that was not fetched',
      () => bootChoice(sampleContext(MACHINES_CONFIG, { images: [UBUNTU_20_04] })),
    ],
    ['an HWE kernel that is not there', () => bootTarget(both, 'debian-12', undefined, { variant: 'hwe' })],
  ])('%s is an error with the next command', (_, boot) => {
    expect(boot).toThrow(PxectlError);
    expect(boot).toThrow(expect.objectContaining({ code: 'E_IMAGE_NOT_FETCHED' }));
  });
});

describe('placeholders', () => {
  const image = (argument: string): ImageManifest => ({
    ...DEBIAN_12,
    files: [
      { role: 'kernel', path: 'boot/vmlinuz', sizeBytes: 1, sha256: '' },
      { role: 'initrd', path: 'boot/initrd.img', sizeBytes: 1, sha256: '' },
      { role: 'modloop', path: 'modloop-lts', sizeBytes: 1, sha256: '' },
    ],
    boot: { ...DEBIAN_12.boot, arguments: [argument], installedArguments: ['quiet'] },
  });
  const argumentsOf = (
    argument: string,
    config = MACHINES_CONFIG.replace(', serialBaud: 115200', ''),
  ): readonly string[] => {
    const context = sampleContext(config, { images: [image(argument), UBUNTU_20_04] });
    return bootTarget(context, 'debian-12', machine(context, 'node-2')).arguments;
  };
  const base = 'http://192.168.1.50:8080/images/debian-12';

  it.each([
    ['inst.repo={http}/', `inst.repo=${base}/`],
    ['modloop={modloop}', `modloop=${base}/modloop-lts`],
    ['initrd={initrd}', 'initrd=initrd.img'],
    ['hostname=n-{mac}', 'hostname=n-52:54:00:00:00:02'],
    ['s={seed}x', 's=http://192.168.1.50:8080/seed/52-54-00-00-00-02/x'],
    ['plain', 'plain'],
    ['odd={}', 'odd={}'],
  ])('%s becomes %s', (argument, filled) => {
    expect(argumentsOf(argument)).toEqual([filled, '---', 'quiet']);
  });

  it.each(['url={root}', 'x={nonsense}'])('%s cannot be filled and is refused, not left in', (argument) => {
    expect(() => argumentsOf(argument)).toThrow(expect.objectContaining({ code: 'E_IMAGE_UNRECOGNISED' }));
  });
});
