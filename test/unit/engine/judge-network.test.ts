import { describe, expect, it } from 'vitest';
import { judgeNetwork } from '../../../src/engine/judge-network.ts';
import { refusalOf } from '../../../src/engine/network-look.ts';
import type { Config, NetworkMode } from '../../../src/model/config.ts';
import type { OfferSeen, SegmentSeen } from '../../../src/net/segment-look.ts';
import { parseIpv4, parseMac } from '../../../src/protocol/addresses.ts';

const ip = (text: string) => parseIpv4(text)!;
const mac = (text: string) => parseMac(text)!;
const networkOf = (mode: NetworkMode): Config['network'] => ({
  ...{ interface: 'br0', address: ip('192.168.1.50'), prefix: 24, mode },
  ...(mode === 'proxy' ? {} : { range: { first: ip('192.168.1.200'), last: ip('192.168.1.220') } }),
});
const seen = (more: Partial<SegmentSeen> = {}): SegmentSeen => ({
  offers: [],
  refusers: [],
  users: new Map(),
  ...more,
});
const LEASE: OfferSeen = {
  ...{ askedAs: 'plain', server: ip('192.168.1.1'), leased: ip('192.168.1.30') },
  // what plain dnsmasq and ISC dhcpd write into every offer
  nextServer: ip('192.168.1.1'),
  isBootServer: false,
};
const PROXY: OfferSeen = {
  ...{ askedAs: 'uefi-x64', server: ip('192.168.1.70') },
  ...{ bootFile: 'other.efi', nextServer: ip('192.168.1.70'), isBootServer: true },
};
const ids = (mode: NetworkMode, what: SegmentSeen, ...own: string[]): string[] =>
  judgeNetwork(networkOf(mode), what, new Set(own.map(mac))).map(({ id }) => id);

describe('judgeNetwork', () => {
  it('finds nothing wrong where each mode belongs', () => {
    expect(ids('proxy', seen({ offers: [LEASE] }))).toEqual([]);
    expect(ids('pxe-only', seen({ offers: [LEASE] }))).toEqual([]);
    expect(ids('pxe-only', seen())).toEqual([]);
    expect(ids('full', seen())).toEqual([]);
  });

  it('a second DHCP server in mode full, and none in mode proxy', () => {
    expect(ids('full', seen({ offers: [LEASE] }))).toEqual(['second-dhcp-server']);
    expect(ids('proxy', seen({ offers: [PROXY] }))).toEqual(['no-dhcp-server', 'second-pxe-server']);
  });

  it('several DHCP servers beside mode proxy or pxe-only are told, with what each offers, and refused by none', () => {
    const other = { ...LEASE, server: ip('192.168.1.2'), leased: ip('10.0.0.7') };
    const offers = [other, LEASE, { ...LEASE, askedAs: 'bios' as const }];
    for (const mode of ['proxy', 'pxe-only'] as const) {
      const troubles = judgeNetwork(networkOf(mode), seen({ offers }));
      expect(troubles).toEqual([
        {
          id: 'second-dhcp-server',
          severity: 'warning',
          message:
            '2 DHCP servers lease addresses on br0: 192.168.1.1 (it offers 192.168.1.30), ' +
            '192.168.1.2 (it offers 10.0.0.7, which does not reach this server); which one a booting machine takes is chance',
        },
      ]);
      expect(refusalOf(troubles)).toBeUndefined();
    }
  });

  it('does not claim that there is no DHCP server when nobody could be asked', () => {
    expect(ids('proxy', seen({ notAsked: 'port 68 is taken' }))).toEqual([]);
  });

  it('a router that leases addresses of our range', () => {
    const offers = [{ ...LEASE, leased: ip('192.168.1.210') }];
    const [trouble] = judgeNetwork(networkOf('pxe-only'), seen({ offers }));
    expect(trouble).toEqual({
      id: 'range-overlaps-router',
      severity: 'error',
      message: '192.168.1.1 leases 192.168.1.210, which is in network.range 192.168.1.200-192.168.1.220',
    });
  });

  it('names what another boot server offers, once a server, and a router that does so as that', () => {
    const [trouble] = judgeNetwork(
      networkOf('pxe-only'),
      seen({ offers: [LEASE, PROXY, { ...PROXY, askedAs: 'bios', bootFile: 'other.0' }] }),
    );
    expect(trouble?.message).toBe(
      'another boot server answers at 192.168.1.70: other.efi from 192.168.1.70 for uefi-x64 clients, ' +
        'other.0 from 192.168.1.70 for bios clients',
    );
    expect(ids('proxy', seen({ offers: [{ ...LEASE, bootFile: 'pxelinux.0' }] }))).toEqual([
      'router-sends-boot-options',
    ]);
  });

  it('a router that refuses what others lease', () => {
    const [trouble] = judgeNetwork(
      networkOf('pxe-only'),
      seen({ offers: [LEASE], refusers: [ip('192.168.1.1')] }),
    );
    // firmware passes it over, so that it is no more than a note
    expect(trouble).toMatchObject({ id: 'router-refuses-leases', severity: 'info' });
    expect(trouble?.message).toContain('192.168.1.1 refuses (NAK) the addresses');
    expect(refusalOf(trouble === undefined ? [] : [trouble])).toBeUndefined();
  });

  it('used addresses of the range, but not those of machines that have a lease of ours', () => {
    const users = new Map([[ip('192.168.1.205'), mac('52:54:00:00:00:05')]]);
    expect(ids('full', seen({ users }))).toEqual(['range-in-use']);
    expect(ids('full', seen({ users }), '52:54:00:00:00:05')).toEqual([]);
  });

  it('our own address used by another is refused in every mode', () => {
    const users = new Map([[ip('192.168.1.50'), mac('52:54:00:00:00:05')]]);
    for (const mode of ['proxy', 'pxe-only', 'full'] as const) {
      const troubles = judgeNetwork(networkOf(mode), seen({ users, offers: [LEASE] }));
      expect(troubles.map(({ id }) => id)).toContain('address-in-use');
      expect(refusalOf(troubles)?.code).toBe('E_ADDRESS_IN_USE');
    }
  });
});
