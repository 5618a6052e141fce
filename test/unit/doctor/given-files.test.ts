import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readGivenText, readGivenWords } from '../../../src/doctor/given-files.ts';
import { analyseLogText } from '../../../src/doctor/read-inputs.ts';

const fixtures = join(import.meta.dirname, '..', '..', '..', 'fixtures');
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'given-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const file = async (name: string, content: string | Uint8Array): Promise<string> => {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
};

describe('the words of the command line', () => {
  it.each([
    ['field/screens/two-tries.txt', 'textPath'],
    ['field/screens/grub-lost-kernel.txt', 'textPath'],
    ['dnsmasq-log/seed-boot-log.txt', 'logPath'],
    ['failures/users-own-conf/capture.pcap', 'pcapPath'],
    ['failures/users-own-conf/dnsmasq.conf', 'configPaths'],
  ])('%s is given as %s', async (name, key) => {
    const given = await readGivenWords([join(fixtures, name)]);
    expect(Object.keys(given).filter((one) => one !== 'text')).toEqual([key]);
  });

  it('tells a file by what is in it, whatever its name', async () => {
    const conf = await file('notes', 'enable-tftp\ntftp-root=/srv\ndhcp-range=10.0.0.0,proxy\n');
    expect(await readGivenWords([conf])).toEqual({ configPaths: [conf] });
    const menu = await file('menu', 'default a\nlabel a\n  kernel vmlinuz\n  append initrd=initrd\n');
    expect(await readGivenWords([menu])).toEqual({ configPaths: [menu] });
    const seen = await file('seen.log', 'Booting from the network\nPXE-E53: No boot filename received.\n');
    expect(await readGivenWords([seen])).toMatchObject({ textPath: seen });
    const packed = await file('boot.gz', gzipSync(Buffer.from('d4c3b2a1020004000000', 'hex')));
    expect(await readGivenWords([packed])).toEqual({ pcapPath: packed });
    const broken = await file('broken.gz', Buffer.from('1f8b08000000000000ffffff', 'hex'));
    expect(await readGivenWords([broken])).toEqual({ logPath: broken });
  });

  it('takes the log of a program that doctor does not know for one, whatever words are in it', async () => {
    const go = await file(
      'go.log',
      '2026/01/02 10:11:12 tftp.go:18: TFTP Get: a\n2026/01/02 10:11:12 TFTP Aborted\n',
    );
    expect(await readGivenWords([go])).toEqual({ logPath: go });
    const json = await file('json.log', '{"level":"error","client":{"IP":"10.0.0.9"},"msg":"not found"}\n');
    expect(await readGivenWords([json])).toEqual({ logPath: json });
  });

  it('takes a journal for a log, with the prompt, the pager and the marks of what was left out around it, and the log of OpenWrt', async () => {
    const journal = await file(
      'journal.txt',
      `kali@kali:~$ sudo systemctl status dnsmasq
[...]
     Active: active (running) since Wed 2023-06-07 13:48:15 BST; 17s ago
[...]
Jun 07 13:48:15 kali dnsmasq-dhcp[1960]: DHCP, IP range 192.168.101.100 -- 192.168.101.200, lease time 12h
Jun 07 13:48:15 kali dnsmasq-tftp[1960]: TFTP root is /tftpboot/
[...]
Jun 07 13:48:31 kali dnsmasq-dhcp[1960]: no address range available for DHCP request via eth0
lines 1-23/23 (END)
`,
    );
    expect(await readGivenWords([journal])).toEqual({ logPath: journal });
    const openWrt = await file(
      'openwrt.log',
      `Sat Mar 14 09:54:17 2026 daemon.info dnsmasq[1]: exiting on receipt of SIGTERM
Sat Mar 14 09:54:18 2026 daemon.notice procd: /etc/rc.d/S99x: udhcpc: started, v1.36.1
Sat Mar 14 09:54:20 2026 daemon.notice procd: /etc/rc.d/S99x: udhcpc: no lease, failing
`,
    );
    expect(await readGivenWords([openWrt])).toEqual({ logPath: openWrt });
  });

  it('are a text when they are no files', async () => {
    expect(await readGivenWords(['PXE-E21:', 'Remote', 'boot'])).toEqual({ text: 'PXE-E21: Remote boot' });
    expect(await readGivenWords(['https://ipxe.org/2d0c618e'])).toEqual({
      text: 'https://ipxe.org/2d0c618e',
    });
    expect(await readGivenWords([])).toEqual({});
  });

  it('says what cannot be read', async () => {
    await expect(readGivenWords(['/no/where/screen'])).rejects.toThrow('there is no file /no/where/screen');
    await expect(readGivenWords([await file('photo.jpg', new Uint8Array(99))])).rejects.toThrow(
      'binary file',
    );
    const [a, b] = [await file('a.log', 'one\n'), await file('b.log', 'two\n')];
    await expect(readGivenWords([a, b])).rejects.toThrow('are both a log');
  });
});

describe('what comes on stdin', () => {
  it('is a log where a boot server wrote most of it, and judged as one', async () => {
    const text = await readFile(join(fixtures, 'field/logs/full-dhcp-no-range.log'), 'utf8');
    expect(readGivenText(text)).toEqual({ logText: text });
    expect(analyseLogText(text).findings.map(({ id }) => id)).toContain('proxy-range-mismatch');
  });

  it('is a screen else', async () => {
    const text = await readFile(join(fixtures, 'field/screens/two-tries.txt'), 'utf8');
    expect(readGivenText(text)).toEqual({ text });
  });
});
