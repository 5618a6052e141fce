import type { Finding } from '../model/finding.ts';
import { verdictOnAll, type Reading } from '../model/verdict.ts';
import { outputFileMode } from '../platform/output-file.ts';
import { answerText } from './answer-text.ts';
import type { CheckResult } from './checks/check.ts';
import { chooseSubject } from './choose-subject.ts';
import type { LintResult } from './lint/lint-result.ts';
import type { DoctorRequest } from './doctor-request.ts';
import type { DoctorResult } from './doctor-result.ts';
import { sortFindings } from './finding-catalogue.ts';
import { areForeign, lintFiles, lintTexts } from './lint-files.ts';
import { analyseCaptureFile, analyseLogFile, analyseLogText, type Analysis } from './read-inputs.ts';
import { toldFinding } from './mend/fix-steps.ts';
import { placeEdits } from './mend/place-edits.ts';
import { readPost } from './posts/read-post.ts';
import type { Post } from './posts/take-apart.ts';
import { recordCapture } from './record-capture.ts';
import { runChecks } from './run-checks.ts';
import { writeBundle } from './write-bundle.ts';

/**
 * Everything that doctor can do, one request at a time.
 * @throws PxectlError E_INPUT for files that cannot be read, and what loading a configuration throws
 */
export async function runDoctor(given: DoctorRequest): Promise<DoctorResult> {
  const post = await readPost(given);
  const request = post === undefined ? given : ofPost(given, post);
  // nobody waits for a capture that cannot be packed
  if (request.bundlePath !== undefined) await outputFileMode(request.bundlePath);
  const findings: Finding[] = [];
  const readings: Reading[] = [];
  const written: string[] = [];
  const notes: string[] = [];
  const take = (analysis: Analysis): void => {
    findings.push(...analysis.findings);
    readings.push(analysis.reading);
  };
  if (post !== undefined) readings.push(post.reading);
  if (request.logText !== undefined)
    take(analyseLogText(request.logText, post === undefined ? undefined : post.reading.source));
  if (request.logPath !== undefined) take(await analyseLogFile(request.logPath));
  if (request.pcapPath !== undefined) take(await analyseCaptureFile(request.pcapPath));
  if (request.textPath !== undefined) notes.push(`read ${request.textPath} (what a screen shows)`);
  const foreign = (await areForeign(request.configPaths)) ? request.configPaths : [];
  const lints = [
    ...(foreign.length === 0 ? [] : [await lintFiles(foreign, { fix: request.fix, root: request.root })]),
    ...(await lintPost(post, request.root)),
  ];
  for (const linted of lints) {
    // what only the log shows is mended in the configuration that goes with it
    const { seen, linted: unsaid } =
      linted.dnsmasq === undefined
        ? { seen: findings, linted: [] }
        : await placeEdits(findings, linted.dnsmasq);
    const ofOthers = linted.findings.filter((finding) => !linted.dnsmasq?.findings.includes(finding));
    findings.splice(0, findings.length, ...seen, ...unsaid, ...ofOthers);
    written.push(...linted.written);
    readings.push(...linted.readings);
  }
  const wasGivenFiles = readings.length > 0;
  const needsHost =
    !wasGivenFiles ||
    request.probe ||
    request.bundlePath !== undefined ||
    request.captureSeconds !== undefined;
  if (!needsHost) {
    const said = request.text === undefined ? { known: [] } : answerText(request.text, []);
    return result({ findings, checks: [], ...said, readings, probe: [], written, notes });
  }
  const chosen = await chooseSubject(foreign.length > 0 ? undefined : request.configPaths.at(-1));
  const isQuestion = request.text !== undefined && !request.probe;
  if (!isQuestion) notes.push(...chosen.notes);
  // a screen of several lines is somebody's, and without a project this computer is not known to be that one's server
  const isStrangers = isQuestion && chosen.project === undefined && request.text?.includes('\n') === true;
  const { checks, probe } = isStrangers ? { checks: [], probe: undefined } : await runChecks(chosen, request);
  const said = request.text === undefined ? { known: [] } : answerText(request.text, checks);
  // asked about a message, doctor answers about that message: the rest of the host is not the question
  if (!isQuestion) findings.push(...chosen.findings, ...checks.flatMap((check) => check.findings));
  let capturePath: string | undefined;
  if (request.captureSeconds !== undefined && chosen.subject) {
    capturePath = await recordCapture(chosen.subject, request.captureSeconds, request);
    take(await analyseCaptureFile(capturePath));
  }
  const answer = result({
    findings,
    checks,
    ...said,
    readings,
    probe: (probe?.walks ?? []).map(({ client, steps }) => ({ client, steps })),
    written,
    notes,
  });
  if (request.bundlePath === undefined) return answer;
  await writeBundle(request.bundlePath, { result: answer, project: chosen.project, capturePath, request });
  return { ...answer, written: [...answer.written, request.bundlePath] };
}

/** What a post holds takes the place of the text or file that it came in. */
function ofPost({ text: _text, textPath: _path, ...request }: DoctorRequest, post: Post): DoctorRequest {
  return {
    ...request,
    configPaths: [],
    ...(post.screen === undefined ? {} : { text: post.screen }),
    ...(post.log === undefined ? {} : { logText: post.log }),
  };
}

/** The configurations in a post, each for itself: nobody says that they are of one machine. */
async function lintPost(post: Post | undefined, root: string | undefined): Promise<readonly LintResult[]> {
  const configs = post?.configs ?? [];
  return Promise.all(
    configs.map(({ name, text }) => lintTexts(new Map([[name, text]]), { fix: false, root })),
  );
}

/** `verdict`: the one on the text that was given */
function result(
  parts: Omit<DoctorResult, 'schema' | 'ok' | 'checks' | 'findings'> & {
    readonly findings: readonly Finding[];
    readonly checks: readonly CheckResult[];
  },
): DoctorResult {
  const findings = sortFindings(parts.findings);
  const verdicts = [...parts.readings, parts].flatMap((part) => part.verdict ?? []);
  // asked about a text, doctor looks at the host to explain it: that is no verdict on the text
  const isJudged =
    verdicts.length > 0 || findings.length > 0 || (parts.isKnown === undefined && parts.checks.length > 0);
  const verdict = isJudged ? verdictOnAll(verdicts, findings) : undefined;
  return {
    schema: 'pxectl.doctor/1',
    ok: verdict === undefined || verdict === 'healthy',
    ...parts,
    ...(verdict === undefined ? {} : { verdict }),
    findings: findings.map(toldFinding),
    checks: parts.checks.map(
      ({ findings: _findings, covers: _covers, excludes: _excludes, ...check }) => check,
    ),
  };
}
