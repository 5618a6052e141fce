import { replyTo } from '../../plan/dhcp-reply.ts';
import { type Ipv4Address } from '../../protocol/addresses.ts';
import { MESSAGE_TYPE, messageNameOf } from '../../protocol/dhcp/dhcp-packet.ts';
import { parseVendorClass } from '../../protocol/pxe/vendor-class.ts';
import { discoverEvent, replyEvent, requestEvent } from './client-events.ts';
import { ignore, type Decision, type Planner, type Received } from './decision.ts';

/**
 * proxyDHCP: boot information without an address. DISCOVERs on 67 get an OFFER, requests on 4011 an ACK. A REQUEST on
 * 67 is for the server that owns the lease: it is noted (it tells the client's address) and never answered.
 */
export function answerProxy(received: Received, plan: Planner, server: Ipv4Address): Decision {
  const { packet, facts, messageType, port } = received;
  if (parseVendorClass(facts.vendorClass ?? '') === undefined) {
    return ignore('not-pxe', 'the client wants an address only: it says neither PXEClient nor HTTPClient');
  }
  if (port === 67) {
    if (messageType === MESSAGE_TYPE.discover) return answer(received, plan, server);
    if (messageType === MESSAGE_TYPE.request) return { action: 'note', events: [requestEvent(received)] };
    return ignore('wrong-message-type', `${messageNameOf(packet)} is for the server that gave the lease`);
  }
  // some ROMs ask for their boot server with INFORM instead of REQUEST
  if (messageType === MESSAGE_TYPE.request || messageType === MESSAGE_TYPE.inform) {
    return answer(received, plan, server);
  }
  return ignore(
    'wrong-port',
    `${messageNameOf(packet)} belongs on port 67, port 4011 takes REQUEST and INFORM`,
  );
}

/** Asks the plan and turns its verdict into a reply or a reason. */
function answer(received: Received, plan: Planner, server: Ipv4Address): Decision {
  const verdict = plan(received.facts);
  if (verdict.action === 'ignore') return ignore(verdict.reason, verdict.detail);
  const reply = replyTo(received.packet, verdict, received.port, server);
  const asked = received.port === 67 ? discoverEvent(received) : requestEvent(received);
  return { action: 'reply', reply, events: [asked, replyEvent(received, verdict, reply)] };
}
