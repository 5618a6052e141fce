import { describe, expect, it } from 'vitest';
import { chooseLeaseTerms } from '../../../src/cli/init/lease-terms.ts';
import type { OfferSeen } from '../../../src/net/segment-look.ts';
import { ip } from '../../support/dhcp/client-packets.ts';

const HERE = { address: ip('192.168.1.50'), prefix: 24 };
const ROUTER = ip('192.168.1.1');
const OFFER: OfferSeen = {
  askedAs: 'plain',
  server: ROUTER,
  leased: ip('192.168.1.77'),
  isBootServer: false,
  router: ROUTER,
  nameServers: [ip('192.168.1.2'), ip('9.9.9.9')],
};

describe('router and name servers that leases name', () => {
  it('are those of this computer', () => {
    const terms = chooseLeaseTerms({ ...HERE, router: ROUTER }, [ip('9.9.9.9')], [OFFER]);
    expect(terms).toEqual({ router: ROUTER, nameServers: ['9.9.9.9'], found: ['name servers 9.9.9.9'] });
  });

  it('are those that the DHCP server offers, where this computer has none', () => {
    expect(chooseLeaseTerms(HERE, [], [OFFER])).toEqual({
      router: ROUTER,
      nameServers: ['192.168.1.2', '9.9.9.9'],
      found: [
        'router 192.168.1.1, which 192.168.1.1 offers',
        'name servers 192.168.1.2, 9.9.9.9, which 192.168.1.1 offers',
      ],
    });
  });

  it('are none that a client here cannot reach, and none that nobody named', () => {
    const found = ['no name server'];
    expect(chooseLeaseTerms(HERE, [ip('9.9.9.9')], [])).toEqual({ nameServers: [], found });
    expect(chooseLeaseTerms({ ...HERE, router: ip('10.0.0.1') }, [ip('9.9.9.9')], [])).toEqual({
      nameServers: [],
      found,
    });
    const { leased: _, ...bootOnly } = OFFER;
    expect(chooseLeaseTerms(HERE, [], [bootOnly])).toEqual({ nameServers: [], found });
    expect(chooseLeaseTerms(HERE, [ip('192.168.1.3')], []).nameServers).toEqual(['192.168.1.3']);
  });
});
