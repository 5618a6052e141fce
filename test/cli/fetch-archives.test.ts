import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { runOrThrow } from '../../src/platform/processes.ts';
import { itNeeds } from '../support/external-tool.ts';
import { makeFolder, pxectl } from '../support/pxectl-process.ts';

// the compiled program loads its packages by Node's own rules, which the tests of the sources do not show
describe('pxectl fetch --from a packed archive', () => {
  itNeeds('tar', 'gzip', 'xz', 'zstd').each([
    ['gz', '-z'],
    ['xz', '-J'],
    ['zst', '--zstd'],
  ])('.tar.%s', async (suffix, flag) => {
    const folder = await makeFolder();
    try {
      const installer = join(folder.path, 'tree', 'debian-installer', 'amd64');
      await mkdir(installer, { recursive: true });
      await writeFile(join(installer, 'linux'), 'a kernel '.repeat(9000));
      await writeFile(join(installer, 'initrd.gz'), 'an initrd');
      await writeFile(join(folder.path, 'tree', 'version.info'), 'Debian version:  12 (bookworm)\n');
      const archive = `netboot.tar.${suffix}`;
      await runOrThrow('tar', [flag, '-cf', archive, '-C', 'tree', '.'], { cwd: folder.path });
      const result = await pxectl(['fetch', '--from', archive, '--offline', '--json'], { cwd: folder.path });
      expect(result.stderr).not.toContain('cannot be unpacked');
      const kernel = await readFile(join(folder.path, '.pxectl', 'images', 'debian-12', 'linux'), 'utf8');
      expect(kernel).toBe('a kernel '.repeat(9000));
    } finally {
      await folder.remove();
    }
  });
});
