import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { lintFiles } from '../../../../src/doctor/lint-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'pxectl-hostile-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const lint = (name: string) => lintFiles([join(folder, name)], { fix: false, root: undefined });

it.each<readonly [string, string]>([
  ['words.conf', Array.from({ length: 40_000 }, (_, n) => `w${n.toString(36)}xq=x`).join('\n')],
  ['typos.conf', 'dhcp-rnage=1,2\n'.repeat(40_000)],
  ['services.conf', `dhcp-range=10.0.0.0,proxy\n${'pxe-service=X86-64_EFI,"x",pxelinux.0\n'.repeat(20_000)}`],
  ['value.conf', `dhcp-range=${'a,'.repeat(500_000)}`],
  ['kernels.ipxe', `#!ipxe\n${'kernel a ds=nocloud;s=http://a/b\ninitrd b\nboot\n'.repeat(20_000)}`],
])(
  '%s is judged in bounded time',
  async (name, text) => {
    writeFileSync(join(folder, name), text);
    expect((await lint(name)).readings[0]?.verdict).not.toBe('healthy');
  },
  // seconds on an idle machine; without the bounds it was minutes
  60_000,
);

it('a pipe, a binary, nothing and no file are told', async () => {
  execFileSync('mkfifo', [join(folder, 'pipe.conf')]);
  writeFileSync(join(folder, 'binary.conf'), Uint8Array.of(1, 0, 2));
  writeFileSync(join(folder, 'empty.conf'), '\n');
  await expect(lint('pipe.conf')).rejects.toThrow('cannot be read to its end');
  await expect(lint('binary.conf')).rejects.toThrow('is no configuration');
  await expect(lint('empty.conf')).rejects.toThrow('is empty');
  await expect(lint('none.conf')).rejects.toThrow('there is no file');
});
