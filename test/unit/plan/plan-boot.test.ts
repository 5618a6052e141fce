import { describe, expect, it } from 'vitest';
import type { ClientFacts } from '../../../src/model/client-facts.ts';
import type { Machine } from '../../../src/model/config.ts';
import { LOADER_PATHS } from '../../../src/model/loader.ts';
import { planBoot } from '../../../src/plan/plan-boot.ts';
import { type MacAddress, UNSPECIFIED_IPV4 } from '../../../src/protocol/addresses.ts';
import { DEBIAN_LOADERS, sampleContext, SIGNED_IPXE } from '../render/sample-context.ts';

const SCRIPT = 'http://192.168.1.50:8080/boot.ipxe?mac=${netX/mac:hexhyp}';
const HTTP = 'http://192.168.1.50:8080/loaders/';

interface Client {
  readonly arch?: readonly number[];
  readonly vendor?: string;
  readonly isIpxe?: boolean;
  readonly mac?: string;
  readonly uuid?: string;
}

function facts(client: Client): ClientFacts {
  const arch = client.arch ?? [];
  return {
    mac: (client.mac ?? '52:54:00:00:00:99') as MacAddress,
    ...(client.uuid === undefined ? {} : { uuid: client.uuid }),
    architectures: arch,
    vendorClass: `${client.vendor ?? 'PXEClient'}:Arch:${String(arch[0] ?? 0).padStart(5, '0')}:UNDI:003016`,
    isIpxe: client.isIpxe ?? false,
    relayAddress: UNSPECIFIED_IPV4,
    clientAddress: UNSPECIFIED_IPV4,
  };
}

const NETWORKS = {
  proxy: '{ interface: eth0, address: 192.168.1.50 }',
  'pxe-only':
    '{ interface: eth0, address: 192.168.1.50, mode: pxe-only, range: 192.168.1.200-192.168.1.220 }',
} as const;
const config = (more = '', mode: keyof typeof NETWORKS = 'proxy'): string => `version: 1
network: ${NETWORKS[mode]}
images: [debian-12]
${more}`;
const MACHINES = `machines:
  - { mac: 52:54:00:00:00:02, name: secure, secureBoot: true }
  - { uuid: 4c4c4544-0044-4a10-8056-b4c04f4c3332, name: by-uuid, secureBoot: true }
  - { mac: 52:54:00:00:00:04, name: own-disk, image: local }
  - { mac: 52:54:00:00:00:05, name: installed, install: { seed: x.cfg } }
`;
const without = (...paths: string[]) => DEBIAN_LOADERS.filter((file) => !paths.includes(file.path));
const ARM64 = {
  ...(DEBIAN_LOADERS[6] as (typeof DEBIAN_LOADERS)[number]),
  path: LOADER_PATHS.ipxeArm64,
  platform: 'arm64',
} as const;

interface Row {
  readonly client: Client;
  readonly config?: string;
  readonly mode?: keyof typeof NETWORKS;
  readonly loaders?: typeof DEBIAN_LOADERS;
  /** boot file, or the reason of a refusal */
  readonly gives: string;
  readonly loader?: string;
}

const TABLE: readonly Row[] = [
  { client: { arch: [0] }, gives: 'lpxelinux.0', loader: 'pxelinux' },
  { client: { arch: [0] }, loaders: without('lpxelinux.0'), gives: 'pxelinux.0' },
  {
    client: { arch: [0] },
    loaders: without('lpxelinux.0', 'pxelinux.0'),
    gives: 'undionly.kpxe',
    loader: 'ipxe',
  },
  { client: { arch: [0] }, config: 'loaders: { bios: ipxe }', gives: 'undionly.kpxe' },
  {
    client: { arch: [0] },
    config: 'loaders: { bios: ipxe }',
    loaders: without('undionly.kpxe'),
    gives: 'loader-missing',
  },
  {
    client: { arch: [0] },
    config: 'loaders: { bios: pxelinux }',
    loaders: without('lpxelinux.0', 'pxelinux.0'),
    gives: 'loader-missing',
  },
  { client: { arch: [7] }, gives: 'ipxe/snponly-x64.efi', loader: 'ipxe' },
  { client: { arch: [9] }, gives: 'ipxe/snponly-x64.efi' },
  {
    client: { arch: [7] },
    mode: 'pxe-only',
    config: 'loaders: { uefi: grub }',
    gives: 'shimx64.efi',
    loader: 'shim',
  },
  {
    client: { arch: [7] },
    mode: 'pxe-only',
    config: 'loaders: { uefi: grub }',
    loaders: without('shimx64.efi'),
    gives: 'grubx64.efi',
    loader: 'grub',
  },
  {
    client: { arch: [7] },
    mode: 'pxe-only',
    loaders: without('ipxe/snponly-x64.efi'),
    gives: 'shimx64.efi',
  },
  // in mode proxy GRUB would ask the router, and end at its prompt
  { client: { arch: [7] }, config: 'loaders: { uefi: grub }', gives: 'grub-needs-lease' },
  { client: { arch: [7] }, loaders: without('ipxe/snponly-x64.efi'), gives: 'grub-needs-lease' },
  {
    client: { arch: [7] },
    config: 'loaders: { uefi: ipxe }',
    loaders: without('ipxe/snponly-x64.efi'),
    gives: 'loader-missing',
  },
  {
    client: { arch: [7] },
    loaders: [...DEBIAN_LOADERS, ...SIGNED_IPXE],
    gives: LOADER_PATHS.ipxeShimX64,
    loader: 'ipxe',
  },
  // half of the signed chain is no chain
  {
    client: { arch: [7] },
    loaders: [...DEBIAN_LOADERS, ...SIGNED_IPXE.slice(0, 1)],
    gives: 'ipxe/snponly-x64.efi',
  },
  { client: { arch: [6] }, gives: 'loader-missing' },
  { client: { arch: [11] }, gives: 'loader-missing' },
  { client: { arch: [11] }, loaders: [...DEBIAN_LOADERS, ARM64], gives: 'ipxe/snponly-arm64.efi' },
  { client: { arch: [16], vendor: 'HTTPClient' }, gives: `${HTTP}ipxe/snponly-x64.efi` },
  { client: { arch: [7], vendor: 'HTTPClient' }, gives: `${HTTP}ipxe/snponly-x64.efi` },
  { client: { arch: [19], vendor: 'HTTPClient' }, gives: 'loader-missing' },
  {
    client: { arch: [19], vendor: 'HTTPClient' },
    loaders: [...DEBIAN_LOADERS, ARM64],
    gives: `${HTTP}ipxe/snponly-arm64.efi`,
  },
  ...[0, 6, 7, 9, 11, 27].map((code) => ({
    client: { arch: [code], isIpxe: true },
    gives: SCRIPT,
    loader: 'ipxe',
  })),
  { client: { isIpxe: true }, gives: SCRIPT },
  {
    client: { arch: [0], isIpxe: true },
    config: 'loaders: { bios: pxelinux }',
    gives: 'pxelinux.0',
    loader: 'pxelinux',
  },
  { client: { arch: [7], isIpxe: true }, config: 'loaders: { bios: pxelinux }', gives: SCRIPT },
  { client: { arch: [0], isIpxe: true }, config: 'loaders: { bios: ipxe }', gives: SCRIPT },
  { client: { arch: [27] }, gives: 'unknown-architecture' },
  { client: { arch: [] }, gives: 'unknown-architecture' },
  { client: { arch: [0], mac: 'b8:27:eb:00:00:01' }, gives: 'unsupported-architecture' },
  // several architectures: the first that is known counts
  { client: { arch: [27, 7] }, gives: 'ipxe/snponly-x64.efi' },
  {
    client: { arch: [7], mac: '52:54:00:00:00:02' },
    mode: 'pxe-only',
    config: MACHINES,
    gives: 'shimx64.efi',
    loader: 'shim',
  },
  { client: { arch: [7], mac: '52:54:00:00:00:02' }, config: MACHINES, gives: 'grub-needs-lease' },
  {
    client: { arch: [16], vendor: 'HTTPClient', mac: '52:54:00:00:00:02' },
    mode: 'pxe-only',
    config: MACHINES,
    gives: 'grub-without-http',
  },
  {
    client: { arch: [16], vendor: 'HTTPClient', mac: '52:54:00:00:00:02' },
    config: MACHINES,
    loaders: [...DEBIAN_LOADERS, ...SIGNED_IPXE],
    gives: `${HTTP}${LOADER_PATHS.ipxeShimX64}`,
  },
  {
    client: { arch: [7], mac: '52:54:00:00:00:02' },
    config: MACHINES,
    loaders: without('shimx64.efi'),
    gives: 'loader-missing',
  },
  {
    client: { arch: [7], mac: '52:54:00:00:00:02' },
    config: MACHINES,
    loaders: [...without('grubx64.efi'), ...SIGNED_IPXE],
    gives: LOADER_PATHS.ipxeShimX64,
  },
  {
    client: { arch: [7], uuid: '4c4c4544-0044-4a10-8056-b4c04f4c3332' },
    mode: 'pxe-only',
    config: MACHINES,
    gives: 'shimx64.efi',
  },
  { client: { arch: [0], mac: '52:54:00:00:00:02' }, config: MACHINES, gives: 'lpxelinux.0' },
  { client: { arch: [7], mac: '52:54:00:00:00:04' }, config: MACHINES, gives: 'ipxe/snponly-x64.efi' },
  {
    client: { arch: [0], mac: '52:54:00:00:00:04' },
    config: `${MACHINES}boot: { menu: false }`,
    gives: 'machine-boots-local',
  },
  // UEFI without an answer tries other ways for long: its loader starts the disk
  {
    client: { arch: [7], mac: '52:54:00:00:00:04' },
    config: `${MACHINES}boot: { menu: false }`,
    gives: 'ipxe/snponly-x64.efi',
  },
  {
    client: { arch: [7], mac: '52:54:00:00:00:04', isIpxe: true },
    config: `${MACHINES}boot: { menu: false }`,
    gives: SCRIPT,
  },
  { client: { arch: [7] }, config: 'boot: { default: local, menu: false }', gives: 'machine-boots-local' },
  {
    client: { arch: [0], isIpxe: true },
    config: 'boot: { default: local, menu: false }',
    gives: 'machine-boots-local',
  },
  { client: { arch: [7] }, config: 'boot: { unknown: ignore }', gives: 'unknown-machine' },
  { client: { arch: [0], isIpxe: true }, config: 'boot: { unknown: ignore }', gives: 'unknown-machine' },
  {
    client: { arch: [0], mac: '52:54:00:00:00:02' },
    config: `${MACHINES}boot: { unknown: ignore }`,
    gives: 'lpxelinux.0',
  },
  // held, or sent to its disk, by a loader: whatever the others get
  {
    client: { arch: [0] },
    config: 'boot: { default: local, menu: false, unknown: hold }',
    gives: 'lpxelinux.0',
  },
  { client: { arch: [0] }, config: 'boot: { menu: false, unknown: local }', gives: 'lpxelinux.0' },
];

const nameOf = ({ client, config: text, gives }: Row): string =>
  `${client.vendor ?? 'PXEClient'} ${client.arch?.join(',') ?? 'without architecture'}${client.isIpxe ? ' iPXE' : ''} ` +
  `${client.mac ?? client.uuid ?? ''} ${text?.split('\n').pop() ?? ''} → ${gives}`;

describe('planBoot', () => {
  it.each(TABLE.map((row) => [nameOf(row), row] as const))('%s', (_, row) => {
    const context = sampleContext(
      config(row.config, row.mode),
      row.loaders === undefined ? {} : { loaders: row.loaders },
    );
    const plan = planBoot(context, facts(row.client));
    expect(plan.action === 'boot' ? plan.offer.bootFile : plan.reason).toBe(row.gives);
    if (plan.action === 'ignore') {
      expect(plan.detail).not.toBe('');
      return;
    }
    if (row.loader !== undefined) expect(plan.loader).toBe(row.loader);
    expect(plan.offer.nextServer).toBe('192.168.1.50');
    expect(plan.offer.bootFile).not.toBe('');
    expect(plan.because.length).toBeGreaterThanOrEqual(3);
    // an option 43 to UEFI is what PXE-E21 is made of; without 06 01 08 a BIOS ROM turns to port 4011
    const isBios = row.client.arch?.[0] === 0;
    expect(plan.offer.option43).toEqual(isBios ? Uint8Array.of(6, 1, 8, 255) : undefined);
    expect(plan.offer.vendorClass).toBe(row.client.vendor === 'HTTPClient' ? 'HTTPClient' : 'PXEClient');
    expect(plan.stage).toBe(row.gives === SCRIPT ? 'second' : 'first');
  });

  it('leaves a machine whose install is done to its own disk, and an armed one not', () => {
    const context = sampleContext(config(`${MACHINES}boot: { menu: false }`));
    const client = facts({ arch: [0], mac: '52:54:00:00:00:05' });
    expect(planBoot(context, client)).toMatchObject({ action: 'boot', machine: { name: 'installed' } });
    const disarm = (machine: Machine): Machine => ({ ...machine, isArmed: false });
    const done = { ...context, config: { ...context.config, machines: context.config.machines.map(disarm) } };
    expect(planBoot(done, client)).toMatchObject({ action: 'ignore', reason: 'machine-boots-local' });
  });

  it('says in words what it decided, the machine first', () => {
    const plan = planBoot(sampleContext(config(MACHINES)), facts({ arch: [7], mac: '52:54:00:00:00:05' }));
    expect(plan.action === 'boot' && plan.because).toEqual([
      'it is installed of machines',
      'it installs debian-12 unattended, without a menu',
      'iPXE uses the driver of the firmware (snponly)',
    ]);
  });

  it('names the files that are missing, and how to get them', () => {
    const plan = planBoot(sampleContext(config(), { loaders: [] }), facts({ arch: [7] }));
    expect(plan.action === 'ignore' && plan.detail).toContain(
      'ipxe/snponly-x64.efi, or shimx64.efi with grubx64.efi',
    );
    expect(plan.action === 'ignore' && plan.detail).toContain('pxectl fetch');
  });
});
