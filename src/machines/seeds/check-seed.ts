import type { SeedFormat } from '../../model/image.ts';
import { checkAlpine } from './alpine.ts';
import { checkAutoyast } from './autoyast.ts';
import { findReport, type ReportLine } from './check-report.ts';
import { checkUserData } from './cloud-config.ts';
import { checkIgnition } from './ignition.ts';
import { checkKickstart } from './kickstart.ts';
import { checkPlaceholders } from './placeholders.ts';
import { checkPreseed } from './preseed.ts';
import { REPORT_LINES } from './report-lines.ts';
import { otherKindOf } from './seed-kinds.ts';
import { fatal, gap, type SeedProblem } from './seed-problem.ts';
import { checkTalos } from './talos.ts';

type WantedFormat = Exclude<SeedFormat, 'none'>;

const CHECKS: Readonly<Record<WantedFormat, (text: string) => readonly SeedProblem[]>> = {
  preseed: checkPreseed,
  autoinstall: checkUserData,
  kickstart: checkKickstart,
  autoyast: checkAutoyast,
  ignition: checkIgnition,
  talos: checkTalos,
  alpine: checkAlpine,
};

/** Looks at the main file of a seed before an installer does; `elsewhere`: another file of the seed reports. */
export function checkSeed(
  format: WantedFormat,
  text: string,
  elsewhere: { readonly isReported: boolean } = { isReported: false },
): readonly SeedProblem[] {
  const kind = otherKindOf(format, text);
  if (kind !== undefined && !(kind === 'Butane' && format === 'ignition')) {
    return [fatal(`it is of the kind ${kind}, and the image wants ${format}`)];
  }
  const problems = [...CHECKS[format](text), ...checkPlaceholders(text)];
  const report = elsewhere.isReported ? 'there' : findReport(format, text);
  if (report === 'there' || format === 'talos' || problems.some(({ weight }) => weight === 'fatal')) {
    return problems;
  }
  const again =
    'nobody learns that it is installed, and armed once more it will be installed again; what to add';
  return [...problems, gap(`${NO_REPORT[report]}: ${again}:\n${REPORT_LINES[format]}`)];
}

const NO_REPORT: Readonly<Record<Exclude<ReportLine, 'there'>, string>> = {
  'not-there': 'it never reports: @PXECTL_REPORT@/done is not in it',
  comment: 'it never reports: @PXECTL_REPORT@/done stands in a comment',
  'outside-autoinstall':
    'it never reports: @PXECTL_REPORT@/done stands outside of autoinstall:, where the installer does not look',
};
