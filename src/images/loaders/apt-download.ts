import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram, run } from '../../platform/processes.ts';
import { readDebFiles } from './deb-package.ts';
import type { PackageSource } from './package-source.ts';

/** `apt-get download`: needs no root, installs nothing, and apt checks the package against its signed lists. */
export const aptDownload: PackageSource = {
  name: 'apt-get download',
  async find(name, architecture, paths) {
    const apt = await findProgram('apt-get');
    if (apt === undefined) return undefined;
    const folder = await mkdtemp(join(tmpdir(), 'pxectl-apt-'));
    try {
      const wanted = architecture === 'amd64' ? name : `${name}:${architecture}`;
      // apt drops to its own user for downloads, and that one cannot write into a private folder
      const options = ['-q', '-o', 'APT::Sandbox::User=root'];
      const result = await run(apt, [...options, 'download', wanted], {
        cwd: folder,
        timeoutMs: 300_000,
      });
      const file = (await readdir(folder)).find((entry) => entry.endsWith('.deb'));
      if (result.exitCode !== 0 || file === undefined) return undefined;
      const files = await readDebFiles(await readFile(join(folder, file)), paths, file);
      // NAME_VERSION_ARCHITECTURE.deb, with the colon of the epoch written as %3a
      const version = decodeURIComponent(file.split('_')[1] ?? '');
      return {
        name,
        version,
        origin: `${wanted} by apt-get download`,
        read: async (path) => files.get(path),
      };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};
