import { expect, it } from 'vitest';
import { clientFactsOf } from '../../../../src/plan/client-facts.ts';
import type { ProbeAddresses } from '../../../../src/net/probe-interface.ts';
import type { Ipv4Address, MacAddress } from '../../../../src/protocol/addresses.ts';
import type { Received } from '../../../../src/server/proxy-dhcp/decision.ts';
import { OfferProbes, type Probed } from '../../../../src/server/proxy-dhcp/offer-probes.ts';
import { clientPacket, ip, mac } from '../../../support/dhcp/client-packets.ts';

const discover = (client: MacAddress, xid = 1): Received => {
  const packet = clientPacket({ mac: client, header: { xid } });
  return {
    packet,
    facts: clientFactsOf(packet, 'lan0'),
    messageType: 1,
    port: 67,
    source: { address: ip('0.0.0.0'), port: 68 },
  };
};
const A = mac('52:54:00:00:00:01');
const B = mac('52:54:00:00:00:02');
const SQUATTER = mac('52:54:00:00:00:99');

it('asks once for all that wait, answers the newest packet of each, and tells who uses an address at once', async () => {
  const asked: (readonly Ipv4Address[])[] = [];
  let endProbe: () => void = () => undefined;
  const probe: ProbeAddresses = async (addresses, onUser) => {
    asked.push(addresses);
    onUser(ip('10.0.0.11'), SQUATTER);
    await new Promise<void>((resolve) => (endProbe = resolve));
  };
  const results: Probed[] = [];
  const probes = new OfferProbes(probe, (result) => results.push(result));
  for (let xid = 1; xid <= 500; xid += 1) probes.wait(discover(A, xid), ip('10.0.0.10'));
  probes.wait(discover(B), ip('10.0.0.11'));
  await expect.poll(() => results).toHaveLength(1);
  expect(asked).toEqual([['10.0.0.10', '10.0.0.11']]);
  expect(results[0]).toMatchObject({ address: '10.0.0.11', user: SQUATTER });
  probes.wait(discover(A, 501), ip('10.0.0.10'));
  endProbe();
  await expect.poll(() => results).toHaveLength(2);
  expect(results[1]?.received.packet.xid).toBe(501);
  expect(results[1]).not.toHaveProperty('user');
  expect(asked).toHaveLength(1);
});

it('takes the answer of the client itself for no other user, and a probe that fails for nobody', async () => {
  const results: Probed[] = [];
  const own = new OfferProbes(
    async (_, onUser) => onUser(ip('10.0.0.10'), A),
    (result) => results.push(result),
  );
  own.wait(discover(A), ip('10.0.0.10'));
  const failing = new OfferProbes(
    () => Promise.reject(new Error('no interface')),
    (result) => results.push(result),
  );
  failing.wait(discover(B), ip('10.0.0.11'));
  await expect.poll(() => results).toHaveLength(2);
  expect(results.map(({ user, isThere }) => [user, isThere])).toEqual([
    [undefined, true],
    [undefined, false],
  ]);
});

it('keeps one packet for each address, of whom it was chosen for last', async () => {
  const asked: (readonly Ipv4Address[])[] = [];
  const results: Probed[] = [];
  const probes = new OfferProbes(
    async (addresses) => void asked.push(addresses),
    (result) => results.push(result),
  );
  for (let number = 0; number < 200; number += 1) {
    probes.wait(discover(mac(`02:00:00:00:00:${number.toString(16).padStart(2, '0')}`)), ip('10.0.0.10'));
  }
  await expect.poll(() => results).toHaveLength(1);
  expect(results[0]?.received.facts.mac).toBe('02:00:00:00:00:c7');
  expect(asked).toEqual([['10.0.0.10']]);
});
