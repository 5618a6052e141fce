import type { Finding } from '../../model/finding.ts';
import { makeFinding } from '../finding-catalogue.ts';
import type { MacAddress } from '../../protocol/addresses.ts';
import { analyse } from '../analyse/analyse.ts';
import type { Observations, Phase } from '../analyse/observation.ts';
import type { ProbeClient } from './probe-clients.ts';

/** What one kind of client met. */
export interface ProbeWalk {
  readonly client: ProbeClient;
  /** one line a step: offer, port 4011, loader, script, files */
  readonly steps: readonly string[];
  readonly phase: Phase;
}

export interface ProbeResult {
  readonly walks: readonly ProbeWalk[];
  readonly findings: readonly Finding[];
}

/** Findings from what the clients met. Pure. */
export function judgeWalks(walks: readonly (ProbeWalk & { readonly mac: MacAddress })[]): ProbeResult {
  const now = Date.now();
  const observations: Observations = {
    vantage: 'probe',
    clients: walks.map(({ mac, phase }) => ({ mac, phases: [phase] })),
    server: {},
    problems: [],
    // the probe has waited for every answer already
    lastTimeMs: now + 60_000,
    readCount: walks.length,
  };
  const clientOf = new Map(walks.map((item) => [item.mac, item.client]));
  const byTitle = new Map<string, Finding>();
  // a router that answered one client and not the next limits its answers
  const seesLease = walks.some(({ phase }) =>
    phase.replies.some((reply) => reply.leasedAddress !== undefined),
  );
  for (const finding of analyse(observations)) {
    if (finding.id === 'no-dhcp-server' && seesLease) continue;
    const client = finding.client?.mac === undefined ? undefined : clientOf.get(finding.client.mac);
    const judged = soften(finding, client);
    // the probe's own MAC says nothing to a user, and one cause shows with every kind of client
    const shared = `${judged.id}|${judged.severity}|${SHARED.has(judged.id) ? '' : (client?.name ?? '')}`;
    const title =
      SHARED.has(judged.id) || client === undefined ? judged.title : `${client.name}: ${judged.title}`;
    if (!byTitle.has(shared))
      byTitle.set(shared, { ...judged, title, client: client ? { firmware: client.firmware } : {} });
  }
  return {
    walks,
    findings: seesLease ? [...byTitle.values()] : withoutAnyLease(walks, [...byTitle.values()]),
  };
}

/** A proxy serves files to whoever asks, and nobody boots without an address: that is said first, for every client. */
function withoutAnyLease(walks: readonly ProbeWalk[], findings: readonly Finding[]): readonly Finding[] {
  if (walks.length === 0) return findings;
  const names = walks.map(({ client }) => client.name).join(', ');
  const alone = makeFinding(
    'no-dhcp-server',
    [{ source: 'probe', text: `no address was offered to: ${names}` }],
    {
      cause: `${walks.length} kinds of client asked, and no server offered any of them an address. Whatever else answers, none of them can boot.`,
    },
  );
  return [alone, ...findings.filter(({ id }) => id !== 'no-dhcp-server')];
}

/** Findings that are about the network and not about one kind of client. */
const SHARED: ReadonlySet<string> = new Set([
  'no-dhcp-server',
  'second-pxe-server',
  'router-sends-boot-options',
  'port-4011-silent',
]);

/** Nobody has to serve every firmware there is: what is missing for a rare one is told, and is no error. */
function soften(finding: Finding, client: ProbeClient | undefined): Finding {
  if (client === undefined || client.isCommon || finding.severity !== 'error' || SHARED.has(finding.id))
    return finding;
  const isUnserved = UNSERVED.has(finding.id);
  if (!isUnserved) return { ...finding, severity: 'warning' };
  return { ...finding, severity: 'info', title: 'nothing is served to this kind of client', mends: [] };
}

/** What an unserved client meets, from silence to an answer without a file. */
const UNSERVED: ReadonlySet<string> = new Set([
  'no-boot-server',
  'http-client-unanswered',
  'no-boot-service-for-arch',
  'offer-without-boot-file',
]);
