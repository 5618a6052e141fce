import { servedNetworks } from '../../model/served-networks.ts';
import type { EventSink } from '../../model/boot-event.ts';
import type { AddressRange, NetworkMode } from '../../model/config.ts';
import { messageOf, systemCodeOf } from '../../model/errors.ts';
import { printable } from '../../model/printable.ts';
import { findInterface, listInterfaces } from '../../net/interfaces.ts';
import { neighboursOn } from '../../net/neighbours.ts';
import { probeOn } from '../../net/probe-interface.ts';
import { openUdpEndpoint, type UdpEndpoint, type UdpSource } from '../../net/bound-socket.ts';
import { isSingleExecutable } from '../../platform/packaged-files.ts';
import {
  networkContains,
  networkOf,
  type Ipv4Address,
  type Ipv4Network,
  type MacAddress,
} from '../../protocol/addresses.ts';
import { decodeDhcp } from '../../protocol/dhcp/decode-dhcp.ts';
import type { DhcpPacket } from '../../protocol/dhcp/dhcp-packet.ts';
import { encodeDhcp } from '../../protocol/dhcp/encode-dhcp.ts';
import { ProtocolError } from '../../protocol/protocol-error.ts';
import { acceptPacket } from './accept-packet.ts';
import { answerLease } from './answer-lease.ts';
import { answerProxy } from './answer-proxy.ts';
import { ignoredEvent } from './client-events.ts';
import { ignore, type Decision, type DhcpPort, type Planner, type Received } from './decision.ts';
import { FloodGuard } from './flood-guard.ts';
import { prepareLeases } from './lease-service.ts';
import { OfferProbes, type Probed } from './offer-probes.ts';
import { QuietSink } from './quiet-sink.ts';
import { replyDestination, STANDARD_PORTS, type DhcpPorts } from './reply-route.ts';

/** the first offer comes so much later: less than any firmware notices, and longer than a machine on the link takes */
const PROBE_MS = 300;

export interface ProxyDhcpOptions {
  readonly interfaceName: string;
  /** our address on that interface */
  readonly address: Ipv4Address;
  readonly prefix: number;
  readonly mode: NetworkMode;
  /** addresses to lease in the modes pxe-only and full */
  readonly range?: AddressRange;
  /** what leases name; none: they name none */
  readonly router?: Ipv4Address;
  readonly nameServers?: readonly Ipv4Address[];
  /** networks behind relays whose clients are answered too */
  readonly relayed?: readonly Ipv4Network[];
  /** addresses that are kept for configured machines, as they are now */
  readonly ownAddresses?: () => ReadonlyMap<MacAddress, Ipv4Address>;
  /** file that keeps leases over a restart; none: they are forgotten */
  readonly leaseFile?: string;
  /** called once for every packet of a network boot client; must be quick and pure */
  readonly plan: Planner;
  readonly sink: EventSink;
  /** other ports than 67, 68 and 4011, for tests without root */
  readonly ports?: DhcpPorts;
}

export interface ProxyDhcpServer {
  /**
   * Opens the sockets again: those bound to an interface that was destroyed hear nothing of its successor.
   * Leases are kept. @throws as `startProxyDhcp`; it may be called again then
   */
  reopen(): Promise<void>;
  /** Stops answering and gives the ports back; idempotent. */
  close(): Promise<void>;
}

/**
 * Starts answering network boot clients on one interface, on ports 67 and 4011.
 * @throws PxectlError E_PORT_IN_USE, E_PRIVILEGE, E_NO_ADDRESS, E_NO_INTERFACE, E_CONFIG_VALUE (no range to lease);
 * nothing is left open then
 */
export async function startProxyDhcp(options: ProxyDhcpOptions): Promise<ProxyDhcpServer> {
  const { interfaceName, address, sink, plan } = options;
  const ports = options.ports ?? STANDARD_PORTS;
  const quiet = new QuietSink(sink);
  const guard = new FloodGuard();
  const endpoints = new Map<DhcpPort, UdpEndpoint>();
  const own = networkOf(address, options.prefix);
  const neighbour = neighboursOn(interfaceName);
  // beyond this network it is the router that is sent to
  const isKnown = (to: Ipv4Address): boolean =>
    !networkContains(own, to) || to === address || neighbour(to) !== undefined;
  const networks = servedNetworks(options);
  const there = await findInterface(interfaceName);
  const onLink = (there?.addresses ?? []).map((one) => networkOf(one.address, one.prefix));
  const warn = (key: string, message: string): void =>
    quiet.emit(key, { type: 'engine.warning', interfaceName, detail: { message } }, Date.now());
  const onTrouble = (message: string): void => warn(`leases/${message}`, message);
  const leases = await prepareLeases({ ...options, onTrouble });
  const answer = (received: Received, nowMs: number): Decision =>
    leases === undefined
      ? answerProxy(received, plan, address)
      : answerLease(received, leases.service, nowMs);

  const onError = (error: Error): void => {
    const code = systemCodeOf(error) ?? 'unknown';
    warn(`error/${code}`, `DHCP on ${interfaceName}: ${error.message}`);
  };

  const onMessage = (port: DhcpPort, bytes: Uint8Array, source: UdpSource): void => {
    const nowMs = Date.now();
    const packet = decodeOrExplain(bytes, (problem) => {
      const detail = { port, reason: 'malformed', message: problem, source: source.address };
      quiet.emit(`malformed/${source.address}`, { type: 'dhcp.ignored', interfaceName, detail }, nowMs);
    });
    if (packet === undefined) return;
    const received = acceptPacket(packet, {
      ...{ port, source, interfaceName, server: address, networks, onLink },
    });
    if ('action' in received) {
      const detail = { port, reason: received.reason, message: received.detail, source: source.address };
      const key = `${received.reason}/${source.address}`;
      quiet.emit(key, { type: 'dhcp.ignored', interfaceName, detail }, nowMs);
      return;
    }
    const decision = guard.isLooping(bytes, `${port}/${source.address}:${source.port}/`, nowMs)
      ? ignore('rate-limited', 'the same packet comes again and again: look for a loop in the network')
      : decideSafely(() => answer(received, nowMs), onError);
    carryOut(decision, received, nowMs);
  };

  const onProbed = ({ received, address: probed, user, isThere }: Probed): void => {
    const nowMs = Date.now();
    if (user === undefined) leases?.service.pool.probed(received.facts.mac, probed, nowMs, isThere);
    else if (leases?.service.pool.foundAnother(received.facts.mac, probed, user, nowMs) === false) {
      const message = `${probed} of network.range is in use by ${user}, which has no lease of pxectl: nobody is offered it for ten minutes`;
      warn(`in-use/${probed}`, message);
    }
    carryOut(
      decideSafely(() => answer(received, nowMs), onError),
      received,
      nowMs,
    );
  };
  const probes = new OfferProbes(probeOn(interfaceName, PROBE_MS), onProbed);

  const carryOut = (decision: Decision, received: Received, nowMs: number): void => {
    if (decision.action === 'ignore') {
      const key = `${decision.reason}/${received.port}/${received.facts.mac}`;
      quiet.emit(key, ignoredEvent(received, decision), nowMs);
      return;
    }
    if (decision.action === 'probe') {
      probes.wait(received, decision.address);
      return;
    }
    for (const event of decision.events) sink.emit(event);
    if (decision.action === 'note') return;
    const to = replyDestination(received, decision.reply, ports);
    if (endpoints.get(received.port)?.send(encodeDhcp(decision.reply), to.address, to.port) === true) return;
    const tooMany = ignore('rate-limited', 'more clients ask at once than the network takes answers');
    quiet.emit('rate-limited', ignoredEvent(received, tooMany), nowMs);
  };

  const closeSockets = async (): Promise<void> => {
    await Promise.all(Array.from(endpoints.values(), (endpoint) => endpoint.close()));
  };
  const close = async (): Promise<void> => {
    probes.close();
    await closeSockets();
    await leases?.close();
  };
  const open = async (port: DhcpPort, number: number): Promise<UdpEndpoint> => {
    const endpoint = await openUdpEndpoint({
      interfaceName,
      address,
      port: number,
      receivesBroadcast: port === 67,
      isKnown,
      onMessage: (bytes, source) => onMessage(port, bytes, source),
      onError,
    });
    endpoints.set(port, endpoint);
    return endpoint;
  };
  const openAll = async (): Promise<UdpEndpoint> => {
    const main = await open(67, ports.server);
    await open(4011, ports.pxe);
    return main;
  };
  const reopen = async (): Promise<void> => {
    await closeSockets();
    await openAll();
  };
  try {
    const main = await openAll();
    if (!main.isDeviceBound) await warnAboutOtherInterfaces(options);
  } catch (error) {
    await close();
    throw error;
  }
  return { reopen, close };
}

function decodeOrExplain(bytes: Uint8Array, explain: (problem: string) => void): DhcpPacket | undefined {
  try {
    return decodeDhcp(bytes);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    explain(printable(error.message));
    return undefined;
  }
}

/** A mistake in the plan must cost one answer and not the server. */
function decideSafely(decide: () => Decision, onError: (error: Error) => void): Decision {
  try {
    return decide();
  } catch (error) {
    onError(error instanceof Error ? error : new Error(messageOf(error)));
    return { action: 'note', events: [] };
  }
}

/** Without koffi broadcasts of all interfaces arrive, and are answered on ours. */
async function warnAboutOtherInterfaces({ interfaceName, sink }: ProxyDhcpOptions): Promise<void> {
  const others = (await listInterfaces()).filter(
    (candidate) => candidate.isUp && !candidate.isLoopback && candidate.name !== interfaceName,
  );
  if (others.length === 0) return;
  const message =
    `clients on ${others.map(({ name }) => name).join(', ')} are heard as well and answered on ${interfaceName}: ` +
    (isSingleExecutable
      ? 'to listen on one interface only, the addon inside this executable has to be loaded from a folder that is not mounted noexec: set TMPDIR to one'
      : 'install the optional package koffi to listen on one interface only');
  sink.emit({ type: 'engine.warning', interfaceName, detail: { message } });
}
