import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { analyseCaptureFile, analyseLogFile } from '../../../../src/doctor/read-inputs.ts';

const folder = mkdtempSync(join(tmpdir(), 'pxectl-bad-input-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const pathOf = (name: string): string => join(folder, name);
const failing = readFileSync(new URL('../../../../fixtures/field/logs/i18n-C.log', import.meta.url));

async function judge(name: string, content: string | Uint8Array) {
  writeFileSync(pathOf(name), content);
  const { findings, reading } = await analyseLogFile(pathOf(name));
  return { ids: findings.filter(({ severity }) => severity === 'error').map(({ id }) => id), ...reading };
}

describe('inputs that bite', () => {
  it('a pipe that nobody writes to is told as one, at once', async () => {
    execFileSync('mkfifo', [pathOf('pipe')]);
    await expect(analyseLogFile(pathOf('pipe'))).rejects.toThrow(/pipe is no file but a pipe/);
    await expect(analyseCaptureFile(pathOf('pipe'))).rejects.toThrow(/pipe is no file but a pipe/);
  });

  it('a folder and a device are told as such', async () => {
    await expect(analyseLogFile(folder)).rejects.toThrow('is a folder');
    await expect(analyseLogFile('/dev/zero')).rejects.toThrow('is no file but');
  });

  it('a file that grows is read to where it ended', async () => {
    writeFileSync(pathOf('growing'), failing);
    const grow = setInterval(() => appendFileSync(pathOf('growing'), 'x\n'.repeat(50_000)), 1);
    try {
      const { reading } = await analyseLogFile(pathOf('growing'));
      expect(reading.verdict).toBe('ill');
    } finally {
      clearInterval(grow);
    }
  });

  it('lines of megabytes cost their own beginning, and nothing else', async () => {
    const monsters = [
      'a'.repeat(3_000_000),
      `{"MESSAGE":"${'b'.repeat(3_000_000)}`,
      '<br>'.repeat(500_000),
      `dnsmasq-dhcp: ${'1 '.repeat(1_000_000)}`,
      '"a","b",'.repeat(300_000),
      '\u001b['.repeat(500_000),
    ];
    const startMs = Date.now();
    const { ids, limits } = await judge('long', `${monsters.join('\n')}\n${failing.toString('utf8')}`);
    expect(ids).toEqual(['loader-missing']);
    expect(limits.join('\n')).toMatch(/lines are longer than any log's/);
    expect(Date.now() - startMs).toBeLessThan(20_000);
  });

  it('bytes that are no UTF-8, in every field, hide no fault', async () => {
    const bytes = Buffer.concat([
      Buffer.from([0xff, 0xfe - 1, 0x80, 0xc3, 10]),
      failing,
      Buffer.from('dnsmasq-dhcp[1]: 77 vendor class: PXEClient:Arch:'),
      Buffer.from([0xc3, 0x28, 0x9b, 0x31, 10]),
    ]);
    expect((await judge('invalid', bytes)).ids).toEqual(['loader-missing']);
  });

  it('a compressed log that was cut is read as far as it goes', async () => {
    const noise = Array.from(
      { length: 3000 },
      (_, index) => `dnsmasq[1]: query[A] h${index * 7919}.example`,
    ).join('\n');
    const packed = gzipSync(`${failing.toString('utf8')}\n${noise}`);
    const { ids, limits } = await judge('cut.gz', packed.subarray(0, packed.length - 200));
    expect(ids).toEqual(['loader-missing']);
    expect(limits.join('\n')).toContain('damaged or cut');
  });

  it('what is compressed is judged by what it holds', async () => {
    const capture = readFileSync(new URL('../../../../fixtures/captures/uefi-ipxe.pcap', import.meta.url));
    await expect(judge('capture.gz', gzipSync(capture))).rejects.toThrow('is a packet capture');
    await expect(judge('zeros.gz', gzipSync(Buffer.alloc(5000)))).rejects.toThrow('is a binary file');
  });

  it('a disk that fails is told as that, and is no bug', async () => {
    await expect(analyseLogFile('/proc/self/mem')).rejects.toThrow('cannot be read to its end');
  });

  it('a fault behind a million lines of other things is found, whatever stands between', async () => {
    const quiet = 'Nov 28 00:00:01 host kernel: eth0: link becomes ready\n'.repeat(40_000);
    const names = 'Nov 28 00:00:01 host dnsmasq[1]: query[A] example.org from 192.168.1.9\n'.repeat(40_000);
    const { ids, passedOver, read } = await judge(
      'late',
      `${quiet}${names}${failing.toString('utf8')}${quiet}`,
    );
    expect(ids).toEqual(['loader-missing']);
    expect(read).toContain('120028 lines');
    expect(passedOver).toMatchObject([{ what: 'lines of other programs', count: 80_000 }]);
  });
});
