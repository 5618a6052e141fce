import type { SeedFormat } from '../../model/image.ts';
import { isMapping, readYaml } from './yaml-text.ts';

/** As docs/config.md writes it, or with the addresses written out. */
const REPORTS = /(@PXECTL_REPORT@|\/report\/[^\s'"/]+)\/done\b/;

export type ReportLine = 'there' | 'not-there' | 'comment' | 'outside-autoinstall';

/** Whether a machine that is installed with this text says so. */
export function findReport(format: SeedFormat, text: string): ReportLine {
  if (!REPORTS.test(text)) return 'not-there';
  if (format === 'ignition') return 'there';
  const withoutComments =
    format === 'autoyast' ? text.replaceAll(/<!--[^]*?-->/g, '') : text.replaceAll(/^[ \t]*#.*$/gm, '');
  if (!REPORTS.test(withoutComments)) return 'comment';
  if (format !== 'autoinstall') return 'there';
  const [config] = readYaml(text, 'python').values;
  // a template or a message of several parts is not looked into
  if (!isMapping(config) || config['autoinstall'] === undefined) return 'there';
  return REPORTS.test(JSON.stringify(config['autoinstall'])) ? 'there' : 'outside-autoinstall';
}
