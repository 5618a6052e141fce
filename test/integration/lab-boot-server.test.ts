import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect } from 'vitest';
import { startDnsmasqBootServer } from '../../src/lab/dnsmasq-boot-server.ts';
import { createVirtualLan, LAN, type VirtualLan } from '../../src/lab/virtual-lan.ts';
import { readEvents } from '../../src/watch/read-events.ts';
import { itNeeds } from '../support/external-tool.ts';

const root = mkdtempSync(join(tmpdir(), 'pxectl-lab-server-'));
const itRuns = itNeeds('root', 'dnsmasq', 'busybox', 'ip');
let lan: VirtualLan;

beforeEach(async () => {
  lan = await createVirtualLan({ folder: join(root, 'lab') });
});
afterEach(() => lan.destroy());
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe("somebody's dnsmasq.conf as the lab's boot server", () => {
  itRuns('is refused with the words of dnsmasq', async () => {
    await expect(startDnsmasqBootServer(lan, { config: 'port=0\nno-such-option=1\n' })).rejects.toMatchObject(
      {
        code: 'E_LAB',
        message: expect.stringMatching(/dnsmasq ended at once/),
        why: expect.stringMatching(/bad option at line 2/),
      },
    );
  });

  itRuns('serves files on the interface of the lab, and what it logs becomes events', async () => {
    const tftp = join(root, 'tftp');
    mkdirSync(tftp, { recursive: true });
    writeFileSync(join(tftp, 'loader.efi'), 'x'.repeat(1000));
    const script = join(root, 'script');
    writeFileSync(script, `#!/bin/sh\ntouch ${join(root, 'ran')}\n`, { mode: 0o755 });
    const leftOut: string[] = [];
    const server = await startDnsmasqBootServer(lan, {
      config: `port=0\ninterface=eno1\nbind-interfaces\nenable-tftp\ntftp-root=${tftp}\nconf-script=${script}\n`,
      onLeftOut: (lines) => leftOut.push(...lines),
      httpRoot: tftp,
    });
    expect(leftOut).toEqual([`line 6: conf-script=${script}`]);
    expect(existsSync(join(root, 'ran'))).toBe(false);
    const read = (file: string) =>
      lan.execIn('client', 'busybox', ['tftp', '-g', '-r', file, '-l', '/dev/null', LAN.serverAddress]);
    expect((await read('loader.efi')).exitCode).toBe(0);
    expect((await read('missing.efi')).exitCode).not.toBe(0);
    const page = await lan.execIn('client', 'busybox', [
      ...['wget', '-q', '-O', '-', `http://${LAN.serverAddress}:8080/loader.efi`],
    ]);
    expect(page.stdout).toHaveLength(1000);
    await server.stop();
    const events = await readEvents(server.eventsFile!);
    expect(events.map((event) => [event.type, event.ip, event.detail['path']])).toEqual([
      ['tftp.done', LAN.clientAddress, 'loader.efi'],
      ['tftp.missing', LAN.clientAddress, 'missing.efi'],
    ]);
  });
});
