import { describe, expect, it } from 'vitest';
import type { NewBootEvent } from '../../../../src/model/boot-event.ts';
import type { DhcpPacket } from '../../../../src/protocol/dhcp/dhcp-packet.ts';
import { messageNameOf } from '../../../../src/protocol/dhcp/dhcp-packet.ts';
import { addressOption } from '../../../../src/protocol/dhcp/options/address-options.ts';
import { acceptPacket } from '../../../../src/server/proxy-dhcp/accept-packet.ts';
import { answerLease, type LeaseService } from '../../../../src/server/proxy-dhcp/answer-lease.ts';
import { answerProxy } from '../../../../src/server/proxy-dhcp/answer-proxy.ts';
import { ignoredEvent } from '../../../../src/server/proxy-dhcp/client-events.ts';
import type { Decision, DhcpPort, Ignored, Received } from '../../../../src/server/proxy-dhcp/decision.ts';
import { LeasePool } from '../../../../src/server/proxy-dhcp/lease-pool.ts';
import { replyDestination } from '../../../../src/server/proxy-dhcp/reply-route.ts';
import { clientPacket, ip, mac, type ClientPacketOptions } from '../../../support/dhcp/client-packets.ts';
import { simplePlan } from '../../../support/dhcp/simple-plan.ts';

const SERVER = ip('192.168.1.50');
const NETWORKS = [
  { network: ip('192.168.1.0'), prefix: 24 },
  { network: ip('10.0.0.0'), prefix: 24 },
];
const plan = simplePlan(SERVER);
const NOBODY = { address: ip('0.0.0.0'), port: 68 };

function accept(packet: DhcpPacket, port: DhcpPort = 67, source = NOBODY): Received | Ignored {
  return acceptPacket(packet, { port, source, interfaceName: 'eno1', server: SERVER, networks: NETWORKS });
}

function received(options: ClientPacketOptions, port: DhcpPort = 67, source = NOBODY): Received {
  const result = accept(clientPacket(options), port, source);
  if ('action' in result) throw new Error(`ignored: ${result.detail}`);
  return result;
}

const proxy = (options: ClientPacketOptions, port: DhcpPort = 67): Decision =>
  answerProxy(received(options, port), plan, SERVER);
const reasonOf = (result: object): string | undefined => (result as { reason?: string }).reason;
const eventsOf = (decision: Decision): readonly NewBootEvent[] =>
  'events' in decision ? decision.events : [];
const typesOf = (decision: Decision): readonly string[] => eventsOf(decision).map(({ type }) => type);
const answerOf = (decision: Decision): DhcpPacket => {
  if (decision.action !== 'reply') throw new Error(`no reply: ${JSON.stringify(decision)}`);
  return decision.reply;
};

describe('acceptPacket', () => {
  it.each([
    ['an answer of another server', { op: 2 }, 'not-for-us'],
    ['a hardware address of 8 bytes', { hlen: 8 }, 'malformed'],
    ['no hardware address', { hlen: 0 }, 'malformed'],
    ['17 hops', { hops: 17 }, 'relay-loop'],
    ['ourselves as relay', { giaddr: SERVER }, 'relay-loop'],
    ['a broadcast relay', { giaddr: ip('255.255.255.255') }, 'malformed'],
    ['a loopback relay', { giaddr: ip('127.0.0.1') }, 'malformed'],
    ['a relay of a network that nobody named', { giaddr: ip('10.9.0.1') }, 'unknown-relay'],
    ['no message type', { options: [] }, 'wrong-message-type'],
  ])('ignores %s', (_, header, reason) => {
    const result = accept(clientPacket({ header }));
    expect(reasonOf(result)).toBe(reason);
  });

  it.each<[string, DhcpPort, ClientPacketOptions, string, boolean]>([
    ['a machine without an address', 67, {}, '0.0.0.0', true],
    ['a machine of this network', 67, {}, '192.168.1.77', true],
    ['a machine of this network, which the file calls smaller', 67, {}, '192.168.7.9', true],
    ['a machine behind a relay, with its lease', 4011, { type: 'request' }, '10.0.0.5', true],
    ['a relay on the way', 67, { header: { giaddr: ip('10.0.0.1') } }, '172.16.0.1', true],
    ['a relay of this network', 67, { header: { giaddr: ip('192.168.1.9') } }, '192.168.1.9', true],
    ['somebody of another interface', 67, {}, '10.77.0.2', false],
    ['somebody far away, on port 4011', 4011, { type: 'request' }, '8.8.8.8', false],
    ['somebody far away as a relay here', 67, { header: { giaddr: ip('192.168.1.9') } }, '8.8.8.8', false],
    ['a broadcast address as a relay', 67, { header: { giaddr: ip('10.0.0.255') } }, '10.0.0.1', false],
    ['a network as a relay', 67, { header: { giaddr: ip('10.0.0.0') } }, '10.0.0.1', false],
  ])('decides by where a packet comes from: %s', (_, port, options, source, isTaken) => {
    const result = acceptPacket(clientPacket(options), {
      ...{ port, source: { address: ip(source), port: 68 }, interfaceName: 'eno1', server: SERVER },
      ...{ networks: NETWORKS, onLink: [{ network: ip('192.168.0.0'), prefix: 20 }] },
    });
    expect(!('action' in result)).toBe(isTaken);
  });

  it('tells its own answer that came back from another server’s', () => {
    const own = clientPacket({ header: { op: 2 }, options: [] });
    const withServerId = { ...own, options: [...own.options, addressOption(54, SERVER)] };
    expect(reasonOf(accept(withServerId))).toBe('relay-loop');
  });

  it('takes 16 hops through a relay', () => {
    expect(accept(clientPacket({ header: { hops: 16, giaddr: ip('10.0.0.1') } }))).not.toHaveProperty(
      'action',
    );
  });

  it('asks of which network the client is, not where the relay stands (RFC 3527, RFC 3011)', () => {
    const linkSelection = (...net: number[]) => ({ code: 82, data: Uint8Array.of(1, 2, 9, 9, 5, 4, ...net) });
    const subnet = addressOption(118, ip('10.0.0.0'));
    const giaddr = { giaddr: ip('172.16.0.1') };
    const isServed = (options: ClientPacketOptions): boolean => !('action' in accept(clientPacket(options)));
    expect(isServed({ header: giaddr, options: [linkSelection(10, 0, 0, 0)] })).toBe(true);
    expect(isServed({ header: giaddr, options: [subnet] })).toBe(true);
    expect(isServed({ header: { giaddr: ip('10.0.0.1') }, options: [linkSelection(10, 9, 0, 0)] })).toBe(
      false,
    );
    expect(isServed({ header: giaddr, options: [] })).toBe(false);
  });
});

describe('answerProxy', () => {
  it('offers on 67 and tells both sides of it', () => {
    const decision = proxy({});
    expect(messageNameOf(answerOf(decision))).toBe('OFFER');
    expect(typesOf(decision)).toEqual(['dhcp.discover', 'dhcp.offer']);
    expect(eventsOf(decision)[1]).toMatchObject({
      mac: '52:54:00:12:34:56',
      firmware: 'uefi-x64',
      interfaceName: 'eno1',
      detail: { port: 67, xid: '11223344', file: 'ipxe/snponly-x64.efi', nextServer: '192.168.1.50' },
    });
  });

  it('never answers a REQUEST on 67, but tells the address that the client takes', () => {
    const decision = proxy({
      type: 'request',
      options: [addressOption(50, ip('192.168.1.40')), addressOption(54, SERVER)],
    });
    expect(decision.action).toBe('note');
    expect(eventsOf(decision)).toMatchObject([
      { type: 'dhcp.request', ip: '192.168.1.40', detail: { port: 67 } },
    ]);
  });

  it.each(['request', 'inform'] as const)('acknowledges %s on 4011', (type) => {
    const decision = proxy({ type, header: { ciaddr: ip('192.168.1.40') } }, 4011);
    expect(messageNameOf(answerOf(decision))).toBe('ACK');
    expect(typesOf(decision)).toEqual(['dhcp.request', 'dhcp.ack']);
    expect(eventsOf(decision)[1]).toMatchObject({ ip: '192.168.1.40', detail: { port: 4011 } });
  });

  it.each([
    ['a laptop', { vendorClass: 'MSFT 5.0' }, 67, 'not-pxe'],
    ['a client without a vendor class', { vendorClass: null }, 67, 'not-pxe'],
    ['INFORM on 67', { type: 'inform' }, 67, 'wrong-message-type'],
    ['DISCOVER on 4011', {}, 4011, 'wrong-port'],
    ['an architecture without a loader', { architectures: [27] }, 67, 'unknown-architecture'],
  ] as const)('ignores %s', (_, options, port, reason) => {
    expect(reasonOf(proxy(options, port))).toBe(reason);
  });

  it('tells an ignored client with its address, a reason and a sentence', () => {
    const client = received({ vendorClass: 'MSFT\n5.0', options: [addressOption(50, ip('192.168.1.77'))] });
    const event = ignoredEvent(client, answerProxy(client, plan, SERVER) as Ignored);
    expect(event).toMatchObject({
      type: 'dhcp.ignored',
      ip: '192.168.1.77',
      detail: { reason: 'not-pxe', vendorClass: 'MSFT?5.0' },
    });
    expect(event.detail?.['message']).toMatch(/^the client wants an address only/);
  });
});

describe('replyDestination', () => {
  const route = (options: ClientPacketOptions, port: DhcpPort = 67, source = NOBODY) => {
    const client = received(options, port, source);
    return replyDestination(client, answerOf(answerProxy(client, plan, SERVER)));
  };

  it('broadcasts offers', () => {
    expect(route({})).toEqual({ address: '255.255.255.255', port: 68 });
  });

  it('sends offers for relayed clients to the relay', () => {
    expect(route({ header: { giaddr: ip('10.0.0.1') } })).toEqual({ address: '10.0.0.1', port: 67 });
  });

  it('sends what came on 4011 back to where it came from', () => {
    const source = { address: ip('192.168.1.40'), port: 4011 };
    expect(route({ type: 'request' }, 4011, source)).toEqual(source);
    const header = { ciaddr: ip('192.168.1.40') };
    expect(route({ type: 'request', header }, 4011)).toEqual({ address: '192.168.1.40', port: 68 });
    expect(route({ type: 'request' }, 4011)).toEqual({ address: '255.255.255.255', port: 68 });
  });
});

describe('answerLease', () => {
  const service = (mode: LeaseService['mode'] = 'pxe-only', last = '192.168.1.201'): LeaseService => ({
    mode,
    plan,
    terms: { server: SERVER, prefix: 24, nameServers: [], leaseSeconds: 600 },
    pool: new LeasePool({
      range: { first: ip('192.168.1.200'), last: ip(last) },
      leaseSeconds: 600,
      reserved: [SERVER],
    }),
  });
  /** The decision once every probe has found nobody. */
  const decide = (client: Received, leases: LeaseService, nowMs: number): Decision => {
    const decision = answerLease(client, leases, nowMs);
    if (decision.action !== 'probe') return decision;
    leases.pool.probed(client.facts.mac, decision.address, nowMs);
    return decide(client, leases, nowMs);
  };
  const request = (address: string, server?: string): ClientPacketOptions => ({
    type: 'request',
    options: [
      addressOption(50, ip(address)),
      ...(server === undefined ? [] : [addressOption(54, ip(server))]),
    ],
  });

  it('has an address probed before it is offered, and before one is confirmed that was not offered', () => {
    const leases = service();
    const probe = { action: 'probe', address: '192.168.1.200' };
    expect(answerLease(received({}), leases, 0)).toEqual(probe);
    leases.pool.decline(received({}).facts.mac, ip('192.168.1.200'), 1);
    expect(answerLease(received({}), leases, 2)).toEqual({ ...probe, address: '192.168.1.201' });
    expect(answerLease(received(request('192.168.1.200')), service(), 0)).toEqual(probe);
  });

  it('goes from DISCOVER to ACK with one address and the boot file in both answers', () => {
    const leases = service();
    const offer = answerOf(decide(received({}), leases, 0));
    expect([messageNameOf(offer), offer.yiaddr, offer.bootFile]).toEqual([
      'OFFER',
      '192.168.1.200',
      'ipxe/snponly-x64.efi',
    ]);
    const decision = decide(received(request(offer.yiaddr, SERVER)), leases, 10);
    expect([messageNameOf(answerOf(decision)), answerOf(decision).yiaddr]).toEqual(['ACK', '192.168.1.200']);
    expect(eventsOf(decision)).toMatchObject([
      { type: 'dhcp.request' },
      { type: 'dhcp.ack', ip: '192.168.1.200', detail: { file: 'ipxe/snponly-x64.efi' } },
    ]);
  });

  it('answers on 4011 without a lease', () => {
    const header = { ciaddr: ip('192.168.1.200') };
    const ack = answerOf(decide(received({ type: 'request', header }, 4011), service(), 0));
    expect([messageNameOf(ack), ack.yiaddr, ack.ciaddr]).toEqual(['ACK', '0.0.0.0', '192.168.1.200']);
  });

  it('leaves clients that boot nothing to the router in pxe-only, and serves them in full', () => {
    const laptop = received({ vendorClass: 'MSFT 5.0' });
    expect(reasonOf(decide(laptop, service('pxe-only'), 0))).toBe('not-pxe');
    const offer = answerOf(decide(laptop, service('full'), 0));
    expect([offer.yiaddr, offer.bootFile]).toEqual(['192.168.1.200', '']);
  });

  it('gives no lease to a client that gets no boot file', () => {
    expect(reasonOf(decide(received({ architectures: [27] }), service('full'), 0))).toBe(
      'unknown-architecture',
    );
  });

  it('says when the range is used up', () => {
    const leases = service('pxe-only', '192.168.1.200');
    decide(received(request('192.168.1.200')), leases, 0);
    const second = received({ mac: mac('52:54:00:00:00:02') });
    expect(reasonOf(decide(second, leases, 1))).toBe('no-free-address');
    expect(answerOf(decide(second, leases, 600_001)).yiaddr).toBe('192.168.1.200');
  });

  it('lets the client go that takes the lease of the router', () => {
    const leases = service('pxe-only', '192.168.1.200');
    decide(received({}), leases, 0);
    expect(reasonOf(decide(received(request('192.168.1.9', '192.168.1.1')), leases, 1))).toBe(
      'other-server-chosen',
    );
    const second = received({ mac: mac('52:54:00:00:00:02') });
    expect(answerOf(decide(second, leases, 2)).yiaddr).toBe('192.168.1.200');
  });

  it('refuses an address that another client has', () => {
    const leases = service();
    decide(received(request('192.168.1.200', SERVER)), leases, 0);
    const other = received({ ...request('192.168.1.200'), mac: mac('52:54:00:00:00:02') });
    const nak = decide(other, leases, 1);
    expect(messageNameOf(answerOf(nak))).toBe('NAK');
    expect(replyDestination(other, answerOf(nak)).address).toBe('255.255.255.255');
  });

  it('renews after a restart that forgot the lease, by unicast', () => {
    const header = { ciaddr: ip('192.168.1.201') };
    const renewal = received({ type: 'request', header });
    const ack = answerOf(decide(renewal, service(), 0));
    expect([messageNameOf(ack), ack.yiaddr]).toEqual(['ACK', '192.168.1.201']);
    expect(replyDestination(renewal, ack)).toEqual({ address: '192.168.1.201', port: 68 });
  });

  it('is silent about an address of the router, and in full refuses one of another network', () => {
    const inRouterRange = received(request('192.168.1.9'));
    expect(reasonOf(decide(inRouterRange, service('pxe-only'), 0))).toBe('not-for-us');
    expect(reasonOf(decide(inRouterRange, service('full'), 0))).toBe('not-for-us');
    const elsewhere = received(request('10.0.0.9'));
    expect(messageNameOf(answerOf(decide(elsewhere, service('full'), 0)))).toBe('NAK');
  });

  it('does not give out an address that a client found in use', () => {
    const leases = service();
    const offer = answerOf(decide(received({}), leases, 0));
    const decline = { ...request(offer.yiaddr, SERVER), type: 'decline' as const };
    expect(decide(received(decline), leases, 1).action).toBe('note');
    expect(answerOf(decide(received({}), leases, 2)).yiaddr).toBe('192.168.1.201');
  });

  it('takes a released address back', () => {
    const leases = service('pxe-only', '192.168.1.200');
    decide(received(request('192.168.1.200', SERVER)), leases, 0);
    expect(decide(received({ type: 'release' }), leases, 1).action).toBe('note');
    const second = received({ mac: mac('52:54:00:00:00:02') });
    expect(answerOf(decide(second, leases, 2)).yiaddr).toBe('192.168.1.200');
  });
});
