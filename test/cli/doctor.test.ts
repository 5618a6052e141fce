import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DoctorResult } from '../../src/doctor/doctor-result.ts';
import { run } from '../../src/platform/processes.ts';
import { makeFolder, pxectl } from '../support/pxectl-process.ts';

const fixtures = join(import.meta.dirname, '..', '..', 'fixtures');
const usersLog = join(fixtures, 'dnsmasq-log', 'seed-boot-log.txt');
const usersCapture = join(fixtures, 'failures', 'users-own-conf', 'capture.pcap');
const usersConf = join(fixtures, 'failures', 'users-own-conf', 'dnsmasq.conf');

let folder: Awaited<ReturnType<typeof makeFolder>>;
beforeEach(async () => {
  folder = await makeFolder();
});
afterEach(() => folder.remove());

const doctor = (...args: string[]) => pxectl(['doctor', ...args], { cwd: folder.path });

describe('pxectl doctor', () => {
  it("answers the user's log on one screen: cause, evidence, lines to copy, exit 1", async () => {
    const { exitCode, stdout, stderr } = await doctor('--log', usersLog);
    expect(exitCode).toBe(1);
    expect(stderr).toBe('');
    expect(stdout.split('\n').length).toBeLessThan(30);
    expect(stdout).toContain('a UEFI x64 client was given the BIOS program pxelinux.0');
    expect(stdout).toContain('06:01:08');
    expect(stdout).toContain('pxe-service=X86-64_EFI,"Network boot",ipxe.efi');
    // the second line works after the first: the image is one of the new configuration
    expect(stdout).toContain('pxectl init --interface eno1 --address 192.168.1.50 --image ubuntu-20.04.3');
    expect(stdout).toContain('pxectl up ubuntu-20.04.3');
  });

  it('gives the same as JSON, as DESIGN §7 has it', async () => {
    const { exitCode, stdout } = await doctor('--pcap', usersCapture, '--json');
    const result = JSON.parse(stdout) as DoctorResult;
    expect(exitCode).toBe(1);
    expect(result).toMatchObject({ schema: 'pxectl.doctor/1', ok: false, verdict: 'ill' });
    expect(result.findings[0]).toMatchObject({
      id: 'no-boot-service-for-arch',
      severity: 'error',
      client: { mac: '52:54:00:12:34:56', firmware: 'uefi-x64' },
    });
    for (const finding of result.findings) {
      expect(Object.keys(finding)).toEqual(
        expect.arrayContaining(['id', 'severity', 'title', 'cause', 'evidence', 'fix', 'codes']),
      );
    }
  });

  it('finds nothing in a healthy boot that goes to its kernel, exit 0', async () => {
    const { exitCode, stdout } = await doctor('--pcap', join(fixtures, 'captures', 'uefi-ipxe.pcap'));
    expect(stdout).toContain('nothing wrong found');
    expect(exitCode).toBe(0);
  });

  it('gives no all-clear for a boot that the recording leaves half-way, exit 1', async () => {
    const half = join(fixtures, 'dhcp', 'ovmf-2022.11-uefi-pxe.pcap');
    const { exitCode, stdout } = await doctor('--pcap', half);
    expect(exitCode).toBe(1);
    expect(stdout).toContain('seen as far as its loader, not to its end');
    expect(stdout).toContain('no all-clear');
    expect(stdout).not.toContain('nothing wrong');
  });

  it('counts warnings with --strict', async () => {
    const conf = join(folder.path, 'dnsmasq.conf');
    const lines = [
      'port=0',
      'interface=eth0',
      'enable-tftp',
      'tftp-root=/srv/tftp',
      'dhcp-range=192.168.1.0,proxy',
      'pxe-service=X86-64_EFI,"Boot",ipxe.efi',
    ];
    await writeFile(conf, `${lines.join('\n')}\n`);
    const { stdout, exitCode } = await doctor('--config', conf, '--json');
    const { findings } = JSON.parse(stdout) as DoctorResult;
    const weights = new Set(findings.map(({ severity }) => severity));
    expect(weights).toContain('warning');
    expect(exitCode).toBe(weights.has('error') ? 1 : 0);
    expect((await doctor('--config', conf, '--strict')).exitCode).toBe(1);
  });

  it('explains a code in the spelling of a screen, with what it checked here', async () => {
    const { exitCode, stdout } = await doctor('PXE-E21', ':', 'Remote', 'boot', 'canceled');
    expect(exitCode).toBe(1);
    expect(stdout).toContain('UEFI firmware (PXE)');
    expect(stdout).toContain('1. the boot server has nothing for this kind of firmware');
    expect(stdout).toContain('not checked');
    expect(stdout).not.toContain('BIS integrity');
  });

  it('explains the findings that up, watch and status name', async () => {
    const { exitCode, stdout } = await doctor('no-boot-service-for-arch');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('1. the boot server has nothing for this kind of firmware');
    expect(stdout).toContain('pxe-service=X86-64_EFI');
  });

  it('reads a whole screen from a file or from stdin, and cuts no mend before the lines that it announces', async () => {
    const path = join(fixtures, 'field/screens/uboot-garbage-name.txt');
    // a configuration that cannot be used is no reason to explain nothing
    await writeFile(join(folder.path, 'pxectl.yaml'), 'version: 1\nnetwork: {\n');
    const { exitCode, stdout } = await doctor(path);
    expect(exitCode).toBe(1);
    expect(stdout).toContain('stopped here TFTP error');
    const steps = stdout.split('\n').filter((line) => /^ {5}fix /.test(line));
    expect(steps).toContain('     fix dhcp-no-override');
    expect(
      stdout.split('\n').filter((line, at, all) => /fix .*:$/.test(line) && !/fix /.test(all[at + 1] ?? '')),
    ).toEqual([]);
    const piped = await pxectl(['doctor', '-', '--json'], {
      cwd: folder.path,
      input: await readFile(path, 'utf8'),
    });
    expect(piped.exitCode).toBe(1);
    expect(JSON.parse(piped.stdout)).toMatchObject({ ok: false, verdict: 'ill', isKnown: true });
  });

  it('says of what it does not understand that it does not, in JSON and by exit code', async () => {
    const { exitCode, stdout } = await doctor('the blue machine hums a tune and then sleeps', '--json');
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, verdict: 'not-understood', isKnown: false });
  });

  it('takes files without options: a log, a capture, a configuration', async () => {
    const { stdout } = await doctor(usersLog, usersCapture, usersConf, '--json');
    const { readings } = JSON.parse(stdout) as DoctorResult;
    expect(readings.map(({ kind }) => kind)).toEqual([
      'log of dnsmasq',
      'capture',
      'a configuration of dnsmasq',
    ]);
    const empty = await pxectl(['doctor', '-'], { cwd: folder.path, input: '\n' });
    expect(empty.exitCode).toBe(2);
    expect(empty.stderr).toContain('nothing came on stdin');
    const missing = await doctor('./not-there.txt');
    expect(missing.exitCode).toBe(1);
    expect(missing.stderr).toContain('there is no file ./not-there.txt');
  });

  it('names the nearest for an unknown text, exit 1', async () => {
    const { exitCode, stdout } = await doctor('remote booting was cancelled by firmware');
    expect(exitCode).toBe(1);
    expect(stdout).toContain('PXE-E21: Remote boot cancelled.');
  });

  it('lints a dnsmasq.conf, and --fix writes a corrected copy and leaves the file', async () => {
    const conf = join(folder.path, 'dnsmasq.conf');
    await copyFile(usersConf, conf);
    const { exitCode, stdout } = await doctor('--config', conf, '--fix');
    expect(exitCode).toBe(1);
    expect(stdout).toContain('dnsmasq.conf:9 pxe-service=x86PC,"PXE",pxelinux');
    expect(await readFile(conf, 'utf8')).toBe(await readFile(usersConf, 'utf8'));
    expect(await readFile(`${conf}.fixed`, 'utf8')).toContain('pxe-service=BC_EFI,"Network boot",ipxe.efi');
  });

  it.each<readonly [string, readonly string[], string]>([
    ['a missing file', ['--log', 'none.log'], 'there is no file none.log'],
    ['an empty file', ['--pcap', 'empty'], 'empty is empty'],
    ['a binary as log', ['--log', 'binary'], 'is a binary file and no log'],
    ['a text as capture', ['--pcap', 'text'], 'is a text and no capture'],
    ['a capture as log', ['--log', usersCapture], 'is a packet capture'],
    ['a damaged capture', ['--pcap', 'damaged'], 'no packet capture that can be read'],
    ['--fix without a file', ['--fix'], '--fix needs a dnsmasq configuration'],
    ['--capture of nothing', ['--capture', '0'], '--capture takes seconds'],
  ])('says what is wrong with %s, in one line and without a stack', async (_name, args, message) => {
    await writeFile(join(folder.path, 'empty'), '');
    await writeFile(
      join(folder.path, 'binary'),
      Uint8Array.from({ length: 1024 }, (_, n) => (n * 7) & 255),
    );
    await writeFile(join(folder.path, 'text'), 'hello\n');
    await writeFile(join(folder.path, 'damaged'), Uint8Array.of(0xd4, 0xc3, 0xb2, 0xa1, 0, 0, 0));
    const { exitCode, stderr } = await doctor(...args);
    expect([1, 2]).toContain(exitCode);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('    at ');
  });

  it('reads what is there of a capture that was cut short', async () => {
    const whole = await readFile(usersCapture);
    const cut = join(folder.path, 'cut.pcap');
    await writeFile(cut, whole.subarray(0, whole.length - 20));
    const { stdout } = await doctor('--pcap', cut, '--json');
    const ids = (JSON.parse(stdout) as DoctorResult).findings.map((finding) => finding.id);
    expect(ids[0]).toBe('no-boot-service-for-arch');
    expect(ids).toContain('capture-cut-short');
  });

  it('reads what is there of a compressed capture that was cut short', async () => {
    const packed = gzipSync(await readFile(usersCapture));
    const cut = join(folder.path, 'cut.pcap.gz');
    await writeFile(cut, packed.subarray(0, packed.length - 40));
    const { stdout } = await doctor('--pcap', cut, '--json');
    const ids = (JSON.parse(stdout) as DoctorResult).findings.map((finding) => finding.id);
    expect(ids).toContain('no-boot-service-for-arch');
    expect(ids).toContain('capture-cut-short');
  });

  it('gives no all-clear for a log that it does not read', async () => {
    const log = join(folder.path, 'other.log');
    await writeFile(
      log,
      'Nov 23 03:00:00 host sshd[1]: Accepted publickey\nNov 23 03:00:01 host kernel: hello\n',
    );
    const { exitCode, stdout } = await doctor('--log', log);
    expect(exitCode).toBe(1);
    expect(stdout).toContain('none of 2 lines is one of a boot server that doctor reads');
    expect(stdout).toContain('passed over 2 lines of other programs (lines 1-2), for example: Nov 23');
    expect(stdout).not.toMatch(/no network boot|nothing wrong/);
  });

  it('packs a bundle without MACs', async () => {
    const bundle = join(folder.path, 'b.tar.gz');
    await doctor('--log', usersLog, '--pcap', usersCapture, '--bundle', bundle);
    const names = await run('tar', ['-tzf', bundle]);
    expect(
      names.stdout
        .split('\n')
        .filter((n) => n !== '')
        .sort(),
    ).toEqual(['capture.pcap', 'doctor.json', 'log.txt', 'versions.txt']);
    const all = await run('sh', ['-c', `tar -xzOf ${bundle} doctor.json log.txt`]);
    expect(all.stdout).toContain('no-boot-service-for-arch');
    expect(all.stdout).not.toContain('52:54:00:12:34:56');
  });
});
