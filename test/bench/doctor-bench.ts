import { createWriteStream, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../src/platform/processes.ts';
import type { BenchRow } from './bench-row.ts';

const GIGABYTE = 1_000_000_000;
const MAX_MEMORY_MIB = 150;
/** Tells the most memory that a Node program had, when it ends. */
const TELL_MEMORY =
  '--import=data:text/javascript,process.on("exit",()=>process.stderr.write("KiB="+process.resourceUsage().maxRSS))';

/** A gigabyte of log and one of capture, each with one boot in it, against grep and tshark. Needs the compiled dist/. */
export async function benchDoctor(log: (line: string) => void): Promise<BenchRow[]> {
  const packageFolder = join(import.meta.dirname, '../..');
  if (!existsSync(join(packageFolder, 'dist/cli/main.js'))) throw new Error('build first: make build');
  const folder = mkdtempSync(join(tmpdir(), 'pxectl-doctor-bench-'));
  const captures = join(packageFolder, 'fixtures/captures');
  const doctor = join(packageFolder, 'bin/pxectl.js');
  try {
    const text = join(folder, 'boot.log');
    await writeLog(text, readFileSync(join(captures, 'bios-pxelinux.dnsmasq.log')));
    const capture = join(folder, 'boot.pcap');
    await writeCapture(capture, readFileSync(join(captures, 'uefi-ipxe.pcap')));
    return [
      await row('log', [doctor, 'doctor', '--log', text], ['grep', '-c', 'PXE(', text], log),
      await row(
        'capture',
        [doctor, 'doctor', '--pcap', capture],
        ['tshark', '-r', capture, '-q', '-z', 'io,phs'],
        log,
      ),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function row(
  what: string,
  own: readonly string[],
  peer: readonly [string, ...string[]],
  log: (line: string) => void,
): Promise<BenchRow> {
  const [program, ...args] = peer;
  const theirs = await timed(program, args);
  const ours = await timed(process.execPath, [TELL_MEMORY, ...own]);
  const memoryMiB = Number(/KiB=(\d+)/.exec(ours.stderr)?.[1]) / 1024;
  log(
    `doctor, 1 GB ${what}: ${ours.seconds.toFixed(1)} s, ${memoryMiB.toFixed(0)} MiB; ${program} ${theirs.seconds.toFixed(1)} s`,
  );
  return {
    group: 'Doctor',
    what: `1 GB ${what} (${memoryMiB.toFixed(0)} MiB of memory)`,
    unit: 's',
    pxectl: ours.seconds,
    peers: { [program]: theirs.seconds },
    isMoreBetter: false,
    promise: `under ${MAX_MEMORY_MIB} MB`,
    isKept: memoryMiB < MAX_MEMORY_MIB,
  };
}

async function timed(program: string, args: readonly string[]): Promise<{ seconds: number; stderr: string }> {
  const startedMs = performance.now();
  const { stderr } = await run(program, args, { timeoutMs: 300_000 });
  return { seconds: (performance.now() - startedMs) / 1000, stderr };
}

/** Names that were asked for, a million lines a boot, as the log of a home's dnsmasq is. */
async function writeLog(path: string, boot: Uint8Array): Promise<void> {
  const lines = Array.from(
    { length: 20_000 },
    (_, index) =>
      `Sep 21 10:00:00 pxe dnsmasq[901]: query[A] host${index}.example.org from 192.168.1.${index % 250}\n`,
  );
  await writePieces(path, [boot], Buffer.from(lines.join('')), [boot]);
}

/** The boot, and then the packets of a long download. */
async function writeCapture(path: string, boot: Uint8Array): Promise<void> {
  const stamp = Buffer.from(boot.subarray(24, 28)).readUInt32LE();
  const packet = Buffer.alloc(16 + 1514);
  packet.writeUInt32LE(stamp + 60, 0);
  packet.writeUInt32LE(1514, 8);
  packet.writeUInt32LE(1514, 12);
  packet.writeUInt16BE(0x0800, 16 + 12);
  const ip = 16 + 14;
  packet.writeUInt8(0x45, ip);
  packet.writeUInt16BE(1500, ip + 2);
  packet.set([64, 6, 0, 0, 192, 168, 1, 1, 192, 168, 1, 60], ip + 8);
  packet.writeUInt16BE(443, ip + 20);
  packet.writeUInt16BE(50_000, ip + 22);
  packet.set([0x50, 0x10, 0xff, 0xff], ip + 32);
  await writePieces(path, [boot], Buffer.concat(Array.from({ length: 500 }, () => packet)), []);
}

async function writePieces(
  path: string,
  before: readonly Uint8Array[],
  filler: Uint8Array,
  after: readonly Uint8Array[],
): Promise<void> {
  const file = createWriteStream(path);
  const write = async (piece: Uint8Array): Promise<void> => {
    if (!file.write(piece)) await once(file, 'drain');
  };
  for (const piece of before) await write(piece);
  for (let bytes = 0; bytes < GIGABYTE; bytes += filler.length) await write(filler);
  for (const piece of after) await write(piece);
  file.end();
  await once(file, 'finish');
}
