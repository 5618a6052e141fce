import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openInRoot } from '../../../src/server/serve-root.ts';

const top = mkdtempSync(join(tmpdir(), 'pxectl-root-'));
const root = join(top, 'serve');

beforeAll(() => {
  mkdirSync(join(root, 'grub'), { recursive: true });
  mkdirSync(join(top, 'serve-secret'));
  writeFileSync(join(top, 'serve-secret', 'key'), 'secret');
  writeFileSync(join(top, 'secret'), 'secret');
  writeFileSync(join(root, 'grub', 'grub.cfg'), 'menu');
  symlinkSync('../secret', join(root, 'out'));
  symlinkSync('/etc', join(root, 'etc'));
  symlinkSync('../serve-secret', join(root, 'beside'));
  symlinkSync('grub/grub.cfg', join(root, 'inside'));
  symlinkSync('loop', join(root, 'loop'));
  execFileSync('mkfifo', [join(root, 'pipe')]);
});
afterAll(() => rmSync(top, { recursive: true, force: true }));

describe('openInRoot', () => {
  it.each(['grub/grub.cfg', '/grub//./grub.cfg', 'inside'])('opens %s', async (path) => {
    const outcome = await openInRoot(root, path);
    expect(outcome).toMatchObject({ kind: 'opened', file: { sizeBytes: 4 } });
    if (outcome.kind === 'opened') closeSync(outcome.file.fd);
  });

  it.each([
    ['out', 'symbolic link'],
    ['etc/passwd', 'symbolic link'],
    ['beside/key', 'symbolic link'],
    ['../secret', '".."'],
    ['grub/../../secret', '".."'],
    ['loop', 'circle'],
    ['grub', 'folder'],
    ['pipe', 'regular file'],
    ['a\0b', 'NUL'],
    ['x'.repeat(2000), 'too long'],
    ['x'.repeat(300), 'too long'],
  ])('refuses %j', async (path, reason) => {
    const outcome = await openInRoot(root, path);
    expect(outcome.kind).toBe('refused');
    expect((outcome as { reason: string }).reason).toContain(reason);
  });

  it.each(['', '/', '.', 'none', 'grub/grub.cfg/x'])('finds nothing at %j', async (path) => {
    expect(await openInRoot(root, path)).toEqual({ kind: 'missing' });
  });
});
