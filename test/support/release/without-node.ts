import { mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const FOLDERS = ['/usr/sbin', '/usr/bin'];
const NODE = ['node', 'nodejs', 'npm', 'npx', 'corepack', 'pxectl'];

/** A machine as users have it that download the executable: every program but Node's, an empty home, nothing else said. */
export function makeSystemWithoutNode(): {
  readonly home: string;
  readonly env: Readonly<Record<string, string>>;
  remove(): void;
} {
  const home = mkdtempSync(join(tmpdir(), 'pxectl-home-'));
  const programs = mkdtempSync(join(tmpdir(), 'pxectl-path-'));
  const taken = new Set(NODE);
  for (const folder of FOLDERS) {
    for (const name of readdirSync(folder)) {
      if (taken.has(name)) continue;
      taken.add(name);
      symlinkSync(join(folder, name), join(programs, name));
    }
  }
  return {
    home,
    env: { PATH: programs, HOME: home, NO_COLOR: '1', LC_ALL: 'C.UTF-8' },
    remove() {
      for (const folder of [home, programs]) rmSync(folder, { recursive: true, force: true });
    },
  };
}
