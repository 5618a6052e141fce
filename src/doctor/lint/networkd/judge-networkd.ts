import { proveEdits, type Judge } from '../../mend/prove-edits.ts';
import { writeFixed, type LintOptions, type LintResult } from '../lint-result.ts';
import { isTemplateLine } from '../templates.ts';
import { passedPlaces, textReading } from '../text-reading.ts';
import { lastOf, settingsOf } from './networkd-file.ts';
import { lintNetworkd } from './networkd-rules.ts';

/** Judges the DHCP server of a systemd.network(5) file. */
export async function lintNetworkdFile(
  path: string,
  text: string,
  { fix }: LintOptions,
): Promise<LintResult> {
  const texts = new Map([[path, text]]);
  const judgedOf = (whole: string) =>
    settingsOf(path, whole).filter(({ raw }) => !isTemplateLine(raw, false));
  const judge: Judge = (edited) => lintNetworkd(judgedOf(edited.get(path) ?? ''));
  const settings = judgedOf(text);
  const findings = proveEdits(texts, lintNetworkd(settings), judge);
  const templates = settingsOf(path, text).filter(({ raw }) => isTemplateLine(raw, false));
  const hasFile = lastOf(settings, 'DHCPServer', 'BootFilename') !== undefined;
  const limits = hasFile
    ? []
    : [
        'this DHCP server leases addresses and names no boot file: what boots machines here answers beside it, or the file is named elsewhere',
      ];
  return {
    readings: [
      textReading(findings, {
        source: path,
        kind: "a configuration of systemd-networkd's DHCP server",
        read: `${settings.length} settings, as text: who is given which boot file`,
        passedOver: passedPlaces('lines of a template, filled in later', templates),
        limits,
      }),
    ],
    findings,
    written: fix ? await writeFixed(texts, findings, judge) : [],
  };
}
