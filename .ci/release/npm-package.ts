import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** Packs the staged package as npm publishes it, with the same times and modes each time. */
export function packNpm(stage: string, folder: string): string {
  const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder];
  const stdout = execFileSync('npm', args, { cwd: stage, encoding: 'utf8' });
  const [packed] = Object.values(JSON.parse(stdout) as Record<string, { readonly filename: string }>);
  if (packed === undefined) throw new Error('npm pack has packed nothing');
  return join(folder, packed.filename);
}
