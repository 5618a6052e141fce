import { clientFactsOf } from '../../plan/client-facts.ts';
import {
  ipv4ToNumber,
  networkContains,
  UNSPECIFIED_IPV4,
  type Ipv4Address,
  type Ipv4Network,
} from '../../protocol/addresses.ts';
import { BOOT_REQUEST, messageTypeOf, type DhcpPacket } from '../../protocol/dhcp/dhcp-packet.ts';
import { readAddress } from '../../protocol/dhcp/options/address-options.ts';
import { DHCP_OPTION } from '../../protocol/dhcp/option-codes.ts';
import { ignore, type DhcpPort, type Ignored, type Received } from './decision.ts';

/** RFC 1542 §4.1.1: a request that passed more relays than this runs in a circle */
const MAX_HOPS = 16;

interface Arrival {
  readonly port: DhcpPort;
  readonly source: Received['source'];
  readonly interfaceName: string;
  readonly server: Ipv4Address;
  /** whose clients are served: our own network and those behind relays */
  readonly networks: readonly Ipv4Network[];
  /** what the interface itself says that its network is: the file may say less of it */
  readonly onLink?: readonly Ipv4Network[];
}

/** Sorts out what no mode answers: answers of other servers, loops, broken headers. */
export function acceptPacket(packet: DhcpPacket, arrival: Arrival): Received | Ignored {
  const { port, source, interfaceName, server, networks } = arrival;
  if (packet.op !== BOOT_REQUEST) {
    const other = readAddress(packet, DHCP_OPTION.serverId) ?? source.address;
    return other === server
      ? ignore('relay-loop', 'our own answer came back: something on this network repeats packets')
      : ignore('not-for-us', `this is an answer of the DHCP server ${other}, not a question of a client`);
  }
  if (packet.hlen !== 6) {
    return ignore('malformed', `the hardware address has ${packet.hlen} bytes, an Ethernet one has 6`);
  }
  if (packet.hops > MAX_HOPS) {
    return ignore('relay-loop', `the packet passed ${packet.hops} relays: it runs in a circle`);
  }
  if (packet.giaddr !== UNSPECIFIED_IPV4) {
    if (packet.giaddr === server) {
      return ignore('relay-loop', 'the packet names this machine as its relay, which it is not');
    }
    if (!isHostAddress(packet.giaddr) || networks.some((network) => isNoHostOf(network, packet.giaddr))) {
      return ignore('malformed', `the relay address ${packet.giaddr} is no address of a machine`);
    }
  }
  const facts = clientFactsOf(packet, interfaceName);
  const asked = facts.linkAddress;
  if (asked !== undefined && !networks.some((network) => networkContains(network, asked))) {
    const through = asked === packet.giaddr ? '' : ` through the relay ${packet.giaddr}`;
    return ignore(
      'unknown-relay',
      `a client of ${asked}${through}: no network of network.relayed in pxectl.yaml has this address`,
    );
  }
  if (!isFromHere(packet.giaddr === UNSPECIFIED_IPV4 ? undefined : asked, arrival)) {
    const [own] = networks;
    return ignore(
      'other-network',
      `it comes from ${source.address}, which is not in ${own?.network}/${own?.prefix}: clients of other networks ask through a relay`,
    );
  }
  const messageType = messageTypeOf(packet);
  if (messageType === undefined) {
    return ignore('wrong-message-type', 'this is plain BOOTP without a DHCP message type');
  }
  return { packet, facts, messageType, port, source };
}

/**
 * Whoever can reach this host may send it a packet, and one without a relay, or with one of our own network, is about an address
 * here: it counts from here alone. A machine behind a relay asks on port 4011 from its own address.
 */
function isFromHere(
  linkOfRelay: Ipv4Address | undefined,
  { source, networks, onLink = [] }: Arrival,
): boolean {
  const [own, ...relayed] = networks;
  const isIn = (network: Ipv4Network): boolean => networkContains(network, source.address);
  if (source.address === UNSPECIFIED_IPV4 || (own !== undefined && isIn(own)) || onLink.some(isIn))
    return true;
  if (linkOfRelay === undefined) return relayed.some(isIn);
  return relayed.some((network) => networkContains(network, linkOfRelay));
}

/** The lowest and the highest address of a network, which are no machine's. */
function isNoHostOf({ network, prefix }: Ipv4Network, address: Ipv4Address): boolean {
  const offset = ipv4ToNumber(address) - ipv4ToNumber(network);
  return offset === 0 || offset === 2 ** (32 - prefix) - 1;
}

/** Whether a machine can have this address: not loopback, multicast, reserved or 0.x. */
function isHostAddress(address: Ipv4Address): boolean {
  const first = ipv4ToNumber(address) >>> 24;
  return first !== 0 && first !== 127 && first < 224;
}
