import { extname } from 'node:path';
import type { Finding } from '../model/finding.ts';
import type { CheckResult } from './checks/check.ts';
import { chooseSubject } from './choose-subject.ts';
import type { DoctorRequest } from './doctor-request.ts';
import type { DoctorResult } from './doctor-result.ts';
import { explain } from './explain.ts';
import { sortFindings } from './finding-catalogue.ts';
import { lookUp } from './knowledge/look-up.ts';
import { lintFile } from './lint-files.ts';
import { analyseCaptureFile, analyseLogFile, type Analysis } from './read-inputs.ts';
import { recordCapture } from './record-capture.ts';
import { runChecks } from './run-checks.ts';
import { writeBundle } from './write-bundle.ts';

/**
 * Everything that doctor can do, one request at a time.
 * @throws PxectlError E_INPUT for files that cannot be read, and what loading a configuration throws
 */
export async function runDoctor(request: DoctorRequest): Promise<DoctorResult> {
  const findings: Finding[] = [];
  const read: string[] = [];
  const written: string[] = [];
  const notes: string[] = [];
  const take = (name: string, unit: string, analysis: Analysis): void => {
    findings.push(...analysis.findings);
    const clients = analysis.observations.clients.length;
    read.push(
      `${analysis.observations.readCount} ${unit} of ${name}: ${clients} network boot client${clients === 1 ? '' : 's'}`,
    );
  };
  if (request.logPath !== undefined) take(request.logPath, 'lines', await analyseLogFile(request.logPath));
  if (request.pcapPath !== undefined)
    take(request.pcapPath, 'packets', await analyseCaptureFile(request.pcapPath));
  const isForeignConfig =
    request.configPath !== undefined && !['.yaml', '.yml'].includes(extname(request.configPath));
  if (isForeignConfig && request.configPath !== undefined) {
    const linted = await lintFile(request.configPath, request.fix);
    findings.push(...linted.findings);
    written.push(...linted.written);
    read.push(`${request.configPath} as a configuration of ${linted.kind}`);
  }
  const wasGivenFiles = read.length > 0;
  const needsHost =
    !wasGivenFiles ||
    request.probe ||
    request.bundlePath !== undefined ||
    request.captureSeconds !== undefined;
  if (!needsHost) {
    const known =
      request.text === undefined ? [] : lookUp(request.text).matches.map((entry) => explain(entry, []));
    return result({ findings, checks: [], known, read, probe: [], written, notes });
  }
  const chosen = await chooseSubject(isForeignConfig ? undefined : request.configPath);
  notes.push(...chosen.notes);
  const { checks, probe } = await runChecks(chosen, request);
  const looked = request.text === undefined ? undefined : lookUp(request.text);
  const known = (looked?.matches ?? []).map((entry) => explain(entry, checks));
  // asked about a message, doctor answers about that message: the rest of the host is not the question
  if (looked === undefined || request.probe)
    findings.push(...chosen.findings, ...checks.flatMap((check) => check.findings));
  let capturePath: string | undefined;
  if (request.captureSeconds !== undefined && chosen.subject) {
    capturePath = await recordCapture(chosen.subject, request.captureSeconds, request);
    take('the recording', 'packets', await analyseCaptureFile(capturePath));
  }
  const answer = result({
    findings,
    checks,
    known,
    ...(looked === undefined ? {} : { isKnown: looked.isKnown }),
    read,
    probe: (probe?.walks ?? []).map(({ client, steps }) => ({ client, steps })),
    written,
    notes,
  });
  if (request.bundlePath === undefined) return answer;
  await writeBundle(request.bundlePath, { result: answer, project: chosen.project, capturePath, request });
  return { ...answer, written: [...answer.written, request.bundlePath] };
}

function result(
  parts: Omit<DoctorResult, 'schema' | 'ok' | 'checks'> & { readonly checks: readonly CheckResult[] },
): DoctorResult {
  const findings = sortFindings(parts.findings);
  return {
    schema: 'pxectl.doctor/1',
    ok: !findings.some((finding) => finding.severity === 'error'),
    ...parts,
    findings,
    checks: parts.checks.map(({ findings: _findings, covers: _covers, ...check }) => check),
  };
}
