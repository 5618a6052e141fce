import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, type Source } from './project.ts';

interface Manifest {
  readonly files: readonly string[];
  readonly scripts?: unknown;
  readonly dependencies?: unknown;
  readonly devDependencies?: unknown;
}

/**
 * Lays the files of the package in a folder of their own, as they are published: dist/ made anew, and in package.json what users
 * need, since the bundle holds every package but the optional ones.
 */
export function stagePackage(stage: string, source: Source): void {
  rmSync(stage, { recursive: true, force: true });
  mkdirSync(stage, { recursive: true });
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;
  for (const path of manifest.files.filter((name) => name !== 'dist')) {
    cpSync(join(root, path), join(stage, path), { recursive: true });
  }
  execFileSync(process.execPath, [join(root, '.ci', 'build.mjs'), join(stage, 'dist')], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const { scripts: _, dependencies: __, devDependencies: ___, ...published } = manifest;
  writeFileSync(join(stage, 'package.json'), `${JSON.stringify(published, undefined, 2)}\n`);
  const { commit, isChanged, epoch } = source;
  const built = { commit, isChanged, time: new Date(epoch * 1000).toISOString() };
  writeFileSync(join(stage, 'dist', 'build.json'), `${JSON.stringify(built)}\n`);
}
