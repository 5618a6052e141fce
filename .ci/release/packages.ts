import { spawnSync } from 'node:child_process';
import { buildDeb } from './deb.ts';
import { withArchive } from './image-libraries.ts';
import { buildOci } from './oci.ts';
import { ARCHITECTURES } from './package-data.ts';
import { buildRpm } from './rpm.ts';

export interface PackagesOptions {
  /** holds the executables, and gets the packages */
  readonly folder: string;
  readonly licences: string;
  readonly date: Date;
  readonly say: (line: string) => unknown;
}

/** The packages of every architecture: .deb, the OCI image, and .rpm where there is an `rpmbuild`. */
export async function buildPackages({ folder, licences, date, say }: PackagesOptions): Promise<void> {
  for (const architecture of ARCHITECTURES) {
    const executable = `${folder}/pxectl-linux-${architecture.node}`;
    const parts = { executable, licences, date, architecture, outFolder: folder };
    say(buildDeb(parts));
    if (hasRpmbuild()) say(buildRpm(parts));
    else say(`no RPM for ${architecture.rpm}: rpmbuild is not installed (Debian: apt-get install rpm)`);
    say(await withArchive((libraries) => buildOci({ ...parts, libraries })));
  }
}

const hasRpmbuild = (): boolean => spawnSync('rpmbuild', ['--version']).status === 0;
