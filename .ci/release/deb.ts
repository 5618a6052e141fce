import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  NEEDED_LIBRARIES,
  PACKAGE,
  type PackageArchitecture,
  type PackageParts,
  RECOMMENDED,
  SUGGESTED,
} from './package-data.ts';
import { type PackagedFile, packageFiles, source, zip } from './package-files.ts';
import { stageFiles } from './stage-files.ts';

export interface DebOptions extends PackageParts {
  readonly architecture: PackageArchitecture;
  readonly outFolder: string;
  /** a tenth of the time, for tests: the package is larger */
  readonly isQuick?: boolean;
}

const DOCS = '/usr/share/doc/pxectl';
const SCRIPTS = ['postinst', 'prerm', 'postrm'] as const;
const VERSION = `${PACKAGE.version}-${PACKAGE.revision}`;

export const debName = ({ deb }: PackageArchitecture): string => `${PACKAGE.name}_${VERSION}_${deb}.deb`;

/** Makes the Debian package and says where. The same parts give the same bytes. */
export function buildDeb(options: DebOptions): string {
  const { date } = options;
  const files = [
    ...packageFiles(options, { docs: DOCS, zshCompletions: '/usr/share/zsh/vendor-completions' }),
    ...debianFiles(date),
  ];
  const folder = mkdtempSync(join(tmpdir(), 'pxectl-deb-'));
  const root = join(folder, 'root');
  try {
    stageFiles([...files, ...controlFiles(files, options.architecture)], root, date);
    const target = join(options.outFolder, debName(options.architecture));
    const compression = options.isQuick === true ? ['-Zgzip', '-z1'] : ['-Zxz'];
    const build = ['--root-owner-group', ...compression, '--build', root, target];
    execFileSync('dpkg-deb', build, {
      stdio: ['ignore', 'ignore', 'inherit'],
      // more threads cut what is compressed elsewhere
      env: {
        ...process.env,
        SOURCE_DATE_EPOCH: String(date.getTime() / 1000),
        DPKG_DEB_THREADS_MAX: '1',
      },
    });
    return target;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What Debian's policy asks for beside what is packed. */
function debianFiles(date: Date): readonly PackagedFile[] {
  const file = (path: string, content: string | Buffer): PackagedFile => ({
    path,
    mode: 0o644,
    what: { kind: 'file', content: Buffer.from(content) },
  });
  return [
    file(`${DOCS}/copyright`, copyright()),
    file(`${DOCS}/changelog.gz`, zip(source('CHANGELOG.md'))),
    file(`${DOCS}/changelog.Debian.gz`, zip(debianChangelog(date))),
    file('/usr/share/lintian/overrides/pxectl', own('lintian-overrides')),
  ];
}

function controlFiles(files: readonly PackagedFile[], architecture: PackageArchitecture): PackagedFile[] {
  const control = (name: string, content: string, mode = 0o644): PackagedFile => ({
    path: `/DEBIAN/${name}`,
    mode,
    what: { kind: 'file', content: Buffer.from(content) },
  });
  return [
    control('control', controlText(files, architecture)),
    control(
      'conffiles',
      configPaths(files)
        .map((path) => `${path}\n`)
        .join(''),
    ),
    control('md5sums', md5sums(files)),
    ...SCRIPTS.map((name) => control(name, own(name), 0o755)),
  ];
}

const configPaths = (files: readonly PackagedFile[]): readonly string[] =>
  files.filter(({ what }) => what.kind === 'file' && what.isConfig === true).map(({ path }) => path);

function controlText(files: readonly PackagedFile[], architecture: PackageArchitecture): string {
  const libraries = Object.entries(NEEDED_LIBRARIES).map(([name, least]) => `${name} (>= ${least})`);
  const kibibytes = files.reduce((sum, file) => sum + Math.ceil(sizeOf(file) / 1024), 0);
  return [
    `Package: ${PACKAGE.name}`,
    `Version: ${VERSION}`,
    `Architecture: ${architecture.deb}`,
    `Maintainer: ${PACKAGE.maintainer}`,
    `Installed-Size: ${kibibytes}`,
    // passwd: the account where there is no systemd-sysusers
    `Depends: ${[...libraries, 'passwd'].join(', ')}`,
    `Recommends: ${RECOMMENDED.join(', ')}`,
    `Suggests: ${SUGGESTED.join(', ')}`,
    'Section: net',
    'Priority: optional',
    `Description: ${PACKAGE.summary}`,
    ...wrap(PACKAGE.description, 76).map((line) => ` ${line}`),
    '',
  ].join('\n');
}

function sizeOf({ what }: PackagedFile): number {
  if (what.kind === 'file') return what.content.length;
  // a folder and a link count as one block
  return what.kind === 'copy' ? statSync(what.source).size : 1024;
}

function md5sums(files: readonly PackagedFile[]): string {
  return files
    .flatMap(({ path, what }) => {
      if (what.kind !== 'file' && what.kind !== 'copy') return [];
      // dpkg keeps the sums of configuration itself
      if (what.kind === 'file' && what.isConfig === true) return [];
      const content = what.kind === 'file' ? what.content : readFileSync(what.source);
      return [`${createHash('md5').update(content).digest('hex')}  ${path.slice(1)}\n`];
    })
    .sort((one, other) => one.slice(34).localeCompare(other.slice(34), 'en'))
    .join('');
}

function copyright(): string {
  const mit = source('LICENSE').split('\n\n').slice(2).join('\n\n').trim();
  const indented = mit.split('\n').map((line) => (line === '' ? ' .' : ` ${line}`));
  return [
    'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/',
    `Upstream-Name: ${PACKAGE.name}`,
    'Comment: /usr/bin/pxectl holds Node.js and the packages that it is made with;',
    ' their licences are in licences-of-parts.gz beside this file.',
    '',
    'Files: *',
    `Copyright: 2026 ${PACKAGE.authors}`,
    'License: Expat',
    ...indented,
    '',
  ].join('\n');
}

function debianChangelog(date: Date): string {
  return [
    `${PACKAGE.name} (${VERSION}) unstable; urgency=medium`,
    '',
    `  * Version ${PACKAGE.version}: see changelog.gz.`,
    '',
    ` -- ${PACKAGE.maintainer}  ${date.toUTCString().replace('GMT', '+0000')}`,
    '',
  ].join('\n');
}

function wrap(text: string, width: number): string[] {
  const lines = [''];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1) ?? '';
    if (last !== '' && last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines;
}

const own = (name: string): string => readFileSync(join(import.meta.dirname, 'debian', name), 'utf8');
