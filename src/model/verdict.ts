import type { Finding } from './finding.ts';

/**
 * What doctor can say of an input. There is no fourth: what was not wholly understood, or does not show a boot to its
 * end, is neither healthy nor ill.
 */
export type Verdict = 'healthy' | 'ill' | 'not-understood';

/** Lines or packets that were not read, of one kind. */
export interface PassedOver {
  readonly what: string;
  readonly count: number;
  /** where: `3, 7-9 …` */
  readonly at: string;
  /** one of them, as it was written */
  readonly example: string;
  /** a boot server may have written it: while it is not understood, the whole is not. False for other programs' lines */
  readonly matters: boolean;
}

/** What was made of one input: a log, a capture, a configuration. */
export interface Reading {
  /** the name of the file, or what else it was */
  readonly source: string;
  /** what it is: `log of dnsmasq`, `capture`, `configuration of dnsmasq` */
  readonly kind: string;
  /** how much was read: `28 lines, 1 network boot client` */
  readonly read: string;
  readonly verdict: Verdict;
  readonly passedOver: readonly PassedOver[];
  /** why no more can be said: `no boot is followed to its end` */
  readonly limits: readonly string[];
  /** what would help to say more */
  readonly advice: readonly string[];
}

/** The verdict on findings and on what limits them: a fault that was seen is one, whatever else was not seen. */
export function verdictOn(
  findings: readonly Finding[],
  { passedOver, limits }: Pick<Reading, 'passedOver' | 'limits'>,
): Verdict {
  if (findings.some((finding) => finding.severity === 'error')) return 'ill';
  return passedOver.some(({ matters }) => matters) || limits.length > 0 ? 'not-understood' : 'healthy';
}

/** One verdict on what was found and on several inputs, each with its own. */
export function verdictOnAll(verdicts: readonly Verdict[], findings: readonly Finding[]): Verdict {
  const isIll = findings.some((finding) => finding.severity === 'error');
  if (isIll || verdicts.includes('ill')) return 'ill';
  return verdicts.includes('not-understood') ? 'not-understood' : 'healthy';
}

const MAX_RANGES = 6;

/** Numbers as short text: `3, 7-9, 12`; `more` when there were others. */
export function rangesOf(numbers: readonly number[], more = false): string {
  const ranges: [number, number][] = [];
  for (const number of numbers) {
    const last = ranges.at(-1);
    if (last && number === last[1] + 1) last[1] = number;
    else ranges.push([number, number]);
  }
  const shown = ranges.slice(0, MAX_RANGES).map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`));
  return shown.join(', ') + (more || ranges.length > MAX_RANGES ? ' …' : '');
}
