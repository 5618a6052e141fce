import type { Finding } from '../../model/finding.ts';
import { judgeClient, keyOfFinding } from './analyse.ts';
import { isBoot, reachOf } from './coverage.ts';
import type { ClientObservation, Limit, Observations, SettledSeen } from './observation.ts';

/** Findings kept of each kind: a class room fails the same way a thousand times. */
const MAX_OF_A_KIND = 20;
/** Clients that are known again: they are counted once. */
const MAX_KNOWN = 50_000;

/**
 * Boots that are over are judged, summed up and let go: a log may hold any number of them. A boot that was healthy leaves
 * nothing but its place in the count.
 */
export class SettledBoots {
  readonly #findings = new Map<string, Finding>();
  readonly #countOf = new Map<string, number>();
  readonly #unlisted = new Map<string, number>();
  readonly #known = new Set<string>();
  #openCount = 0;
  #firstOpen: ClientObservation | undefined;
  #phaseCount = 0;

  /** Judges the phases of a client before `end`; `observations` is what is known so far. */
  settle(client: ClientObservation, end: number, observations: Observations): void {
    this.#phaseCount += end;
    if (!isBoot(client)) return;
    for (const finding of judgeClient(observations, client, end)) this.#keep(finding);
  }

  /** Judges all of a client that is not heard of any more. */
  settleClient(key: string, client: ClientObservation, observations: Observations): void {
    this.settle(client, client.phases.length, observations);
    if (!isBoot(client) || this.#known.has(key)) return;
    if (this.#known.size < MAX_KNOWN) this.#known.add(ownCopy(key));
    if (reachOf(client) === 'end') return;
    this.#openCount++;
    this.#firstOpen ??= client;
  }

  #keep(finding: Finding): void {
    const key = keyOfFinding(finding);
    if (this.#findings.has(key)) return;
    const count = (this.#countOf.get(finding.id) ?? 0) + 1;
    if (count > MAX_OF_A_KIND) {
      if (finding.severity !== 'info')
        this.#unlisted.set(finding.id, (this.#unlisted.get(finding.id) ?? 0) + 1);
      return;
    }
    this.#countOf.set(finding.id, count);
    this.#findings.set(key, finding);
  }

  /** What is left of them; `isLive` says which clients are still followed. */
  seen(isLive: (key: string) => boolean): SettledSeen | undefined {
    if (this.#phaseCount === 0) return undefined;
    const gone = [...this.#known].filter((key) => !isLive(key)).length;
    return {
      clientCount: gone,
      isMore: this.#known.size >= MAX_KNOWN,
      findings: [...this.#findings.values()],
      limits: [...this.#unlisted].map(([id, count]): Limit => ({
        text: `${id} was found in ${count} more boots than are listed`,
      })),
      openCount: this.#openCount,
      ...(this.#firstOpen === undefined ? {} : { firstOpen: this.#firstOpen }),
    };
  }
}

/** A text that does not keep the line in memory of which it was a part. */
function ownCopy(text: string): string {
  return ` ${text}`.slice(1);
}
