import type { Finding } from '../../model/finding.ts';
import type { Fix } from '../../model/fix.ts';
import { FINDING_CATALOGUE } from '../finding-catalogue.ts';
import { fixTexts } from './fix-steps.ts';

/** Whose set-up a log is of, as far as it tells. */
export interface SetUp {
  /** the servers that wrote it */
  readonly programs: readonly string[];
  /** pxectl runs them */
  readonly isOurs: boolean;
}

/** What only who serves with pxectl can do; to serve with it instead is a way for everybody. */
const OF_A_PROJECT =
  /\bpxectl (?:images|render|machines|logs|reload|watch|down|init --address auto|init --interface NAME|fetch IMAGE)\b|pxectl\.yaml|\bmode: (?:pxe-only|full|proxy)\b/;
const OF_DNSMASQ = /\bdnsmasq\.conf\b|\bdhcp-(?:boot|host|ignore)=|\bpxe-service\b/;

/** A finding of a log with mends for the servers that wrote it. */
export function fitMends(finding: Finding, { programs, isOurs }: SetUp): Finding {
  const own = FINDING_CATALOGUE.get(finding.id)?.byServer ?? {};
  const theirs = programs.flatMap((name) => own[name] ?? []);
  const isOfDnsmasq = theirs.length === 0 && programs.includes('dnsmasq');
  const fits = (fix: Fix): boolean => {
    const text = [...('file' in fix ? [fix.file] : []), ...fixTexts([fix])].join('\n');
    return (isOurs || !OF_A_PROJECT.test(text)) && (isOfDnsmasq || !OF_DNSMASQ.test(text));
  };
  const rest = [...theirs];
  // theirs stand where those stood that do not fit: what follows may go with them
  const mends = finding.mends.flatMap((fix) => (fits(fix) ? [fix] : rest.splice(0, 1)));
  const all = [...mends, ...rest];
  return all.length === 0 ? finding : { ...finding, mends: all };
}
