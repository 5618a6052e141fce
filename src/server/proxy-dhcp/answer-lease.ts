import type { BootAnswer } from '../../model/boot-plan.ts';
import { leaseReply, refuseLease, type LeaseTerms } from '../../plan/lease-reply.ts';
import { networkContains, networkOf, UNSPECIFIED_IPV4, type Ipv4Address } from '../../protocol/addresses.ts';
import { MESSAGE_TYPE, messageNameOf } from '../../protocol/dhcp/dhcp-packet.ts';
import { readAddress } from '../../protocol/dhcp/options/address-options.ts';
import { DHCP_OPTION } from '../../protocol/dhcp/option-codes.ts';
import { parseVendorClass } from '../../protocol/pxe/vendor-class.ts';
import { answerProxy } from './answer-proxy.ts';
import { discoverEvent, replyEvent, requestEvent } from './client-events.ts';
import { ignore, type Decision, type Ignored, type Planner, type Received } from './decision.ts';
import type { LeasePool } from './lease-pool.ts';

export interface LeaseService {
  readonly mode: 'pxe-only' | 'full';
  readonly plan: Planner;
  readonly pool: LeasePool;
  readonly terms: LeaseTerms;
}

/** pxe-only and full: leases with the boot information in them (RFC 2131 §4.3); port 4011 as in proxy mode. */
export function answerLease(received: Received, service: LeaseService, nowMs: number): Decision {
  if (received.port === 4011) return answerProxy(received, service.plan, service.terms.server);
  const isBootClient = parseVendorClass(received.facts.vendorClass ?? '') !== undefined;
  if (!isBootClient && service.mode === 'pxe-only') {
    return ignore('not-pxe', 'leases are for network boot only here: the router serves this client');
  }
  switch (received.messageType) {
    case MESSAGE_TYPE.discover:
      return offerLease(received, service, isBootClient, nowMs);
    case MESSAGE_TYPE.request:
      return confirmLease(received, service, isBootClient, nowMs);
    case MESSAGE_TYPE.release:
      service.pool.release(received.facts.mac, nowMs);
      return { action: 'note', events: [] };
    case MESSAGE_TYPE.decline:
      return declineLease(received, service, nowMs);
    default: {
      const name = messageNameOf(received.packet);
      return ignore('wrong-message-type', `${name} needs no answer from a server that gives leases`);
    }
  }
}

function offerLease(
  received: Received,
  service: LeaseService,
  isBootClient: boolean,
  nowMs: number,
): Decision {
  const answer = planFor(received, service, isBootClient);
  if (answer?.action === 'ignore') return answer;
  const { packet, facts } = received;
  const choice = service.pool.offer(facts.mac, nowMs, readAddress(packet, DHCP_OPTION.requestedAddress));
  if (choice === undefined)
    return ignore('no-free-address', 'no address of network.range is free for this client');
  if (choice.needsProbe) return { action: 'probe', address: choice.address };
  const leaseSeconds = Math.floor(service.pool.termMs(facts.mac, choice.address, nowMs) / 1000);
  const reply = leaseReply(packet, 'offer', choice.address, { ...service.terms, leaseSeconds }, answer);
  return { action: 'reply', reply, events: [discoverEvent(received), replyEvent(received, answer, reply)] };
}

function confirmLease(
  received: Received,
  service: LeaseService,
  isBootClient: boolean,
  nowMs: number,
): Decision {
  const { packet, facts } = received;
  const { pool, terms } = service;
  const chosenServer = readAddress(packet, DHCP_OPTION.serverId);
  if (chosenServer !== undefined && chosenServer !== terms.server) {
    pool.release(facts.mac, nowMs);
    return ignore('other-server-chosen', `the client took the lease of ${chosenServer}`);
  }
  const wanted = wantedAddress(received);
  if (wanted === undefined) return ignore('malformed', 'a REQUEST that names no address');
  // without a server id the client asks whoever knows the lease: silence leaves it to the router
  if (chosenServer === undefined && !pool.contains(wanted) && !mustRefuse(service, wanted)) {
    return ignore('not-for-us', `${wanted} is not in network.range: its lease is another server's`);
  }
  const choice = pool.claim(facts.mac, wanted, nowMs, chosenServer !== undefined);
  if (choice === undefined) {
    const reply = refuseLease(packet, terms.server, `${wanted} is not free for this client`);
    return {
      action: 'reply',
      reply,
      events: [requestEvent(received), replyEvent(received, undefined, reply)],
    };
  }
  const answer = planFor(received, service, isBootClient);
  if (answer?.action === 'ignore') return answer;
  // a client that was never offered it: its lease was forgotten, and somebody else may have the address by now; or one that
  // must be seen there before its lease is made longer
  if (choice.needsProbe) return { action: 'probe', address: choice.address };
  const leaseSeconds = pool.confirm(facts.mac, wanted, nowMs);
  const reply = leaseReply(packet, 'ack', wanted, { ...terms, leaseSeconds }, answer);
  return { action: 'reply', reply, events: [requestEvent(received), replyEvent(received, answer, reply)] };
}

function declineLease(received: Received, service: LeaseService, nowMs: number): Decision {
  const address = wantedAddress(received);
  if (address !== undefined) service.pool.decline(received.facts.mac, address, nowMs, true);
  return { action: 'note', events: [requestEvent(received)] };
}

/** The boot information for a network boot client; nothing for the others of mode full. */
function planFor(
  received: Received,
  service: LeaseService,
  isBootClient: boolean,
): BootAnswer | Ignored | undefined {
  if (!isBootClient) return undefined;
  const verdict = service.plan(received.facts);
  return verdict.action === 'boot' ? verdict : ignore(verdict.reason, verdict.detail);
}

function wantedAddress({ packet }: Received): Ipv4Address | undefined {
  const requested = readAddress(packet, DHCP_OPTION.requestedAddress);
  if (requested !== undefined) return requested;
  return packet.ciaddr === UNSPECIFIED_IPV4 ? undefined : packet.ciaddr;
}

/** In full mode we are the only server: an address of another network is a leftover that must go. */
function mustRefuse({ mode, terms }: LeaseService, wanted: Ipv4Address): boolean {
  return mode === 'full' && !networkContains(networkOf(terms.server, terms.prefix), wanted);
}
