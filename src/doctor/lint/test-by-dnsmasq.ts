import { findProgram, run } from '../../platform/processes.ts';
import { isBlotted } from './blotted-values.ts';
import type { ConfLine } from './conf-line.ts';
import type { ConfFiles } from './conf-lines.ts';
import { harmlessLine } from './harmless-line.ts';

/** A line that the dnsmasq of this host refuses, with its own words. */
export interface RefusedLine {
  readonly at: ConfLine;
  readonly words: string;
}

/** dnsmasq stops at the first line that it refuses: the others are found without it. */
const MAX_RUNS = 12;
const TIMEOUT_MS = 5_000;
/** dnsmasq's own words for it */
export const BAD_OPTION = 'bad option';
const TOO_LONG = 'longer than the 1,024 bytes that dnsmasq reads of a line';

/**
 * What `dnsmasq --test` of this host refuses, line by line; nothing where there is no dnsmasq. The lines are somebody else's: no
 * option of theirs that runs or opens something gets there, and dnsmasq has no rights here.
 */
export async function testByDnsmasq(files: ConfFiles): Promise<readonly RefusedLine[]> {
  const program = await findProgram('dnsmasq');
  if (program === undefined) return [];
  const refused: RefusedLine[] = [];
  const lines = files.lines.map((at) => {
    if (isBlotted(at.value)) return undefined;
    const judged = harmlessLine(at);
    if ('text' in judged) return { at, text: judged.text };
    if (judged.whyNot === 'too-long') refused.push({ at, words: TOO_LONG });
    else if (judged.whyNot === 'no-option' && refused.length < MAX_RUNS)
      refused.push({ at, words: BAD_OPTION });
    return undefined;
  });
  for (let runs = 0; runs < MAX_RUNS; runs++) {
    const { exitCode, stderr } = await run(program, ['--test', '--conf-file=-'], {
      input: `${lines.map((line) => line?.text ?? '').join('\n')}\n`,
      timeoutMs: TIMEOUT_MS,
      asNobody: true,
    });
    if (exitCode === 0) break;
    const match = /dnsmasq: (.*?) at line (\d+) of /.exec(stderr);
    const index = Number(match?.[2]) - 1;
    const at = lines[index]?.at;
    if (!match || !at) break;
    refused.push({ at, words: match[1] ?? '' });
    lines[index] = undefined;
  }
  return refused;
}
