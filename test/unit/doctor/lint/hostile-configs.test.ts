import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { lintFiles } from '../../../../src/doctor/lint-files.ts';
import { itNeeds } from '../../../support/external-tool.ts';

const folder = mkdtempSync(join(tmpdir(), 'pxectl-hostile-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const lint = (name: string) => lintFiles([join(folder, name)], { fix: false, root: undefined });

it.each<readonly [string, string]>([
  ['words.conf', Array.from({ length: 40_000 }, (_, n) => `w${n.toString(36)}xq=x`).join('\n')],
  ['typos.conf', 'dhcp-rnage=1,2\n'.repeat(40_000)],
  ['services.conf', `dhcp-range=10.0.0.0,proxy\n${'pxe-service=X86-64_EFI,"x",pxelinux.0\n'.repeat(20_000)}`],
  ['value.conf', `dhcp-range=${'a,'.repeat(500_000)}`],
  ['empty-lines.conf', `port=0\n${'\n'.repeat(300_000)}x\n`],
  ['empty-lines.json', `{ "Dhcp4": {${'\n'.repeat(300_000)}} }\n`],
  ['blanks.json', `{ "Dhcp4": {\n${' '.repeat(300_000)}x } }\n`],
  ['open-braces.conf', `dhcp-range=10.0.0.0,proxy\n${'${a'.repeat(200_000)}`],
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

itNeeds('dnsmasq')('nothing that stands in a configuration is run', async () => {
  // for who has no rights, too
  chmodSync(folder, 0o777);
  const made = join(folder, 'made');
  const script = `conf-script="touch ${made}; true"`;
  const uci = `config dnsmasq\n\toption dhcpscript 'x'\n\tlist server '1.1.1.1\r${script}'\n`;
  for (const lengthBytes of [1023, 1024, 1025, 2048]) {
    const long = `user=${'a'.repeat(lengthBytes - 5)}${script}`;
    writeFileSync(join(folder, 'long.conf'), `interface=eth0\ndhcp-range=192.168.1.0,proxy\n${long}\n`);
    const { findings } = await lint('long.conf');
    expect(findings.map(({ title }) => title).join()).toContain('longer than the 1,024 bytes');
  }
  for (const text of [`${script}\n`, `user=a\r${script}\n`, `"${script}"\n`, uci]) {
    writeFileSync(join(folder, 'script.conf'), `interface=eth0\ndhcp-range=192.168.1.0,proxy\n${text}`);
    await lint('script.conf');
  }
  expect(existsSync(made)).toBe(false);
});

itNeeds('mkfifo')(
  'of the folder of another computer nothing outside is read, and nothing that has no end',
  async () => {
    const root = join(folder, 'root');
    mkdirSync(join(root, 'etc/dnsmasq.d'), { recursive: true });
    writeFileSync(join(root, 'etc/dnsmasq.conf'), 'dhcp-range=192.168.1.0,proxy\nconf-dir=/etc/dnsmasq.d\n');
    writeFileSync(join(folder, 'secret'), 'root:secret-hash:1::\n');
    writeFileSync(join(root, 'own'), 'domain=own\n');
    const leadsTo = { secret: join(folder, 'secret'), zero: '/dev/zero', own: '../../own' };
    for (const [name, target] of Object.entries(leadsTo))
      symlinkSync(target, join(root, 'etc/dnsmasq.d', name));
    execFileSync('mkfifo', [join(root, 'etc/dnsmasq.d/pipe')]);
    const result = await lintFiles([join(root, 'etc/dnsmasq.conf')], { fix: false, root });
    expect(JSON.stringify(result)).not.toContain('secret-hash');
    expect(result.readings[0]?.read).toBe('3 settings');
  },
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
