import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fillTemplate } from '../../src/render/template-engine.ts';
import {
  NEEDED_LIBRARIES,
  PACKAGE,
  type PackageArchitecture,
  type PackageParts,
  SERVICE,
} from './package-data.ts';
import { type PackagedFile, packageFiles, source } from './package-files.ts';
import { stageFiles } from './stage-files.ts';

export interface RpmOptions extends PackageParts {
  readonly architecture: PackageArchitecture;
  readonly outFolder: string;
  /** hardly compressed, for tests */
  readonly isQuick?: boolean;
}

const DOCS = '/usr/share/doc/pxectl';

export const rpmName = ({ rpm }: PackageArchitecture): string =>
  `${PACKAGE.name}-${PACKAGE.version}-${PACKAGE.revision}.${rpm}.rpm`;

/** Makes the RPM of the same list of files as the Debian package, with `rpmbuild`; says where. The same parts give the same bytes. */
export function buildRpm(options: RpmOptions): string {
  const { architecture, date, outFolder } = options;
  const files: readonly PackagedFile[] = [
    ...packageFiles(options, { docs: DOCS, zshCompletions: '/usr/share/zsh/site-functions' }),
    {
      path: `${DOCS}/LICENSE`,
      mode: 0o644,
      what: { kind: 'file', content: Buffer.from(source('LICENSE')), isDoc: true },
    },
  ];
  const folder = mkdtempSync(join(tmpdir(), 'pxectl-rpm-'));
  try {
    const staged = join(folder, 'staged');
    stageFiles(files, staged, date);
    const spec = join(folder, 'pxectl.spec');
    writeFileSync(spec, specText(files, staged));
    const defines = {
      _topdir: folder,
      _buildhost: 'reproducible',
      use_source_date_epoch_as_buildtime: '1',
      clamp_mtime_to_source_date_epoch: '1',
      _binary_payload: options.isQuick === true ? 'w1.zstdio' : 'w12.zstdio',
    };
    const settings = Object.entries(defines).flatMap(([name, value]) => ['--define', `${name} ${value}`]);
    execFileSync('rpmbuild', ['-bb', '--quiet', '--target', architecture.rpm, ...settings, spec], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, SOURCE_DATE_EPOCH: String(date.getTime() / 1000) },
    });
    const target = join(outFolder, rpmName(architecture));
    copyFileSync(join(folder, 'RPMS', architecture.rpm, rpmName(architecture)), target);
    return target;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function specText(files: readonly PackagedFile[], staged: string): string {
  const template = readFileSync(join(import.meta.dirname, 'rpm', 'pxectl.spec.template'), 'utf8');
  return fillTemplate(template, {
    ...PACKAGE,
    ...SERVICE,
    glibc: NEEDED_LIBRARIES.libc6,
    staged,
    files: files.map(fileLine),
  });
}

/** A line of %files: what the service writes is its own. */
function fileLine({ path, mode, what }: PackagedFile): string {
  const { configFolder, stateFolder, user } = SERVICE;
  const isState = path === stateFolder;
  const isOwn = isState || path === configFolder || (what.kind === 'file' && what.isConfig === true);
  const owner = isOwn ? user : 'root';
  const bits = (isState ? 0o750 : mode).toString(8).padStart(4, '0');
  const words = [
    ...(what.kind === 'folder' ? ['%dir'] : []),
    ...(what.kind === 'file' && what.isConfig === true ? ['%config(noreplace)'] : []),
    ...(what.kind === 'file' && what.isDoc === true ? ['%doc'] : []),
    what.kind === 'link' ? '%attr(-, root, root)' : `%attr(${bits}, ${owner}, ${owner})`,
    path,
  ];
  return words.join(' ');
}
