import { packageVersion } from '../../platform/packaged-files.ts';
import { programBuild, programForm, type ProgramForm } from '../../platform/own-program.ts';
import type { CommandContext } from '../cli.ts';

const FORMS: Readonly<Record<ProgramForm, string>> = {
  executable: 'a single executable',
  npm: 'a package of npm',
  source: 'run from its source',
};

/** Who knows of newer ones. */
const CHECKS: Readonly<Record<ProgramForm, string>> = {
  executable:
    'look where it came from; docs/release.md says how to verify what you download. From a package of your system: apt-cache policy pxectl, or dnf info pxectl',
  npm: 'npm view pxectl version   (asks the registry)',
  source: 'git fetch && git log --oneline HEAD..@{upstream}   (asks where the clone came from)',
};

/** Prints what this pxectl is. Nothing is asked of any other machine, with `--check` either. */
export function showVersion({ output, options }: CommandContext<{ readonly check?: boolean }>): void {
  const form = programForm();
  const version = packageVersion();
  const build = programBuild();
  const { platform, arch, version: node } = process;
  const check = options.check === true ? CHECKS[form] : undefined;
  if (options.json === true) {
    output.json({ schema: 'pxectl.version/1', version, form, platform, arch, node, build, check });
    return;
  }
  output.data(`pxectl ${version}, ${FORMS[form]}, ${platform} ${arch}, Node ${node}`);
  if (build !== undefined) {
    const { commit = 'outside a clone', isChanged, time } = build;
    output.data(`made of ${commit}${isChanged ? ' and changes that no commit has' : ''}, ${time}`);
  }
  if (check !== undefined) output.data(`newer ones: pxectl asks nobody by itself. ${check}`);
}
