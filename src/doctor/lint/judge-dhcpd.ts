import { basename } from 'node:path';
import type { Finding } from '../../model/finding.ts';
import { command, words } from '../../model/fix.ts';
import type { PassedOver } from '../../model/verdict.ts';
import { makeFinding } from '../finding-catalogue.ts';
import { proveEdits, type Judge } from '../mend/prove-edits.ts';
import { placedReader } from './config-reader.ts';
import { lintDhcpd } from './dhcpd/lint-dhcpd.ts';
import { testByDhcpd, type DhcpdsWord } from './dhcpd/test-by-dhcpd.ts';
import { writeFixed, type LintOptions, type LintResult } from './lint-result.ts';
import { passedLines, passedPlaces, textReading } from './text-reading.ts';

/** Judges a configuration of ISC dhcpd, with the files that it includes and that were given. */
export async function lintDhcpdFile(
  path: string,
  given: ReadonlyMap<string, string>,
  { fix, root }: LintOptions,
): Promise<LintResult> {
  const text = given.get(path) ?? '';
  const reader = placedReader({ given, root });
  const lint = (now: string) => lintDhcpd(path, now, (name) => (name === path ? now : reader.read(name)));
  const texts = new Map([[path, text]]);
  const judge: Judge = (edited) => lint(edited.get(path) ?? '').findings;
  const { findings: found, statementCount, unknown, foreign, templateLines, missing, isGiven } = lint(text);
  const own = proveEdits(texts, found, judge);
  const isAskable = isGiven && templateLines.length === 0;
  // of a fault that is told already dhcpd tells the same, and its other lines follow from it
  const isToldAlready = own.some(({ id, severity }) => id === 'config-unreadable' && severity === 'error');
  const said = isAskable && !isToldAlready ? await testByDhcpd(text) : undefined;
  const findings = [...own, ...(typeof said === 'object' ? [refused(path, text, said)] : [])];
  const passedOver: PassedOver[] = [
    ...passedLines('lines of a template, filled in later', templateLines, text),
    ...passedPlaces('conditions that doctor cannot tell', unknown),
    ...passedPlaces('statements that doctor does not know', foreign),
  ];
  const asked = said === 'taken' ? '; dhcpd -t of this host takes it' : '';
  return {
    readings: [
      textReading(findings, {
        source: path,
        kind: 'a configuration of ISC dhcpd',
        read: `${statementCount} statements, as text: who is given which boot file${said === 'no dhcpd' ? '; there is no dhcpd here to ask besides' : asked}`,
        passedOver,
        limits: missing,
      }),
    ],
    findings,
    written: fix ? await writeFixed(texts, own, judge) : [],
  };
}

/** What only dhcpd itself refuses. */
function refused(path: string, text: string, { line, words: own }: DhcpdsWord): Finding {
  const name = basename(path);
  const raw = line === undefined ? own : (text.split(/\r?\n/)[line - 1] ?? '').trim();
  const place = line === undefined ? name : `line ${line} of ${name}`;
  return makeFinding(
    'config-unreadable',
    [{ source: line === undefined ? name : `${name}:${line}`, text: raw }],
    {
      title: `dhcpd -t of this host refuses it: ${own}`,
      cause: 'dhcpd does not start with this configuration.',
      mends: [words(`correct ${place}`), command(`dhcpd -t -cf ${path}`, 'then see whether dhcpd takes it')],
    },
  );
}
