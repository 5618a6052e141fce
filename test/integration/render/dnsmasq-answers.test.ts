import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import type { BootContext } from '../../../src/model/boot-context.ts';
import type { ClientFacts } from '../../../src/model/client-facts.ts';
import type { Machine } from '../../../src/model/config.ts';
import { planBoot } from '../../../src/plan/plan-boot.ts';
import { readTemplate } from '../../../src/platform/packaged-files.ts';
import { type MacAddress, UNSPECIFIED_IPV4 } from '../../../src/protocol/addresses.ts';
import { type DhcpPacket, MESSAGE_TYPE, optionData } from '../../../src/protocol/dhcp/dhcp-packet.ts';
import { renderDnsmasqConfig } from '../../../src/render/dnsmasq-config.ts';
import { DnsmasqPair, packetOf, SERVER } from '../../support/dnsmasq-pair.ts';
import { itNeeds } from '../../support/external-tool.ts';
import { DEBIAN_12, DEBIAN_LOADERS, sampleContext, UBUNTU_20_04 } from '../../unit/render/sample-context.ts';

const OVERRIDES = `boot: { default: debian-12 }
images: [debian-12, ubuntu-20.04.3]
machines:
  - { mac: "52:54:00:00:00:01", name: plain, image: ubuntu-20.04.3 }
  - { mac: "52:54:00:00:00:02", name: secure, secureBoot: true }
  - { mac: "52:54:00:00:00:03", name: other-secure, secureBoot: true }
  - { uuid: 4c4c4544-0044-4a10-8056-b4c04f4c3332, name: by-uuid, secureBoot: true }
  - { mac: "52:54:00:00:00:04", name: local, image: local }
`;
const config = (network: string, more = ''): string =>
  `version: 1\nnetwork: { interface: eth0, address: ${SERVER}, ${network} }\n${OVERRIDES}${more}`;
const NO_MENU = (text: string): string =>
  text.replace('default: debian-12', 'default: debian-12, menu: false');
const LEASES = 'range: 192.168.1.100-192.168.1.250';

/** configuration → context */
const SETUPS: readonly [string, () => BootContext][] = [
  ['proxy', () => context(config('mode: proxy'))],
  ['proxy without a menu', () => context(NO_MENU(config('mode: proxy')))],
  ['proxy, pxelinux for iPXE ROMs', () => context(config('mode: proxy', 'loaders: { bios: pxelinux }\n'))],
  ['proxy, GRUB for all', () => context(config('mode: proxy', 'loaders: { bios: ipxe, uefi: grub }\n'))],
  ['proxy without a UEFI loader', () => context(config('mode: proxy'), DEBIAN_LOADERS.slice(0, 5))],
  ['pxe-only', () => context(config(`mode: pxe-only, ${LEASES}`))],
  ['full, without a menu', () => context(NO_MENU(config(`mode: full, ${LEASES}`)))],
];

function context(text: string, loaders = DEBIAN_LOADERS): BootContext {
  return sampleContext(text, { images: [DEBIAN_12, UBUNTU_20_04], loaders });
}

/** What clients send: architecture, vendor class, iPXE or not. 27 is RISC-V, which nothing here serves. */
const CLIENTS = [
  ...[0, 6, 7, 9, 11, 27].map((code) => ({ code, vendor: 'PXEClient', isIpxe: false })),
  ...[16, 19, 7, 11].map((code) => ({ code, vendor: 'HTTPClient', isIpxe: false })),
  ...[0, 7, 11, 27].map((code) => ({ code, vendor: 'PXEClient', isIpxe: true })),
] as const;
const RASPBERRY_PI = 'b8:27:eb:00:00:01' as MacAddress;
const STRANGER = '52:54:00:00:00:99' as MacAddress;

interface Asked {
  readonly name: string;
  readonly facts: ClientFacts;
}

function clientsOf(boot: BootContext): Asked[] {
  const identities: { name: string; mac: MacAddress; uuid?: string }[] = [
    { name: 'stranger', mac: STRANGER },
    { name: 'raspberry-pi', mac: RASPBERRY_PI },
    ...boot.config.machines.map((machine: Machine, index) => ({
      name: machine.name,
      mac: machine.mac ?? (`52:54:00:00:01:0${index}` as MacAddress),
      ...(machine.uuid === undefined ? {} : { uuid: machine.uuid }),
    })),
  ];
  return identities.flatMap(({ name, mac, uuid }) =>
    CLIENTS.map(({ code, vendor, isIpxe }) => ({
      name: `${name}, ${vendor} ${code}${isIpxe ? ', iPXE' : ''}`,
      facts: {
        mac,
        ...(uuid === undefined ? {} : { uuid }),
        architectures: [code],
        vendorClass: `${vendor}:Arch:${String(code).padStart(5, '0')}:UNDI:003016`,
        ...(isIpxe ? { userClass: 'iPXE' } : {}),
        isIpxe,
        relayAddress: UNSPECIFIED_IPV4,
        clientAddress: UNSPECIFIED_IPV4,
      },
    })),
  );
}

const pair = new DnsmasqPair();
const needs = ['root', 'dnsmasq', 'ip'];

beforeAll(() => pair.open());
afterEach(() => pair.stop());
afterAll(() => pair.close());

async function startDnsmasq(boot: BootContext): Promise<void> {
  const { folder } = pair;
  for (const name of ['serve/tftp', 'run/dnsmasq']) await mkdir(join(folder, name), { recursive: true });
  await rm(join(folder, 'run/dnsmasq/dnsmasq.leases'), { force: true });
  await pair.start(renderDnsmasqConfig(boot, readTemplate, { stateRoot: folder, user: 'root' }));
}

const text = (reply: DhcpPacket, code: number): string | undefined => {
  const data = optionData(reply, code);
  return data === undefined ? undefined : Buffer.from(data).toString('latin1');
};

describe('dnsmasq with the rendered file', () => {
  itNeeds(...needs).each(SETUPS)('%s: answers every client as planBoot says', async (name, make) => {
    const boot = make();
    const isProxy = name.startsWith('proxy');
    await startDnsmasq(boot);
    const clients = clientsOf(boot);
    const offers = await pair.exchange(
      67,
      clients.map((asked, index) => packetOf(asked.facts, index + 1, MESSAGE_TYPE.discover)),
    );
    const acks = isProxy
      ? await pair.exchange(
          4011,
          clients.map((asked, index) => packetOf(asked.facts, index + 1, MESSAGE_TYPE.request)),
        )
      : offers;
    const wanted: string[] = [];
    const found: string[] = [];
    clients.forEach((asked, index) => {
      const plan = planBoot(boot, asked.facts);
      const [offer, ack] = [offers.get(index + 1), acks.get(index + 1)];
      if (plan.action === 'ignore') {
        wanted.push(`${asked.name}: silence (${plan.reason})`);
        found.push(
          offer === undefined && ack === undefined
            ? `${asked.name}: silence (${plan.reason})`
            : `${asked.name}: offer "${offer?.bootFile}", ack "${ack?.bootFile}"`,
        );
        return;
      }
      const isHttp = plan.offer.vendorClass === 'HTTPClient';
      // UEFI without HTTP Boot takes the file from port 4011 (its offer there names none); all others from the offer
      const isFrom4011 = isProxy && plan.stage === 'first' && plan.firmware.startsWith('uefi') && !isHttp;
      const reply = isFrom4011 ? ack : offer;
      wanted.push(`${asked.name}: ${plan.offer.bootFile} from ${plan.offer.nextServer}`);
      found.push(`${asked.name}: ${reply?.bootFile ?? 'silence'} from ${reply?.siaddr ?? 'nobody'}`);
      if (reply === undefined) return;
      expect(offer, `${asked.name}: no offer`).toBeDefined();
      if (isProxy || isHttp) expect(text(reply, 60), asked.name).toBe(plan.offer.vendorClass);
      if (isProxy) {
        // an option 43 to UEFI is what PXE-E21 is made of; a BIOS ROM goes on at once only with 06 01 08
        const option43 = optionData(reply, 43);
        if (plan.offer.option43 === undefined) expect(option43, asked.name).toBeUndefined();
        else expect([...(option43 ?? [])].slice(0, 3), asked.name).toEqual([6, 1, 8]);
        expect(reply.yiaddr, asked.name).toBe(UNSPECIFIED_IPV4);
      } else {
        expect(reply.yiaddr, asked.name).not.toBe(UNSPECIFIED_IPV4);
      }
    });
    expect(found).toEqual(wanted);
  });
});
