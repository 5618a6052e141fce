import { mkdir, writeFile } from 'node:fs/promises';
import type { BootEventType } from '../../src/model/boot-event.ts';
import type { StateLayout } from '../../src/model/state-layout.ts';
import { keptEventsPath, previousEventsPath } from '../../src/watch/event-files.ts';
import { recordedBoot } from './recorded-boots.ts';

export const rackMac = (number: number): string =>
  `02:00:00:00:${[number >> 8, number & 255].map((byte) => byte.toString(16).padStart(2, '0')).join(':')}`;

const FILE_BYTES = 8 * 1024 * 1024;
const RECORDED = 10_000;
const BOOT_EVERY_MS = 15 * 60_000;

const startOf = (nowMs: number, round: number, number: number): number =>
  nowMs - round * BOOT_EVERY_MS + number * 100;

/**
 * As much as pxectl keeps: a history of 10,000 boots and 20 MB of events. A killed pxectl had not written down the newest boot of
 * any machine, which began a quarter of an hour ago.
 */
export async function fillLargePast(layout: StateLayout, machines: number): Promise<void> {
  await mkdir(layout.root, { recursive: true });
  const nowMs = Date.now();
  const history = Array.from({ length: RECORDED }, (_, index) => {
    const number = index % machines;
    const round = 1 + Math.ceil((RECORDED - index) / machines);
    const startedAt = new Date(startOf(nowMs, round, number)).toISOString();
    const finding = index % 7 === 0 ? { finding: 'something was wrong' } : {};
    const machine = { mac: rackMac(number), machineName: `rack-${number}` };
    return recordedBoot({ ...machine, startedAt, kernelAfterMs: 8_000, ...finding });
  });
  await writeFile(`${layout.root}/history.jsonl`, `${history.join('\n')}\n`);
  const texts = ['', '', ''];
  // the newest first: what does not fit is what pxectl has forgotten
  let file = 0;
  for (let round = 1; file < texts.length; round += 1) {
    for (let number = machines - 1; number >= 0 && file < texts.length; number -= 1) {
      const text = eventsOfBoot(startOf(nowMs, round, number), number);
      if ((texts[file] ?? '').length + text.length > FILE_BYTES / (file === 2 ? 2 : 1)) file += 1;
      else texts[file] = `${text}${texts[file] ?? ''}`;
    }
  }
  const paths = [layout.events, previousEventsPath(layout.events), keptEventsPath(layout.events)];
  await Promise.all(paths.map((path, index) => writeFile(path, texts[index] ?? '')));
}

function eventsOfBoot(startMs: number, number: number): string {
  const mac = rackMac(number);
  const ip = `192.168.${2 + (number >> 8)}.${number & 255}`;
  let id = startMs * 1000;
  const line = (afterMs: number, type: BootEventType, rest: object): string =>
    `${JSON.stringify({ time: new Date(startMs + afterMs).toISOString(), type, id: id++, mac, ...rest })}\n`;
  const file = (startsMs: number, path: string, sentBytes: number, durationMs: number): string =>
    line(startsMs, 'http.get', { ip, detail: { path, agent: 'iPXE/1.21.1' } }) +
    line(startsMs + durationMs, 'http.done', { ip, detail: { path, sentBytes, durationMs, status: 200 } });
  const loader = { path: 'ipxe/snponly.efi' };
  const [architectures, firmware] = ['7', 'uefi-x64'];
  return [
    line(0, 'dhcp.discover', { firmware, detail: { architectures } }),
    line(10, 'dhcp.offer', { firmware, detail: { file: loader.path, architectures } }),
    line(1_000, 'tftp.start', { ip, detail: loader }),
    line(2_000, 'tftp.done', { ip, detail: { ...loader, sentBytes: 200_000, durationMs: 1_000 } }),
    file(3_000, '/boot.ipxe', 900, 10),
    file(4_000, '/images/debian-12/linux', 8_000_000, 2_000),
    // some stand still there, which is a finding
    number % 9 === 0 ? '' : file(6_100, '/images/debian-12/initrd.gz', 38_000_000, 2_900),
  ].join('');
}
