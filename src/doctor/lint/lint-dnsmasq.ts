import { nearestWord } from '../../model/nearest-word.ts';
import { sortFindings } from '../finding-catalogue.ts';
import { readConfig, type ConfReader } from './conf-lines.ts';
import { DNSMASQ_OPTIONS } from './dnsmasq-options.ts';
import { lintFinding, type LintFinding, type LintInput } from './lint-finding.ts';
import { readPxeConfig, type PxeConfig } from './pxe-config.ts';
import { lintBootFiles } from './rules/file-rules.ts';
import { lintServer } from './rules/server-rules.ts';
import { lintServices } from './rules/service-rules.ts';

/** Finds what is wrong for network boot in a dnsmasq configuration, by line, with corrected lines. */
export function lintDnsmasqConfig(path: string, reader: ConfReader): readonly LintFinding[] {
  const files = readConfig(path, reader);
  const config = readPxeConfig(files);
  const input: LintInput = { config, reader, path };
  const unreadable = files.problems.map((problem) =>
    lintFinding('config-unreadable', [problem], [], {
      title: problem.problem,
      cause: 'dnsmasq does not start with it.',
    }),
  );
  const findings = [
    ...unreadable,
    ...lintServices(input),
    ...lintBootFiles(input),
    ...lintServer(input),
    ...unknownOptions(config),
  ];
  return sortFindings(findings);
}

function unknownOptions(config: PxeConfig): LintFinding[] {
  return config.files.lines
    .filter((line) => !DNSMASQ_OPTIONS.has(line.key))
    .slice(0, 20)
    .map((line) => {
      const nearest = nearestWord(line.key, [...DNSMASQ_OPTIONS]);
      return lintFinding('config-option-unknown', [line], [], {
        title: `doctor does not know the option ${line.key}${nearest === undefined ? '' : ` (is it ${nearest}?)`}`,
        ...(nearest === undefined ? {} : { severity: 'warning' as const }),
      });
    });
}
