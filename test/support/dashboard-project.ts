import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { configText } from './engine/prepare-state.ts';
import { recordedBoot } from './recorded-boots.ts';
import type { TestProject } from './test-project.ts';

export const HOSTILE = `"><img src=x onerror="document.title='taken'">\u202e<script>document.title='taken'</script>`;
export const MAC = '52:54:00:12:34:56';
export const OTHER = '52:54:00:12:34:57';
/** in no entry */
export const STRANGER = '00:0c:29:00:00:99';
const STRANGER_SEEN = {
  ...{ firstSeenAt: '2026-11-28T10:00:00.000Z', lastSeenAt: '2026-11-28T10:00:00.000Z' },
  ...{ firmware: 'uefi-x64', maker: 'Example', hasLoaded: true },
};
const MACHINES = `machines:
  - { mac: "${MAC}", name: node-1, image: debian-12, install: { seed: seed.cfg }, power: { type: wol } }
  - { mac: "${OTHER}", name: node-2 }`;

export const DASHBOARD_CONFIG = configText('proxy', MACHINES).replace('br0', 'eno1');

/** What a pxectl left that was here before: boots that went well, one that was slow, one that failed, and names of others' making. */
export async function fillPast({ path, layout }: TestProject): Promise<void> {
  await mkdir(layout.root, { recursive: true });
  await writeFile(
    join(path, 'seed.cfg'),
    'd-i preseed/late_command string wget -q -O /dev/null --post-data= @PXECTL_REPORT@/done\n',
  );
  await writeFile(
    join(layout.root, 'inventory.json'),
    JSON.stringify({
      schema: 'pxectl.inventory/1',
      machines: { [STRANGER]: { ...STRANGER_SEEN, product: HOSTILE.slice(0, 60) } },
    }),
  );
  const days = [1, 2, 3, 4].map((day) =>
    recordedBoot({
      startedAt: `2026-11-0${day}T10:00:00.000Z`,
      ...(day === 4 ? { kernelAfterMs: 75_000 } : {}),
    }),
  );
  const failed = recordedBoot({
    ...{ startedAt: '2026-11-05T10:00:00.000Z', mac: OTHER },
    ...{ machineName: HOSTILE, finding: HOSTILE },
  });
  await writeFile(join(layout.root, 'history.jsonl'), [...days, failed, ''].join('\n'));
  await writeFile(
    layout.events,
    eventsOfBoot()
      .map((event) => `${JSON.stringify(event)}\n`)
      .join(''),
  );
}

/** A boot that goes on, as a pxectl that was killed leaves it, and a stranger who tells a name. */
function eventsOfBoot(): readonly object[] {
  const at = (ms: number): string => new Date(Date.now() - 20_000 + ms).toISOString();
  const who = { mac: MAC, ip: '192.168.1.60' };
  const loader = { path: 'ipxe/snponly.efi' };
  return [
    { time: at(0), type: 'dhcp.discover', mac: MAC, firmware: 'uefi-x64', detail: { architectures: '7' } },
    { time: at(10), type: 'dhcp.offer', mac: MAC, detail: { file: loader.path, architectures: '7' } },
    { time: at(1_000), type: 'tftp.start', ...who, detail: loader },
    {
      time: at(3_000),
      type: 'tftp.done',
      ...who,
      detail: { ...loader, sentBytes: 200_000, durationMs: 2_000 },
    },
    { time: at(4_000), type: 'http.get', ...who, detail: { path: '/images/debian-12/linux' } },
  ];
}
