import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram, run } from '../../platform/processes.ts';
import type { ConfLine } from './conf-line.ts';
import type { ConfFiles } from './conf-lines.ts';

/** A line that the dnsmasq of this host refuses, with its own words. */
export interface RefusedLine {
  readonly at: ConfLine;
  readonly words: string;
}

/** Options that run, read or resolve something: what they name is of another computer. */
const LEFT_OUT = new Set([
  'conf-script',
  'conf-file',
  'conf-dir',
  'servers-file',
  'server',
  'local',
  'rev-server',
  'resolv-file',
  'addn-hosts',
  'hostsdir',
  'dhcp-hostsfile',
  'dhcp-hostsdir',
  'dhcp-optsfile',
  'dhcp-optsdir',
  'dhcp-script',
  'dhcp-luascript',
  'trust-anchor',
  'dumpfile',
]);
/** dnsmasq stops at the first line that it refuses: the others are found without it. */
const MAX_RUNS = 12;
const TIMEOUT_MS = 5_000;

/** What `dnsmasq --test` of this host refuses, line by line; nothing where there is no dnsmasq. */
export async function testByDnsmasq(files: ConfFiles): Promise<readonly RefusedLine[]> {
  const program = await findProgram('dnsmasq');
  if (program === undefined) return [];
  const lines: (ConfLine | undefined)[] = files.lines.map((line) =>
    LEFT_OUT.has(line.key) ? undefined : line,
  );
  const folder = await mkdtemp(join(tmpdir(), 'pxectl-lint-'));
  const refused: RefusedLine[] = [];
  try {
    const copy = join(folder, 'dnsmasq.conf');
    for (let runs = 0; runs < MAX_RUNS; runs++) {
      const text = lines.map((line) =>
        line === undefined ? '' : line.hasValue ? `${line.key}=${line.value}` : line.key,
      );
      await writeFile(copy, `${text.join('\n')}\n`);
      const { exitCode, stderr } = await run(program, ['--test', `--conf-file=${copy}`], {
        timeoutMs: TIMEOUT_MS,
      });
      if (exitCode === 0) break;
      const match = /dnsmasq: (.*?) at line (\d+) of /.exec(stderr);
      const index = Number(match?.[2]) - 1;
      const at = lines[index];
      if (!match || !at) break;
      refused.push({ at, words: match[1] ?? '' });
      lines[index] = undefined;
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return refused;
}
