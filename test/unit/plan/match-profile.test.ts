import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ClientFacts } from '../../../src/model/client-facts.ts';
import { matchProfile } from '../../../src/plan/match-profile.ts';
import { planBoot } from '../../../src/plan/plan-boot.ts';
import { parseIpv4, UNSPECIFIED_IPV4, type MacAddress } from '../../../src/protocol/addresses.ts';
import { sampleContext } from '../render/sample-context.ts';

const context = sampleContext(`version: 1
network: { interface: eth0, address: 192.168.1.50, relayed: [10.2.0.0/24] }
images: [debian-12]
profiles:
  no-match: { image: local }
  lab: { image: debian-12, install: { seed: x.cfg }, match: { mac: ["f4:4d:30", "52:54"], architecture: x64 } }
  vendor: { match: { mac: "f4:4d:30", vendorClass: HTTPClient } }
  room: { match: { subnet: 10.2.0.0/24 } }
machines:
  - { mac: "f4:4d:30:00:00:01", name: known }
`);

const facts = (client: Partial<ClientFacts>): ClientFacts => ({
  mac: '02:00:00:00:00:01' as MacAddress,
  architectures: [0],
  vendorClass: 'PXEClient:Arch:00000:UNDI:002001',
  isIpxe: false,
  relayAddress: UNSPECIFIED_IPV4,
  clientAddress: UNSPECIFIED_IPV4,
  ...client,
});
const own = 'f4:4d:30:00:00:99' as MacAddress;
const nameOf = (client: Partial<ClientFacts>) => matchProfile(context.config, facts(client))?.profile.name;
const relayed = parseIpv4('10.2.0.7')!;

describe('the profile that takes a client', () => {
  it.each<[string, Partial<ClientFacts>, string | undefined]>([
    ['nobody of whom nothing holds', {}, undefined],
    ['the first of one list and of the other', { mac: own, architectures: [9] }, 'lab'],
    ['UEFI HTTP Boot is of the same architecture', { mac: own, architectures: [16] }, 'lab'],
    ['all that is asked must hold', { mac: own }, undefined],
    ['a part of the vendor class', { mac: own, vendorClass: 'HTTPClient:Arch:00000' }, 'vendor'],
    ['the first architecture that is known counts', { mac: own, architectures: [27, 7, 0] }, 'lab'],
    ['a prefix of whole bytes', { mac: '52:55:00:00:00:01' as MacAddress, architectures: [7] }, undefined],
    ['the network of the relay', { linkAddress: relayed }, 'room'],
    ['the network of an address that it has already', { clientAddress: relayed }, 'room'],
    [
      'an address of no network that is served is one of ours',
      { clientAddress: parseIpv4('10.9.0.1')! },
      undefined,
    ],
  ])('%s', (_, client, name) => {
    expect(nameOf(client)).toBe(name);
  });

  it('is told with what held, what stands later, and that it installs nobody', () => {
    const both = facts({ mac: own, architectures: [7], vendorClass: 'HTTPClient:Arch:00007' });
    expect(matchProfile(context.config, both)?.because).toEqual([
      'no entry of machines matches; the profile lab takes it: its MAC begins with f4:4d:30, its architecture is x64',
      'vendor would take it too, and stands later in the file',
      'the install of lab is for machines: who is none is never armed; pxectl machines add makes it one',
    ]);
  });

  it('does not take a machine, installs nobody, and gives loaders and a script of its own', () => {
    const lab = planBoot(context, facts({ mac: own, architectures: [7] }));
    expect(lab).toMatchObject({ profile: 'lab', offer: { bootFile: 'profiles/lab/ipxe/snponly-x64.efi' } });
    expect(lab.machine).toBeUndefined();
    const script = planBoot(context, facts({ mac: own, architectures: [7], isIpxe: true }));
    expect(script).toMatchObject({
      offer: { bootFile: 'http://192.168.1.50:8080/profiles/lab/boot.ipxe?mac=${netX/mac:hexhyp}' },
    });
    const known = planBoot(context, facts({ mac: 'f4:4d:30:00:00:01' as MacAddress, architectures: [7] }));
    expect(known).toMatchObject({ machine: { name: 'known' }, offer: { bootFile: 'ipxe/snponly-x64.efi' } });
    expect(known.action === 'boot' && known.because.join()).not.toContain('lab');
  });

  it('is the same for the same packet, whatever stands in the others', () => {
    const arbitrary = fc.record({
      mac: fc.constantFrom(own, '52:54:00:00:00:01' as MacAddress, '02:00:00:00:00:01' as MacAddress),
      architectures: fc.array(fc.constantFrom(0, 6, 7, 9, 11, 16, 19, 27), { maxLength: 2 }),
      vendorClass: fc.constantFrom('PXEClient', 'HTTPClient', 'MSFT 5.0'),
      clientAddress: fc.constantFrom(UNSPECIFIED_IPV4, relayed),
    });
    fc.assert(
      fc.property(arbitrary, (client) => {
        const { profiles } = context.config;
        const name = nameOf(client);
        const alone = profiles.filter((one) => nameIn([one], client) !== undefined).map((one) => one.name);
        expect(name).toBe(alone[0]);
      }),
    );
  });
});

function nameIn(profiles: typeof context.config.profiles, client: Partial<ClientFacts>): string | undefined {
  return matchProfile({ ...context.config, profiles }, facts(client))?.profile.name;
}
