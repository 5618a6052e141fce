import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram, giveToNobody, run } from '../../../platform/processes.ts';
import { inPlainWords } from './dhcpd-syntax.ts';

/** What dhcpd says of a configuration that it refuses. */
export interface DhcpdsWord {
  /** of the text itself; undefined where dhcpd names none, or one of an included file */
  readonly line: number | undefined;
  readonly words: string;
}

const TIMEOUT_MS = 5_000;
/** Its own trouble, and none of the configuration: a guard of the system that lets it read its own folder alone. */
const OWN_TROUBLE = /^(?:Can't |can't |unable to |Unable to |No such|Permission)/;

/**
 * What `dhcpd -t` of this host says of a text: it opens no socket of the network and answers nobody. The text is
 * somebody else's: dhcpd gets the words that were seen here and no file besides, and has no rights. Undefined where it could
 * not be asked.
 */
export async function testByDhcpd(text: string): Promise<DhcpdsWord | 'taken' | 'no dhcpd' | undefined> {
  const program = await findProgram('dhcpd');
  if (program === undefined) return 'no dhcpd';
  const words = inPlainWords(text);
  if (words === undefined || /\binclude\b/i.test(words)) return undefined;
  const folder = await mkdtemp(join(tmpdir(), 'pxectl-lint-'));
  try {
    // it reads no standard input
    const path = join(folder, 'dhcpd.conf');
    await writeFile(path, `${words}\n`, { mode: 0o600 });
    await giveToNobody(path);
    await giveToNobody(folder);
    const { exitCode, stderr } = await run(program, ['-t', '-cf', path], {
      timeoutMs: TIMEOUT_MS,
      asNobody: true,
    });
    return exitCode === 0 ? 'taken' : wordOf(stderr, path);
  } catch {
    return undefined;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The first thing that dhcpd complains of; what it says after that follows from it. */
function wordOf(stderr: string, path: string): DhcpdsWord | undefined {
  const lines = stderr.split('\n').map((line) => line.trim());
  const placed = lines.flatMap((line) => {
    const [, file, number, words = ''] = /^(\S+) line (\d+): (.*)$/.exec(line) ?? [];
    return file === undefined ? [] : [{ line: file === path ? Number(number) : undefined, words }];
  });
  const [first] = placed;
  if (first) return first;
  const from = lines.findIndex((line) => line.startsWith('For info, please visit'));
  const words = lines.slice(from + 1).find((line) => line !== '');
  return words === undefined || OWN_TROUBLE.test(words) ? undefined : { line: undefined, words };
}
