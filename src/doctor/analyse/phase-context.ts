import type { Evidence, Finding, FindingId } from '../../model/finding.ts';
import { makeFinding } from '../finding-catalogue.ts';
import {
  bootFileOf,
  type ClientObservation,
  type Observations,
  type Phase,
  type ReplySeen,
} from './observation.ts';
import { selectOffer } from './simulate/edk2-offers.ts';
import { WAITING_TIMES } from './waiting-times.ts';
import { httpBootTakes } from './simulate/second-stage.ts';

/** One phase of one client's boot, with what was before and after it. */
export interface PhaseContext {
  readonly observations: Observations;
  readonly client: ClientObservation;
  readonly phase: Phase;
  readonly previous: Phase | undefined;
  readonly next: Phase | undefined;
}

/** A rule looks at one phase and says what is wrong in it. */
export type Rule = (context: PhaseContext) => readonly Finding[];

/** A finding about this client. */
export function clientFinding(
  context: PhaseContext,
  id: FindingId,
  evidence: readonly Evidence[],
  more: Partial<Omit<Finding, 'id' | 'evidence' | 'client'>> = {},
): Finding {
  const { mac } = context.client;
  const { firmware } = context.phase;
  return makeFinding(id, withoutRepeats(evidence), {
    ...more,
    client: { ...(mac === undefined ? {} : { mac }), ...(firmware === 'system' ? {} : { firmware }) },
  });
}

/** The answers that the client chooses between. */
export function offersOf(phase: Phase): readonly ReplySeen[] {
  return phase.replies.filter((reply) => reply.type === 'offer');
}

/** The acknowledgement of the address. */
export function leaseOf(phase: Phase): ReplySeen | undefined {
  return (
    phase.replies.findLast(
      (reply) => reply.type === 'ack' && reply.port === 67 && reply.leasedAddress !== undefined,
    ) ?? offersOf(phase).findLast((offer) => offer.leasedAddress !== undefined)
  );
}

/** The last answer that carries boot information: from port 4011, else the offer that the firmware takes. */
export function bootAnswerOf(phase: Phase): ReplySeen | undefined {
  const from4011 = phase.replies.findLast((reply) => reply.type === 'ack' && reply.port === 4011);
  if (from4011) return from4011;
  const offers = offersOf(phase);
  const chosen = selectOffer(offers)?.boot[0];
  if (chosen) return chosen;
  const usable = offers.findLast((offer) => isBootOffer(offer));
  return usable ?? phase.replies.findLast((reply) => reply.type === 'ack' && isBootOffer(reply));
}

/** Whether an answer has to do with booting at all. */
export function isBootOffer(reply: ReplySeen): boolean {
  const isBootClass = /^(?:PXE|HTTP)Client/.test(reply.vendorClass ?? '');
  return isBootClass || bootFileOf(reply) !== undefined || httpBootTakes(reply);
}

/** True when file transfers would show in what was recorded. */
export function seesTransfers(observations: Observations): boolean {
  return observations.vantage !== 'server-log' || observations.server.servesTftp === true;
}

/** Whether the client asked for any file in this phase, or went on to another program. */
export function wentOn({ phase, next }: PhaseContext): boolean {
  const isNextStage = next?.firmware === 'ipxe' || next?.firmware === 'system';
  return phase.tftp.length > 0 || phase.http.length > 0 || (isNextStage && phase.firmware !== next.firmware);
}

/** What an answer says, shortest first, the most telling quote last. */
export function quotesOf(reply: ReplySeen): readonly Evidence[] {
  return reply.quotes === undefined || reply.quotes.length === 0 ? [reply.evidence] : reply.quotes;
}

/** Seconds between the last thing that was seen of the client and the end of the recording; undefined without clocks. */
export function silenceMsAfter(observations: Observations, timeMs: number | undefined): number | undefined {
  if (timeMs === undefined || observations.lastTimeMs === undefined) return undefined;
  return observations.lastTimeMs - timeMs;
}

/** The recording went on long enough for an answer to be in it. */
export function isWaitedFor(
  { observations }: Pick<PhaseContext, 'observations'>,
  timeMs: number | undefined,
): boolean {
  const silence = silenceMsAfter(observations, timeMs);
  return silence === undefined || silence >= WAITING_TIMES.answerMs;
}

function withoutRepeats(evidence: readonly Evidence[]): readonly Evidence[] {
  const seen = new Set<string>();
  return evidence.filter(({ source, text }) => {
    const key = `${source}|${text}`;
    return !seen.has(key) && seen.add(key);
  });
}
