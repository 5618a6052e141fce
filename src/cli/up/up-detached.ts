import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { askControl } from '../../control/control-client.ts';
import type { ControlStatus } from '../../control/schemas/session.ts';
import { loadBootContext } from '../../engine/boot-context.ts';
import type { Project } from '../../engine/project.ts';
import type { LookChoice } from '../../engine/session-network.ts';
import { readLiveSession, readStartingPid, type SessionRecord } from '../../engine/session-record.ts';
import { checkStored } from '../../images/check-stored.ts';
import { engineError, PxectlError } from '../../model/errors.ts';
import type { StateLayout } from '../../model/state-layout.ts';
import { secretsForChild } from '../../platform/child-environment.ts';
import { openToAppend, writeFileAtomic } from '../../platform/files.ts';
import { ownCommand } from '../../platform/packaged-files.ts';
import { start } from '../../platform/long-running.ts';
import { errorKindOf, EXIT } from '../exit-codes.ts';
import type { Output } from '../output.ts';
import { dashboardLine } from './dashboard-line.ts';
import { DETACHED_VARIABLE } from './in-background.ts';

const LOOK_FLAGS: Readonly<Record<LookChoice, readonly string[]>> = {
  refuse: [],
  force: ['--force'],
  skip: ['--no-look'],
};
const READY_TIMEOUT_MS = 180_000;
/** From serving to its last word about that. */
const INTRODUCTION_MS = 3_000;

export interface DetachedOptions {
  readonly output: Output;
  readonly isJson: boolean;
  readonly isWatching: boolean;
  readonly look: LookChoice;
  readonly signal: AbortSignal;
}

/** Starts `pxectl up` in the background and returns when it serves. */
export async function upDetached(project: Project, options: DetachedOptions): Promise<number> {
  const { output, isJson, isWatching, look, signal } = options;
  const { layout } = project;
  await mkdir(layout.run, { recursive: true });
  await refuseSecond(layout, output);
  // here, where whoever waits sees it: what is in the background has its time to be up in
  const onProgress = (line: string): void => output.progress(line);
  await checkStored(await loadBootContext(project), layout, { signal, onProgress });
  const logPath = join(layout.run, 'pxectl.log');
  // a new file: what the name led to before is not written to
  await writeFileAtomic(logPath, '');
  const logFile = await openToAppend(logPath);
  const [program, ...first] = ownCommand();
  const child = start(
    program,
    [
      ...first,
      '--config',
      project.configPath,
      '--no-color',
      'up',
      ...(project.overrides.defaultImage === undefined ? [] : [project.overrides.defaultImage]),
      ...['--engine', project.config.engine],
      ...(isWatching ? ['--watch'] : []),
      ...LOOK_FLAGS[look],
    ],
    { detached: true, outputFd: logFile.fd, env: { ...secretsForChild(), [DETACHED_VARIABLE]: '1' } },
  );
  await logFile.close();
  let end: { readonly exitCode: number | undefined; readonly signal: string | undefined } | undefined;
  void child.ended.then((how) => (end = how));
  for (let waitedMs = 0; waitedMs < READY_TIMEOUT_MS; waitedMs += 100) {
    const session = await readLiveSession(layout);
    // the child finds it too, and ends
    if (session !== undefined && session.process.pid !== child.pid) throw alreadyUp(session);
    if (session !== undefined) {
      output.progress(`up in the background (pid ${child.pid}): ${session.description}`);
      for (const warning of await warningsOf(logPath)) output.warn(warning);
      const { troubles = [], dashboardUrl } = await answerOf(session, layout);
      if (dashboardUrl !== undefined)
        output.progress(await dashboardLine(dashboardUrl, layout, output.isTerminal));
      for (const { id, severity, message } of troubles) {
        const text = `${message} (pxectl doctor explains ${id})`;
        if (severity === 'info') output.progress(`note: ${text}`);
        else output.warn(text);
      }
      output.progress('pxectl watch shows machines as they boot, pxectl down stops it');
      if (isJson) output.json({ schema: 'pxectl.up/1', changed: true, session });
      return EXIT.ok;
    }
    if (end !== undefined) break;
    await sleep(100);
  }
  if (end === undefined) child.kill('SIGTERM');
  const log = (await readFile(logPath, 'utf8')).trimEnd();
  // what keeps it from saying a word, a full disk most likely, is told by its own error
  if (log === '') await writeFileAtomic(logPath, '\n');
  const how = end === undefined ? 'it took too long' : (end.signal ?? `exit code ${end.exitCode}`);
  // it failed for the same reason here as in the foreground: with the same exit code
  throw new PxectlError(errorKindOf(end?.exitCode) ?? 'engine', 'E_ENGINE_START', {
    what: `pxectl did not come up in the background (${how})`,
    why: log.split('\n').slice(-6).join('\n'),
    next: `cat ${logPath}, or run pxectl up without --detach`,
  });
}

/** What it warned of as it started: nobody looks into a log that everything is well in. */
async function warningsOf(logPath: string): Promise<readonly string[]> {
  let log = '';
  for (let waitedMs = 0; waitedMs < INTRODUCTION_MS && !/^events: /m.test(log); waitedMs += 50) {
    await sleep(50);
    log = await readFile(logPath, 'utf8');
  }
  return log.split('\n').flatMap((line) => /^warning: (.*)/.exec(line)?.[1] ?? []);
}

/** What it says of itself; nothing where it does not answer. */
function answerOf(session: SessionRecord, layout: StateLayout): Promise<Partial<ControlStatus>> {
  const question = { layout, pid: session.process.pid, command: 'pxectl status' };
  return askControl('status', {}, question).catch(() => ({}));
}

/** Another one that starts now is waited for: two would write into one log. @throws PxectlError E_ALREADY_RUNNING */
async function refuseSecond(layout: StateLayout, output: Output): Promise<void> {
  let told: number | undefined;
  for (let waitedMs = 0; waitedMs < READY_TIMEOUT_MS; waitedMs += 100) {
    const other = await readStartingPid(layout);
    if (other === undefined) break;
    if (other !== told) output.progress(`another pxectl up (pid ${other}) is starting here: waiting for it`);
    told = other;
    await sleep(100);
  }
  const session = await readLiveSession(layout);
  if (session !== undefined) throw alreadyUp(session);
}

/** The caller says it as it says that one was up before. */
const alreadyUp = ({ process: { pid } }: SessionRecord): PxectlError =>
  engineError('E_ALREADY_RUNNING', { what: `pxectl is already up here (pid ${pid})` });
