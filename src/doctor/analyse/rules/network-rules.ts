import type { Evidence, Finding } from '../../../model/finding.ts';
import { words } from '../../../model/fix.ts';
import type { Ipv4Address } from '../../../protocol/addresses.ts';
import { BROADCAST_IPV4 } from '../../../protocol/addresses.ts';
import { phaseName, type Phase, type ReplySeen } from '../observation.ts';
import {
  clientFinding,
  isBootOffer,
  isWaitedFor,
  leaseOf,
  offersOf,
  seesTransfers,
  silenceMsAfter,
  wentOn,
  type PhaseContext,
} from '../phase-context.ts';
import { classifyOffer, selectOffer } from '../simulate/edk2-offers.ts';
import { untilMissed, WAITING_TIMES } from '../waiting-times.ts';

/** Who answers at all, and does the client go on with the answers? */
export function judgeNetwork(context: PhaseContext): readonly Finding[] {
  const { phase } = context;
  if (phase.firmware === 'system' || phase.requests.length === 0) return [];
  return [
    ...judgeSeveralServers(context),
    ...judgeNak(context),
    ...(judgeSilence(context) ?? judgePort4011(context) ?? judgeIgnoredOffer(context) ?? []),
  ];
}

/** Nobody answers, nobody answers with an address, or nobody answers with boot information. */
function judgeSilence(context: PhaseContext): readonly Finding[] | undefined {
  const { phase, observations } = context;
  // iPXE and a firmware's second attempt are judged by what their own answers say
  if (wentOn(context) || phase.firmware.startsWith('uefi-http')) return undefined;
  const discovers = phase.requests.filter((request) => request.type === 'discover');
  if (observations.vantage === 'server-log') return judgeSilentServer(context);
  const [first] = discovers;
  if (!first || !isWaitedFor(context, first.timeMs)) return undefined;
  const offers = offersOf(phase);
  const requestedAddress = phase.requests.some((request) => request.type === 'request');
  const evidence = [first.evidence, ...offers.slice(0, 2).map((offer) => offer.evidence)];
  const hasLease = phase.replies.some((reply) => reply.leasedAddress !== undefined);
  // pxectl's own events know nothing of the router
  const seesAll = observations.vantage === 'capture' || observations.vantage === 'probe';
  const seesRouter = seesAll && first.wantsBroadcast !== false;
  if (seesRouter && !hasLease && !requestedAddress) {
    const alone =
      offers.length > 0
        ? ' The boot server answers, without an address, as a proxy should.'
        : ' No boot server answers either.';
    return [
      clientFinding(context, 'no-dhcp-server', evidence, {
        cause: `${phaseName(phase)} asked ${discovers.length} times and no server offered it an address.${alone}`,
      }),
    ];
  }
  if (seesRouter && hasLease && !phase.replies.some(isBootOffer)) {
    return [clientFinding(context, 'no-boot-server', evidence)];
  }
  return undefined;
}

/** dnsmasq notes the client's vendor class and answers nothing. */
function judgeSilentServer(context: PhaseContext): readonly Finding[] | undefined {
  const { client, observations, phase } = context;
  const isAnswered = client.phases.some(
    ({ replies, tftp, requests }) =>
      replies.length > 0 || tftp.length > 0 || requests.some((request) => request.wasAnswered),
  );
  if (isAnswered) return undefined;
  const ignored = phase.requests.find((request) => request.ignoredBecause !== undefined);
  const evidence = phase.requests.slice(0, 2).map((request) => request.evidence);
  if (ignored?.isLeftAlone === true) {
    const because = ignored.ignoredBecause ?? '';
    return [
      clientFinding(context, 'client-left-alone', [ignored.evidence], {
        cause: `pxectl.yaml says so: ${because}.`,
      }),
    ];
  }
  if (ignored) {
    return [clientFinding(context, 'client-ignored', [ignored.evidence, ...evidence])];
  }
  // silence shows only where each packet is written with its answer, and whole
  const { isProxy, logsAnswers } = observations.server;
  const isSilence = phase.requests.every((request) => !request.wasAnswered && !request.isCut);
  if (isProxy !== true || logsAnswers !== true || !isSilence) return undefined;
  // a nameless packet may be another one of a client that was answered
  const answersOthers = observations.clients.some((other) => other.phases.some((p) => p.replies.length > 0));
  if (client.mac === undefined && answersOthers) return undefined;
  return [clientFinding(context, 'proxy-without-pxe-service', evidence)];
}

/** The second question, to port 4011, and no answer. */
function judgePort4011(context: PhaseContext): readonly Finding[] | undefined {
  const { phase, observations } = context;
  if (observations.vantage === 'server-log') return undefined;
  const asked = phase.requests.filter((request) => request.port === 4011);
  const [first] = asked;
  const answers = phase.replies.filter((reply) => reply.port === 4011);
  const astray = answers.find(
    (reply) =>
      reply.destination === BROADCAST_IPV4 || (reply.destinationPort === 68 && phase.firmware !== 'ipxe'),
  );
  if (astray && !wentOn(context)) {
    return [
      clientFinding(
        context,
        'dnsmasq-version-broken',
        [...(first ? [first.evidence] : []), astray.evidence],
        {
          title: 'the answer from port 4011 goes to the wrong address',
          cause: `It was sent to ${astray.destination ?? '?'} port ${astray.destinationPort ?? '?'} and not to the port that the client asked from. dnsmasq 2.92 does that.`,
        },
      ),
    ];
  }
  if (!first || answers.length > 0 || wentOn(context)) return undefined;
  const refused = phase.refused.find((seen) => seen.port === 4011);
  if (!refused && !isWaitedFor(context, first.timeMs)) return undefined;
  const chosen = selectOffer(offersOf(phase));
  const servers = new Set(phase.replies.flatMap(({ server }) => server ?? []));
  // one server that does everything: its own option 60 sends the client to its own port 4011
  const isRouter = chosen?.how === 'dhcp-binl' && servers.size > 1;
  const evidence: Evidence[] = [
    ...asked.slice(0, 2).map((request) => request.evidence),
    ...(refused ? [refused.evidence] : []),
  ];
  if (isRouter) {
    return [
      clientFinding(context, 'router-sends-boot-options', [chosen.lease.evidence, ...evidence], {
        severity: 'error',
        cause:
          'The router\'s own offer carries option 60 "PXEClient", which UEFI firmware prefers over any proxy offer: it asks port 4011 of the router, where nobody answers.',
      }),
    ];
  }
  const times = asked.length === 1 ? 'once' : `${asked.length} times`;
  const isAlone = chosen?.how === 'dhcp-binl' && !isRouter;
  const alone: Partial<Finding> = isAlone
    ? {
        cause:
          `${first.server ?? 'The DHCP server'} gives addresses and boot information, and says "PXEClient" in option 60 without PXE options (43): by that ${phaseName(phase)} asks its port 4011 before it loads anything (${times}), ` +
          `where nobody answers${refused ? ' (ICMP port unreachable)' : ''}.`,
        mends: [
          words(
            `take option 60 (vendor-class-identifier "PXEClient") out of the answers of ${first.server ?? 'this server'}: address, next server and boot file are enough`,
          ),
          words('or let a PXE service answer on its port 4011'),
        ],
      }
    : {};
  return [
    clientFinding(context, 'port-4011-silent', evidence, {
      title: `${first.server ?? 'the boot server'} does not answer on UDP port 4011`,
      cause:
        `${phaseName(phase)} asked port 4011 of ${first.server ?? 'the boot server'} ${times} and got no answer` +
        (refused
          ? ': the host says that nothing listens there (ICMP port unreachable).'
          : ': a firewall drops the packets, or nothing listens there.'),
      ...alone,
    }),
  ];
}

/** Offers went out and the client neither asked port 4011 nor fetched anything. */
function judgeIgnoredOffer(context: PhaseContext): readonly Finding[] | undefined {
  const { phase, observations } = context;
  if (wentOn(context) || !seesTransfers(observations) || phase.firmware.startsWith('uefi-http'))
    return undefined;
  if (observations.vantage === 'probe') return undefined;
  // iPXE fetches over HTTP what its answer names: a log of dnsmasq does not show it
  if (phase.firmware === 'ipxe' && observations.vantage === 'server-log') return undefined;
  const proxies = offersOf(phase).filter((offer) => classifyOffer(offer).startsWith('proxy-'));
  const discovers = phase.requests.filter((request) => request.type === 'discover');
  const [firstOffer] = proxies;
  if (!firstOffer || phase.requests.some((request) => request.port === 4011)) return undefined;
  if (phase.replies.some((reply) => reply.type === 'ack' && reply.port === 4011)) return undefined;
  const lastTimeMs = phase.requests.at(-1)?.timeMs;
  const silence = silenceMsAfter(observations, lastTimeMs);
  const keepsAsking = discovers.length >= 3;
  const tookOther = phase.requests.some(
    (request) =>
      request.type === 'request' || (observations.vantage === 'server-log' && request.type === 'other'),
  );
  const settleMs = untilMissed(observations, 'tftp', WAITING_TIMES.settleMs);
  if (!keepsAsking && !(tookOther && (silence === undefined || silence > settleMs))) return undefined;
  const evidence = [
    ...discovers.slice(0, 1).map((request) => request.evidence),
    firstOffer.evidence,
    ...discovers.slice(1, 3).map((request) => request.evidence),
  ];
  if (observations.vantage === 'server-log' && !tookOther) {
    // without a clock of the router the log of one server cannot tell the two apart
    return [
      clientFinding(context, 'no-dhcp-server', evidence, {
        title: 'the client asks again and again: no DHCP server gives it an address, most likely',
        cause: `${phaseName(phase)} asked ${discovers.length} times, got the boot offer each time, and requested no address from anyone. Either no server offers one, or this firmware does not merge two offers.`,
        mends: [
          words(
            'see whether another machine gets an address on this network; switch on the DHCP server of the router',
          ),
          words('on a network without a router use mode: full with a range in pxectl.yaml'),
          words(
            'if addresses are given: use mode: pxe-only, which puts address and boot file into one offer',
          ),
        ],
      }),
    ];
  }
  if (observations.vantage === 'server-log' && selectsPort4011(firstOffer)) {
    return [
      clientFinding(context, 'port-4011-silent', evidence, {
        title: 'the client took its address, and its request to port 4011 never arrived',
        cause:
          `${phaseName(phase)} got the boot offer and requested an address from the router. UEFI firmware then asks the boot server on UDP port 4011; ` +
          'dnsmasq has seen no such request: a firewall on this host drops it, the own offer of the router claims to be a PXE server (option 60) and is asked instead, or this firmware leaves proxy offers aside.',
      }),
    ];
  }
  return [
    clientFinding(context, 'proxy-offer-ignored', evidence, {
      cause: tookOther
        ? `${phaseName(phase)} took the router's lease and left the boot offer aside: it asked neither port 4011 nor TFTP.`
        : `${phaseName(phase)} asked ${discovers.length} times although the boot server answered: either this firmware does not merge the router's offer with the proxy's, or no server on the network offers it an address.`,
    }),
  ];
}

/** By the rules of UEFI firmware this offer leads to a request to port 4011. */
function selectsPort4011(offer: ReplySeen): boolean {
  return classifyOffer(offer) === 'proxy-binl';
}

function judgeSeveralServers(context: PhaseContext): readonly Finding[] {
  const { phase } = context;
  const byServer = new Map<Ipv4Address, ReplySeen>();
  for (const reply of phase.replies) {
    const isBoot = isBootOffer(reply) || reply.option43 !== undefined;
    if (isBoot && reply.server !== undefined && !byServer.has(reply.server))
      byServer.set(reply.server, reply);
  }
  if (byServer.size < 2) return [];
  const answers = [...byServer.values()];
  const leasing = answers.filter(
    (reply) => reply.leasedAddress !== undefined && bootClassOf(reply) === undefined,
  );
  // a router that only names a file or a server in its lease is told apart from a boot server
  if (leasing.length === answers.length - 1) {
    const severity = wentOn(context) ? 'warning' : 'error';
    const [router] = leasing;
    return [
      clientFinding(
        context,
        'router-sends-boot-options',
        answers.map((reply) => reply.evidence),
        {
          severity,
          cause: `The lease of ${router?.server ?? 'the router'} carries boot options beside those of the boot server. Firmware, shim and GRUB differ in whom they follow.`,
        },
      ),
    ];
  }
  return [
    clientFinding(
      context,
      'second-pxe-server',
      answers.map((reply) => reply.evidence),
      {
        severity: wentOn(context) ? 'warning' : 'error',
        title: `${byServer.size} servers answer network boot requests: ${[...byServer.keys()].join(', ')}`,
      },
    ),
  ];
}

function bootClassOf(reply: ReplySeen): string | undefined {
  return /^(?:PXE|HTTP)Client/.exec(reply.vendorClass ?? '')?.[0];
}

function judgeNak(context: PhaseContext): readonly Finding[] {
  const { phase } = context;
  const nak = phase.replies.find((reply) => reply.type === 'nak');
  const decline = phase.requests.find((request) => request.type === 'decline');
  if (decline && !wentOn(context) && leaseWasGiven(phase)) {
    const address = leaseOf(phase)?.leasedAddress;
    const isOdd = address !== undefined && /\.(?:0|255)$/.test(address);
    return [
      clientFinding(context, 'address-declined', [...quotesOfLease(phase), decline.evidence], {
        ...(address === undefined ? {} : { title: `the client gives ${address} back (DHCPDECLINE)` }),
        ...(isOdd
          ? {
              cause: `It was given ${address}, and its firmware takes no address that ends in ${address.endsWith('.0') ? '0' : '255'} (PXE-E09), although the network allows it.`,
              mends: [words(`leave ${address} out of the range of the DHCP server`)],
            }
          : {}),
      }),
    ];
  }
  if ((!nak && !decline) || wentOn(context) || leaseWasGiven(phase)) return [];
  // the other server's ACK may be on its way
  if (!isWaitedFor(context, nak?.timeMs ?? decline?.timeMs)) return [];
  return [
    clientFinding(context, 'second-dhcp-server', [
      ...(nak ? [nak.evidence] : []),
      ...(decline ? [decline.evidence] : []),
    ]),
  ];
}

function quotesOfLease(phase: Phase): readonly Evidence[] {
  const lease = leaseOf(phase);
  return lease ? [lease.evidence] : [];
}

function leaseWasGiven(phase: Phase): boolean {
  return leaseOf(phase)?.type === 'ack';
}
