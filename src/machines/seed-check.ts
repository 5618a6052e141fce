import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isMap, LineCounter, parseDocument } from 'yaml';
import { SEED_FILE_NAMES, type SeedFormat } from '../model/image.ts';

/** What is wrong with a seed. `isFatal`: the installer cannot work with it. */
export interface SeedProblem {
  readonly isFatal: boolean;
  readonly text: string;
}

type CheckedFormat = 'preseed' | 'autoinstall' | 'kickstart';

const CLOUD_CONFIG = '#cloud-config';

/** How each kind of seed is recognised; the first that fits. */
const LOOKS: readonly (readonly [CheckedFormat, RegExp])[] = [
  ['autoinstall', /^(#cloud-config|autoinstall:)/m],
  ['preseed', /^\s*(d-i|debconf|tasksel|popularity-contest)\s+\S+\/\S+\s+\S+/m],
  ['kickstart', /^(%packages|%post|rootpw|autopart|clearpart|zerombr|bootloader|part)\b/m],
];

/** Looks at the text of a seed before an installer does; formats that are not known here have no problem. */
export function checkSeed(format: SeedFormat, text: string): readonly SeedProblem[] {
  if (format !== 'preseed' && format !== 'autoinstall' && format !== 'kickstart') return [];
  const looksLike = LOOKS.find(([, look]) => look.test(text))?.[0];
  if (looksLike !== undefined && looksLike !== format) {
    return [{ isFatal: true, text: `it is of the kind ${looksLike}, and the image wants ${format}` }];
  }
  const problems = format === 'autoinstall' ? checkCloudConfig(text) : [];
  if (problems.some(({ isFatal }) => isFatal) || text.includes('@PXECTL_REPORT@/done')) return problems;
  return [...problems, { isFatal: false, text: 'it never reports: @PXECTL_REPORT@/done is not in it' }];
}

/** As `checkSeed`, of a file or a folder of them; what cannot be read is told elsewhere. */
export async function checkSeedAt(format: SeedFormat, path: string): Promise<readonly SeedProblem[]> {
  try {
    const isFolder = (await stat(path)).isDirectory();
    return checkSeed(format, await readFile(isFolder ? join(path, SEED_FILE_NAMES[format]) : path, 'utf8'));
  } catch {
    return [];
  }
}

/** cloud-init reads only what begins with #cloud-config (it takes a jinja header before it). */
function checkCloudConfig(text: string): readonly SeedProblem[] {
  const fatal = (problem: string): readonly SeedProblem[] => [{ isFatal: true, text: problem }];
  const first = text.split('\n').find((line) => !line.startsWith('## template:')) ?? '';
  if (first.trimEnd() !== CLOUD_CONFIG) return fatal(`1:1: its first line is not ${CLOUD_CONFIG}`);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line, col } = lines.linePos(error.pos[0]);
    return fatal(`${line}:${col}: it is not YAML: ${error.message.split('\n')[0] ?? ''}`);
  }
  if (!isMap(document.get('autoinstall'))) return fatal('it has no autoinstall:');
  return [];
}
