import { dirname, join } from 'node:path';
import { readTextIfThere } from '../../platform/files.ts';
import { writeOutputFile } from '../../platform/output-file.ts';

/** Beside pxectl.yaml, and nobody else's business: state and images, secrets, the file before the last change. */
const OWN_LINES = ['.pxectl/', 'secrets/', 'pxectl.yaml.bak'];

/** Writes what git is to leave alone beside a configuration; the lines of a file that is there stay. */
export async function ignoreState(configPath: string): Promise<void> {
  const path = join(dirname(configPath), '.gitignore');
  const before = (await readTextIfThere(path)) ?? '';
  const there = new Set(before.split('\n').map((line) => line.trim().replace(/^\/|\/$/g, '')));
  const missing = OWN_LINES.filter((line) => !there.has(line.replace(/\/$/, '')));
  if (missing.length === 0) return;
  const start = before === '' || before.endsWith('\n') ? before : `${before}\n`;
  await writeOutputFile(path, `${start}${missing.join('\n')}\n`);
}
