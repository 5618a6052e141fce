import { expect, it } from 'vitest';
import { mayBeAsked } from '../../../src/doctor/probe/may-be-asked.ts';
import { filesOfScript } from '../../../src/doctor/probe/script-files.ts';

it('asks nothing of this computer alone, but the address where pxectl serves', async () => {
  for (const host of ['127.0.0.1', '127.9.9.9', '169.254.1.1', '0.0.0.0', 'localhost']) {
    expect(await mayBeAsked(host, '192.0.2.1'), host).toBe(false);
  }
  expect(await mayBeAsked('192.0.2.7', '192.0.2.1')).toBe(true);
  expect(await mayBeAsked('127.0.0.1', '127.0.0.1')).toBe(true);
});

it('reads a script that was made to be slow, and values that grow', () => {
  const doubled = Array.from({ length: 60 }, (_, n) => `set v${n + 1} \${v${n}}\${v${n}}`).join('\n');
  const script = `#!ipxe\nkernel ${'--a '.repeat(60)}x\ry\rz\rw\rv\ru\nset v0 abc\n${doubled}\nkernel --name k http://10.0.0.1/linux quiet\ninitrd --name initrd.img\n`;
  const urls = filesOfScript(script, 'http://10.0.0.9/boot/x.ipxe').map(({ url }) => url);
  expect(urls).toContain('http://10.0.0.1/linux');
  expect(urls).toContain('http://10.0.0.9/boot/initrd.img');
});
