import { mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { hostname, tmpdir, userInfo } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import type { Project } from '../engine/project.ts';
import { packageVersion } from '../platform/package-root.ts';
import { findProgram, run, runOrThrow } from '../platform/processes.ts';
import { readEvents } from '../watch/read-events.ts';
import type { DoctorRequest } from './doctor-request.ts';
import type { DoctorResult } from './doctor-result.ts';
import { maskCapture } from './mask-capture.ts';
import { Masker } from './mask.ts';

const MAX_EVENTS = 5_000;
const MAX_PACKETS = 5_000;
const MAX_LOG_BYTES = 2 * 1024 * 1024;

export interface BundleParts {
  readonly result: DoctorResult;
  readonly project: Project | undefined;
  readonly capturePath: string | undefined;
  readonly request: DoctorRequest;
}

/**
 * Packs what somebody else needs to help: findings, versions, configuration, events, log, a bounded capture. MACs,
 * names and secrets are replaced. The file appears whole or not at all.
 */
export async function writeBundle(path: string, parts: BundleParts): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'pxectl-bundle-'));
  try {
    const files = await collect(folder, parts);
    const target = resolve(path);
    const temporary = join(dirname(target), `.${process.pid}.${Date.now()}.bundle.tmp`);
    await runOrThrow('tar', ['-czf', temporary, '-C', folder, ...files], { timeoutMs: 60_000 });
    await rename(temporary, target);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function collect(
  folder: string,
  { result, project, capturePath, request }: BundleParts,
): Promise<string[]> {
  const masker = new Masker([
    [hostname(), 'host'],
    [userInfo().username, 'user'],
    ...(project?.config.machines ?? []).map(
      (machine, index) => [machine.name, `machine-${index + 1}`] as const,
    ),
  ]);
  const files: string[] = [];
  const put = async (name: string, text: string): Promise<void> => {
    await writeFile(join(folder, name), masker.text(text), { mode: 0o600 });
    files.push(name);
  };
  await put('doctor.json', `${JSON.stringify(result, null, 2)}\n`);
  await put('versions.txt', await versions());
  if (project) {
    await put('pxectl.yaml', await readFile(project.configPath, 'utf8'));
    const events = (await readEvents(project.layout.events)).slice(-MAX_EVENTS);
    await put('events.jsonl', events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  }
  for (const path of request.configPaths) {
    if (path === project?.configPath || (await stat(path)).isDirectory()) continue;
    await put(`config-${basename(path)}.txt`, await readFile(path, 'utf8'));
  }
  if (request.logPath !== undefined) {
    const log = await readFile(request.logPath);
    await put('log.txt', log.subarray(-MAX_LOG_BYTES).toString('utf8'));
  }
  const capture = capturePath ?? request.pcapPath;
  if (capture !== undefined) {
    await maskCapture(capture, join(folder, 'capture.pcap'), masker, MAX_PACKETS);
    files.push('capture.pcap');
  }
  return files;
}

async function versions(): Promise<string> {
  const lines = [
    `pxectl ${packageVersion()}`,
    `node ${process.version}`,
    `${process.platform} ${process.arch}`,
  ];
  for (const [program, argument] of [
    ['dnsmasq', '--version'],
    ['nginx', '-v'],
    ['docker', '--version'],
    ['uname', '-sr'],
  ] as const) {
    if ((await findProgram(program)) === undefined) lines.push(`${program}: not installed`);
    else {
      const { stdout, stderr } = await run(program, [argument], { timeoutMs: 5_000 });
      lines.push((stdout || stderr).split('\n')[0] ?? program);
    }
  }
  return `${lines.join('\n')}\n`;
}
