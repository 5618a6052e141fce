import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export const FOCAL_INFO = 'Ubuntu-Server 20.04.3 LTS "Focal Fossa" - Release amd64 (20210824)';

export interface CasperIsoOptions {
  readonly info?: string;
  /** more files, or other content for the usual ones; undefined leaves one out */
  readonly files?: Readonly<Record<string, string | Buffer | undefined>>;
}

/** Writes an ISO with the layout of an Ubuntu live image: .disk/info, casper/, md5sum.txt. */
export function writeCasperIso(target: string, options: CasperIsoOptions = {}): void {
  const tree = mkdtempSync(join(tmpdir(), 'pxectl-casper-'));
  const files: Record<string, string | Buffer | undefined> = {
    '.disk/info': options.info ?? FOCAL_INFO,
    'casper/vmlinuz': Buffer.alloc(2_000_000, 'kernel '),
    'casper/initrd': Buffer.alloc(3_000_000, 'initrd '),
    'casper/filesystem.squashfs': Buffer.alloc(1_000_000, 'squashfs '),
    ...options.files,
  };
  const sums: string[] = [];
  try {
    for (const [path, content] of Object.entries(files)) {
      if (content === undefined) continue;
      mkdirSync(dirname(join(tree, path)), { recursive: true });
      writeFileSync(join(tree, path), content);
      sums.push(`${createHash('md5').update(content).digest('hex')}  ./${path}`);
    }
    writeFileSync(join(tree, 'md5sum.txt'), `${sums.join('\n')}\n`);
    execFileSync(
      'xorriso',
      ['-as', 'mkisofs', '-quiet', '-R', '-J', '-V', 'Ubuntu-Server 20.04.3', '-o', target, tree],
      {
        stdio: 'pipe',
      },
    );
  } finally {
    rmSync(tree, { recursive: true, force: true });
  }
}
