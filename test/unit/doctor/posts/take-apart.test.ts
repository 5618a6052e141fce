import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { takeApart } from '../../../../src/doctor/posts/take-apart.ts';
import { runDoctor } from '../../../../src/doctor/run-doctor.ts';
import { readGivenWords } from '../../../../src/doctor/given-files.ts';

/** A question in a forum: what was pasted is marked. */
const MARKED = `In the dhcpd.conf on the server I added these lines:
\`\`\`
filename "/var/lib/tftpboot/pxelinux.0";
next-server 10.10.160.7;
\`\`\`
And the file of the server looks like this:
~~~
service tftp
  {
        server_args             = -s /var/lib/tftpboot
  }
~~~
Now, when I try to boot I get this:
[code]PXE-T01: File not found
PXE-E3B: TFTP Error - File not found[/code]
and in the log of the server stands:
\`\`\`
Aug 30 13:30:40 server in.tftpd[24718]: RRQ from 10.10.160.148 filename /var/lib/tftpboot/pxelinux.0
\`\`\`
`;

/** A mail: nothing is marked. */
const UNMARKED = `# dhcpd.conf
authoritative;

subnet 10.0.0.0 netmask 255.255.255.0 {
range 10.0.0.3 10.0.0.20;

# pxelinux
filename "pxelinux.0";
option bootfile-name "pxelinux.0";
next-server 10.0.0.1;
}

Some machines boot as expected, but some cannot find the boot file in
tftp and exit with an error. Tcpdump shows the following:

13:06:06.062260 IP 10.0.0.9.2070 > 10.0.0.1.tftp: 33 RRQ
"pxelinux.0M-^?" octet blksize 1456
`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'post-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function judge(text: string, name = 'post.txt') {
  const path = join(folder, name);
  await writeFile(path, text);
  return runDoctor({
    configPaths: [],
    ...(await readGivenWords([path])),
    fix: false,
    probe: false,
    signal: AbortSignal.timeout(60_000),
    onProgress: () => undefined,
  });
}

describe('a post', () => {
  it('is taken apart where its parts are marked, and each is judged in its place', async () => {
    const { readings, screen, findings } = await judge(MARKED);
    expect(readings[0]).toMatchObject({
      kind: 'a post with several things in it',
      read: 'a configuration of ISC dhcpd (lines 3-4), a configuration of xinetd (lines 8-11), what a screen shows (lines 14-15), a log (line 18)',
    });
    expect(readings.map(({ kind }) => kind)).toEqual([
      'a post with several things in it',
      'log of tftpd-hpa',
      'a configuration of ISC dhcpd',
      'a configuration of xinetd',
    ]);
    expect(readings[1]?.advice.join()).toContain('filename "pxelinux.0"');
    expect(screen?.lines.find(({ part }) => part === 'cause')).toMatchObject({ line: 14 });
    expect(findings.map(({ id }) => id)).not.toContain('config-unreadable');
  });

  it('is taken apart at its sentences where nothing is marked', async () => {
    const { readings, findings } = await judge(UNMARKED);
    expect(readings[0]?.passedOver).toMatchObject([{ at: '13-14', matters: false }]);
    expect(findings.map(({ id }) => id)).not.toContain('config-unreadable');
    expect(findings.find(({ id }) => id === 'file-name-altered')?.title).toContain('pxelinux.0M-^?');
  });

  it.each([
    [
      'whose parts stand below a label',
      'Hello all,\n\nMy dhcpd.conf:\nCode:\nsubnet 10.0.0.0 netmask 255.255.255.0 {\n  filename "a.0";\n}\n\nAnd this is what the client says when I boot it:\nCode:\nPXE-E32: TFTP open timeout\n\nThanks, Bob\n',
      'a configuration of ISC dhcpd (lines 5-7), what a screen shows (line 11)',
    ],
    [
      'that a mail quotes',
      'On Tue, Bob wrote:\n> Here is my dhcpd.conf, which does not work as it should:\n>\n> subnet 10.0.0.0 netmask 255.255.255.0 {\n>   filename "a.0";\n>\n> }\n>\n> Thanks\n\nWhat does the log say?\n',
      'a configuration of ISC dhcpd (lines 4-5, 7)',
    ],
    [
      'with headings',
      '### Describe the bug\n\nIt hangs.\n\n### Config\n\n```conf\nport=0\ndhcp-range=10.0.0.0,proxy\n```\n\n### Version\ndnsmasq 2.90\n',
      'a configuration of dnsmasq (lines 8-9)',
    ],
    [
      'in another language',
      'Ich habe diese dnsmasq.conf auf dem Pi, und der Rechner bootet nicht:\n\nport=0\ndhcp-range=10.0.0.0,proxy\n\nIm Log steht dann nur, dass er anfragt:\n\nNov  3 10:00:01 pi dnsmasq-dhcp[1]: PXE(eth0) 52:54:00:12:34:56 proxy\n',
      'a configuration of dnsmasq (lines 3-4), a log (line 8)',
    ],
    [
      'of which only the configuration is read',
      'default a\nlabel a\n  kernel vmlinuz\n  append initrd=initrd\n\nWhat is wrong with it? I have put the files there, as it is said.\n',
      'a configuration of pxelinux (lines 1-4)',
    ],
  ])('%s has its parts in their places', (_what, text, read) => {
    expect(takeApart('post.txt', text)?.reading.read).toBe(read);
  });

  it('is one when a configuration was asked for, too', async () => {
    const path = join(folder, 'asked.conf');
    await writeFile(path, UNMARKED);
    expect(await readGivenWords([path])).toEqual({ configPaths: [path] });
    const { readings } = await judge(UNMARKED, 'asked.conf');
    expect(readings[0]?.kind).toBe('a post with several things in it');
  });

  it('gives a script of iPXE as its file would be', () => {
    const post = takeApart('post.md', 'This is my script:\n```\n#!ipxe\nchain http://10.0.0.1/a.ipxe\n```\n');
    expect(post?.configs).toEqual([
      { name: 'post.md from line 3 on', text: '#!ipxe\nchain http://10.0.0.1/a.ipxe' },
    ]);
  });

  it('that says what doctor does not read is no all-clear', async () => {
    const { verdict, readings } = await judge(
      'My server says this, and nothing boots:\n```\nMy own server 3.2\nidle\n```\n```\nport=0\ndhcp-range=10.0.0.0,proxy\n```\n',
    );
    expect(readings[0]).toMatchObject({ verdict: 'not-understood', passedOver: [{}, { at: '3-4' }] });
    expect(verdict).not.toBe('healthy');
  });
});

describe('no post', () => {
  it.each([
    [
      'a log in a fence',
      'It says:\n```\nOct 9 13:22:12 mgt in.tftpd[20]: RRQ from 10.0.0.9 filename a.0\n```\n',
    ],
    ['a screen', 'PXE-E53: No boot filename received.\n\nPXE-M0F: Exiting Intel Boot Agent.\n'],
    [
      'a menu with sentences in its help',
      'default a\nlabel a\n  text help\nThis is the installer of the lab, for all of it.\n\nIt is not to be taken at night, as we all know.\n  endtext\n  kernel vmlinuz\n  append initrd=initrd\n',
    ],
    [
      'a script that says something',
      '#!ipxe\n\necho Now the installer of the lab is loaded, as you see.\n\nchain http://10.0.0.1/a.ipxe\n',
    ],
    [
      'a configuration with comments',
      '# Here I say what the lines below are for, at length.\n\nport=0\n\n# And this is of the proxy, as it is in the book.\ndhcp-range=10.0.0.0,proxy\n',
    ],
    [
      'a screen of firmware that begins its lines with signs',
      '>>Start PXE over IPv4.\n>>Media Present......\n',
    ],
    [
      'a configuration whose last paragraph lacks its end',
      'subnet 10.0.0.0 netmask 255.255.255.0 {\n  filename "a.0";\n}\n\nauthoritative\n',
    ],
  ])('is %s', (_what, text) => {
    expect(takeApart('file.txt', text)).toBeUndefined();
  });
});
