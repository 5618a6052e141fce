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
    if (!isHostAddress(packet.giaddr)) {
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
  const messageType = messageTypeOf(packet);
  if (messageType === undefined) {
    return ignore('wrong-message-type', 'this is plain BOOTP without a DHCP message type');
  }
  return { packet, facts, messageType, port, source };
}

/** Whether a machine can have this address: not loopback, multicast, reserved or 0.x. */
function isHostAddress(address: Ipv4Address): boolean {
  const first = ipv4ToNumber(address) >>> 24;
  return first !== 0 && first !== 127 && first < 224;
}
