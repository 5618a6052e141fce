import { createWriteStream, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../src/platform/processes.ts';
import type { BenchRow } from './bench-row.ts';

const GIGABYTE = 1_000_000_000;
const MAX_MEMORY_MB = 150;
/** Tells the most memory that a Node program had, when it ends. */
const TELL_MEMORY =
  '--import=data:text/javascript,process.on("exit",()=>process.stderr.write("KiB="+process.resourceUsage().maxRSS))';

/** The lines that doctor reads in a log, for its peer to find. */
const LINES_OF_BOOTS =
  'PXE|vendor class|bootfile name|next server|sent size|DHCP(DISCOVER|OFFER|REQUEST|ACK|NAK)\\(|(sent|file) .* (to|not found for) [0-9.]+$';

/**
 * Gigabytes of log and of capture against grep (C locale) and tshark, each once: other things with a boot in them, and
 * nothing but the boots of very many machines. Needs the compiled dist/.
 */
export async function benchDoctor(log: (line: string) => void): Promise<BenchRow[]> {
  const packageFolder = join(import.meta.dirname, '../..');
  if (!existsSync(join(packageFolder, 'dist/cli/main.js'))) throw new Error('build first: make build');
  const folder = mkdtempSync(join(tmpdir(), 'pxectl-doctor-bench-'));
  const fixture = (name: string): Buffer => readFileSync(join(packageFolder, 'fixtures/captures', name));
  const doctor = join(packageFolder, 'bin/pxectl.js');
  const rows: BenchRow[] = [];
  const measure = async (
    what: string,
    option: string,
    pieces: Iterable<Uint8Array>,
    peer: readonly [string, ...string[]],
  ): Promise<void> => {
    const path = join(folder, 'input');
    await writeGigabyte(path, pieces);
    rows.push(await row(what, [doctor, 'doctor', option, path], [...peer, path], log));
  };
  try {
    const boot = fixture('bios-pxelinux.dnsmasq.log');
    const grep = ['grep', '-cE', LINES_OF_BOOTS] as const;
    await measure('log of names, with a boot', '--log', logOfNames(boot), grep);
    await measure('log of boots', '--log', logOfBoots(boot.toString('utf8')), grep);
    const capture = fixture('uefi-ipxe.pcap');
    const tshark = ['tshark', '-q', '-z', 'io,phs', '-r'] as const;
    await measure('capture of a download, with a boot', '--pcap', captureOfDownload(capture), tshark);
    await measure('capture of boots', '--pcap', captureOfBoots(capture), tshark);
    return rows;
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
  const memoryMb = (Number(/KiB=(\d+)/.exec(ours.stderr)?.[1]) * 1024) / 1_000_000;
  log(
    `doctor, 1 GB ${what}: ${ours.seconds.toFixed(1)} s, ${memoryMb.toFixed(0)} MB; ${program} ${theirs.seconds.toFixed(1)} s`,
  );
  return {
    group: 'Doctor',
    what: `1 GB ${what} (${memoryMb.toFixed(0)} MB of memory)`,
    unit: 's',
    pxectl: ours.seconds,
    peers: { [program]: theirs.seconds },
    isMoreBetter: false,
    promise: `under ${MAX_MEMORY_MB} MB`,
    isKept: memoryMb < MAX_MEMORY_MB,
  };
}

async function timed(program: string, args: readonly string[]): Promise<{ seconds: number; stderr: string }> {
  const startedMs = performance.now();
  const { stderr } = await run(program, args, { timeoutMs: 600_000 });
  return { seconds: (performance.now() - startedMs) / 1000, stderr };
}

/** Names that were asked for, as the log of a home's dnsmasq is full of. */
function* logOfNames(boot: Uint8Array): Generator<Uint8Array> {
  yield boot;
  const lines = Array.from(
    { length: 20_000 },
    (_, index) =>
      `Sep 21 10:00:00 pxe dnsmasq[901]: query[A] host${index}.example.org from 192.168.1.${index % 250}\n`,
  );
  const names = Buffer.from(lines.join(''));
  for (;;) yield names;
}

/** One boot after the other, each of another machine. */
function* logOfBoots(boot: string): Generator<Uint8Array> {
  const own = boot.replaceAll(/^.*(?:started, version|compile time|exiting on).*\n/gm, '');
  for (let machine = 0; ; machine++) {
    const digits = machine
      .toString(16)
      .padStart(6, '0')
      .replace(/(..)(?!$)/g, '$1:');
    const address = `10.${(machine >> 16) & 255}.${(machine >> 8) & 255}.${machine & 255}`;
    const text = own
      .replaceAll('52:54:00:12:34:56', `52:54:00:${digits}`)
      .replaceAll('192.168.1.40', address)
      .replaceAll('2485236061', String(2_485_236_061 + machine));
    yield Buffer.from(text);
  }
}

/** The boot, and then the packets of a long download. */
function* captureOfDownload(boot: Buffer): Generator<Uint8Array> {
  yield boot;
  const packet = Buffer.alloc(16 + 1514);
  packet.writeUInt32LE(boot.readUInt32LE(24) + 60, 0);
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
  const packets = Buffer.concat(Array.from({ length: 500 }, () => packet));
  for (;;) yield packets;
}

/** One boot after the other, a minute apart, each of another machine. */
function* captureOfBoots(boot: Buffer): Generator<Uint8Array> {
  const fileHeaderBytes = 24;
  const mac = Buffer.from('525400123456', 'hex');
  yield boot.subarray(0, fileHeaderBytes);
  const packets = Buffer.from(boot.subarray(fileHeaderBytes));
  const macs: number[] = [];
  for (let at = packets.indexOf(mac); at >= 0; at = packets.indexOf(mac, at + 1)) macs.push(at);
  for (let machine = 0; ; machine++) {
    const copy = Buffer.from(packets);
    for (const at of macs) copy.writeUInt32BE(machine, at + 2);
    for (let at = 0; at < copy.length; at += 16 + copy.readUInt32LE(at + 8))
      copy.writeUInt32LE(copy.readUInt32LE(at) + 60 * machine, at);
    yield copy;
  }
}

async function writeGigabyte(path: string, pieces: Iterable<Uint8Array>): Promise<void> {
  const file = createWriteStream(path);
  let bytes = 0;
  for (const piece of pieces) {
    if (!file.write(piece)) await once(file, 'drain');
    bytes += piece.length;
    if (bytes >= GIGABYTE) break;
  }
  file.end();
  await once(file, 'finish');
}
