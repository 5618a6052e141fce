import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect } from 'vitest';
import { createVirtualLan, type VirtualLan, type VirtualLanOptions } from '../../../src/lab/virtual-lan.ts';
import type { ProcessResult } from '../../../src/platform/processes.ts';
import { configText, prepareState } from '../../support/engine/prepare-state.ts';
import { itNeeds } from '../../support/external-tool.ts';
import { pxectl } from '../../support/pxectl-process.ts';

/** The built pxectl in the namespace `lan`, beside whatever the test has put on the segment. */
class Place {
  constructor(
    readonly lan: VirtualLan,
    readonly folder: string,
  ) {}

  pxectl(...args: string[]): Promise<ProcessResult> {
    const network = { namespace: this.lan.namespaceOf('lan'), destroy: async () => undefined };
    return pxectl(args, { cwd: this.folder, network });
  }

  up(...args: string[]): Promise<ProcessResult> {
    return this.pxectl('up', '--detach', '--engine', 'builtin', ...args);
  }

  /** what the running pxectl has said since its start */
  async log(): Promise<string> {
    return (await this.lan.execIn('lan', 'cat', [join(this.folder, '.pxectl/run/pxectl.log')])).stdout;
  }
}

const places: Place[] = [];
const needsRoot = itNeeds('root', 'ip', 'dnsmasq');

async function makePlace(mode: 'proxy' | 'full' | 'pxe-only', options: VirtualLanOptions): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'pxectl-look-'));
  const lan = await createVirtualLan({ ...options, folder: join(folder, 'lan') });
  const place = new Place(lan, folder);
  places.push(place);
  await prepareState(folder, configText(mode));
  return place;
}

afterEach(async () => {
  for (const place of places.splice(0)) {
    await place.pxectl('down');
    await place.lan.destroy();
    rmSync(place.folder, { recursive: true, force: true });
  }
});

describe('up looks before it speaks', () => {
  needsRoot('mode full beside a router is refused, and --force serves all the same', async () => {
    const place = await makePlace('full', {});
    const refused = await place.up();
    expect(refused.exitCode).toBe(4);
    expect(refused.stderr).toContain('this network has a DHCP server: mode full would take over its clients');
    expect(refused.stderr).toContain('192.168.1.1 leases addresses on br0');
    const forced = await place.up('--force');
    expect(forced.stderr).toContain('up in the background');
    const status = await place.pxectl('status');
    expect(status.stdout).toContain('! 192.168.1.1 leases addresses on br0');
    expect(status.exitCode).toBe(1);
    const leases = await place.lan.execIn('lan', 'cat', [join(place.lan.folder, 'router.leases')]);
    expect(leases.stdout.trim()).toBe('');
  });

  needsRoot('mode full on a network of its own comes up in time', async () => {
    const place = await makePlace('full', { router: false });
    const startedMs = performance.now();
    const up = await place.up();
    const tookMs = performance.now() - startedMs;
    expect(up.stderr).toContain('up in the background');
    // on a quiet machine 5 s
    expect(tookMs).toBeLessThan(20_000);
    expect((await place.pxectl('status')).stdout).not.toContain('!');
  });

  needsRoot('proxy mode without any DHCP server says so', async () => {
    const place = await makePlace('proxy', { router: false });
    expect((await place.up()).exitCode).toBe(0);
    expect(await place.log()).toContain('no DHCP server answers on br0');
    const status = await place.pxectl('status');
    expect(status.stdout).toContain('pxectl doctor explains no-dhcp-server');
    expect(status.exitCode).toBe(0);
  });
});
