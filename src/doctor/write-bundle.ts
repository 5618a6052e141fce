import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Project } from '../engine/project.ts';
import { writeOutputFile } from '../platform/output-file.ts';
import { runOrThrow } from '../platform/processes.ts';
import { readEvents } from '../watch/read-events.ts';
import type { DoctorRequest } from './doctor-request.ts';
import type { DoctorResult } from './doctor-result.ts';
import { maskCapture } from './mask-capture.ts';
import { maskerFor } from './masker-for.ts';
import { namedSecrets } from './named-secrets.ts';
import { programVersions } from './program-versions.ts';

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
    // packed where nobody else can put a link in its way
    const archive = join(folder, 'bundle.tgz');
    await runOrThrow('tar', ['-czf', archive, '-C', folder, ...files], { timeoutMs: 60_000 });
    await writeOutputFile(path, await readFile(archive));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function collect(
  folder: string,
  { result, project, capturePath, request }: BundleParts,
): Promise<string[]> {
  const masker = maskerFor(
    (project?.config.machines ?? []).map(({ name }) => name),
    project === undefined ? [] : namedSecrets(project.config),
  );
  const files: string[] = [];
  const put = async (name: string, text: string): Promise<void> => {
    await writeFile(join(folder, name), masker.text(text), { mode: 0o600 });
    files.push(name);
  };
  await put('doctor.json', `${JSON.stringify(result, null, 2)}\n`);
  await put('versions.txt', await programVersions());
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
