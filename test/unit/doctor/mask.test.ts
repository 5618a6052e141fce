import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { maskCapture } from '../../../src/doctor/mask-capture.ts';
import { Masker } from '../../../src/doctor/mask.ts';
import { analyseCaptureFile } from '../../../src/doctor/read-inputs.ts';

describe('Masker', () => {
  const masker = new Masker([
    ['build-host', 'host'],
    ['node-1', 'machine-1'],
  ]);

  it('reads what has no end in bounded time', () => {
    const texts = [
      `passwd\n${'\n'.repeat(400_000)}x`,
      '-----BEGIN X-----\n'.repeat(60_000),
      `a: ${'passw'.repeat(80_000)}`,
    ];
    for (const text of texts) expect(masker.text(text)).toBe(text);
    expect(masker.text('a\n-----BEGIN K-----\nx\n-----END K-----\nb')).toBe('a\n[secret]\nb');
  }, 20_000);

  it.each([
    ['mac: f4:4d:30:aa:bb:cc, again F4-4D-30-AA-BB-CC', 'mac: 02:00:00:00:00:01, again 02-00-00-00-00-01'],
    ['pxelinux.cfg/01-f4-4d-30-aa-bb-cc', 'pxelinux.cfg/01-02-00-00-00-00-01'],
    [
      'grub.cfg-01-f4-4d-30-aa-bb-cc, multicast 01-00-5e-00-00-01',
      'grub.cfg-01-02-00-00-00-00-01, multicast 01-00-5e-00-00-01',
    ],
    ['name: node-1 on build-host, not node-11', 'name: machine-1 on host, not node-11'],
    ['password: "$6$abc$defghi"', 'password: [secret]'],
    ['  - passwd: hunter2', '  - passwd: [secret]'],
    [
      'd-i passwd/root-password-crypted password $6$rounds=1$x/y',
      'd-i passwd/root-password-crypted password [secret]',
    ],
    ['ssh-ed25519 AAAAC3NzaC1lZDI1 me@home', '[secret]'],
    ['http://user:pw@10.0.0.1/x', 'http://[secret]@10.0.0.1/x'],
    ['/home/captain/develop/tftpboot', '/home/user/develop/tftpboot'],
    ['58b41800-1122-3344-5566-778899aabbcc', '00000000-0000-0000-0000-000000000000'],
    ['ff:ff:ff:ff:ff:ff 192.168.1.50', 'ff:ff:ff:ff:ff:ff 192.168.1.50'],
  ])('%s', (text, masked) => {
    expect(masker.text(text)).toBe(masked);
  });
});

describe('maskCapture', () => {
  it('leaves no MAC of a machine in the bytes, and the same finding', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pxectl-mask-'));
    try {
      const from = new URL('../../../fixtures/failures/users-own-conf/capture.pcap', import.meta.url)
        .pathname;
      const to = join(folder, 'masked.pcap');
      expect(await maskCapture(from, to, new Masker([]), 5000)).toBeGreaterThan(10);
      const mac = Buffer.from('525400123456', 'hex');
      expect(readFileSync(from).includes(mac)).toBe(true);
      expect(readFileSync(to).includes(mac)).toBe(false);
      const { findings } = await analyseCaptureFile(to);
      expect(findings[0]?.id).toBe('no-boot-service-for-arch');
      expect(findings[0]?.client?.mac).toMatch(/^02:00:00:00:00:0\d$/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
