import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildDist } from '../bundle.mjs';
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
 * @returns the folders of the packages that dist/ has taken in
 */
export async function stagePackage(stage: string, source: Source): Promise<readonly string[]> {
  rmSync(stage, { recursive: true, force: true });
  mkdirSync(stage, { recursive: true });
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;
  for (const path of manifest.files.filter((name) => name !== 'dist')) {
    cpSync(join(root, path), join(stage, path), { recursive: true });
  }
  const packages = await buildDist(join(stage, 'dist'));
  fitSourceMaps(join(stage, 'dist'));
  const { scripts: _, dependencies: __, devDependencies: ___, ...published } = manifest;
  writeFileSync(join(stage, 'package.json'), `${JSON.stringify(published, undefined, 2)}\n`);
  const { commit, isChanged, epoch } = source;
  const built = { commit, isChanged, time: new Date(epoch * 1000).toISOString() };
  writeFileSync(join(stage, 'dist', 'build.json'), `${JSON.stringify(built)}\n`);
  return packages;
}

/** Source maps lead from a program to its source by the way between both; it is another in the stage than where users have it. */
function fitSourceMaps(dist: string): void {
  for (const name of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.map')) continue;
    const text = readFileSync(join(dist, name), 'utf8');
    writeFileSync(join(dist, name), text.replaceAll(/"(?:\.\.\/)+(src|node_modules)\//g, '"../../$1/'));
  }
}
