import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import type { Architecture } from './pinned-packages.ts';

/** Makes FILE.xz beside FILE, for downloads. */
export function compress(file: string, architecture: Architecture): void {
  // jumps of x86 compress better once they are absolute; such a filter for arm64 is younger than the xz of many systems
  const filters = [...(architecture === 'x64' ? ['--x86'] : []), '--lzma2=preset=9e'];
  rmSync(`${file}.xz`, { force: true });
  // one thread: several cut the stream by the number of processors
  execFileSync('xz', ['--keep', '--threads=1', ...filters, file], { stdio: ['ignore', 'ignore', 'inherit'] });
}
