import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from './checksums.ts';
import { ARCHITECTURES, nodePackage } from './pinned-packages.ts';
import { root, type Source, version } from './project.ts';

/** What a release was made of and with, and how to make the same again. */
export function provenance(source: Source): object {
  const { commit, isChanged, epoch } = source;
  return {
    schema: 'pxectl.provenance/1',
    version,
    source: { commit, isChanged, epoch },
    materials: {
      'package-lock.json': `sha256:${sha256(readFileSync(join(root, 'package-lock.json')))}`,
      ...Object.fromEntries(
        ARCHITECTURES.map(nodePackage).map(({ name, version: at, integrity }) => [
          `${name}@${at}`,
          integrity,
        ]),
      ),
    },
    builder: { node: process.version, npm: firstLine('npm', '--version'), xz: firstLine('xz', '--version') },
    rebuild: [
      `git checkout ${commit ?? 'COMMIT'}`,
      'npm ci',
      `SOURCE_DATE_EPOCH=${epoch} make release`,
      'diff release/SHA256SUMS PUBLISHED/SHA256SUMS',
    ],
  };
}

const firstLine = (program: string, argument: string): string =>
  execFileSync(program, [argument], { encoding: 'utf8' }).split('\n')[0] ?? '';
