import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ADDRESS, median, peakRssMiB, pidIn, type BenchLink } from './bench-link.ts';
import type { BenchRow } from './bench-row.ts';

const SINGLE_MIB = 32;
const CROWD_MIB = 6;
const ROUNDS = 5;
const SERVERS = { pxectl: ADDRESS.pxectl, dnsmasq: ADDRESS.dnsmasq, 'tftpd-hpa': ADDRESS.tftpdHpa } as const;
type ServerName = keyof typeof SERVERS;
const NAMES = Object.keys(SERVERS) as ServerName[];

/** TFTP against dnsmasq and tftpd-hpa with atftp as client, the servers in turn within each round. */
export async function benchTftp(link: BenchLink, log: (line: string) => void): Promise<BenchRow[]> {
  const root = join(link.folder, 'tftp');
  mkdirSync(root, { recursive: true });
  writeFileSync(join(root, 'single'), randomBytes(SINGLE_MIB << 20));
  writeFileSync(join(root, 'crowd'), randomBytes(CROWD_MIB << 20));

  const tsx = join(import.meta.dirname, '../../node_modules/.bin/tsx');
  const program = join(import.meta.dirname, 'file-server-process.ts');
  const ready = await link.startServer(tsx, [program, 'tftp', ADDRESS.pxectl, '69', root], /^ready/);
  await link.startServer('dnsmasq', [
    ...['-k', '--conf-file=/dev/null', '--port=0', '--pid-file', '--user=root', '--enable-tftp'],
    ...[`--tftp-root=${root}`, '--tftp-max=300', '--bind-interfaces', `--listen-address=${ADDRESS.dnsmasq}`],
  ]);
  await link.startServer('in.tftpd', ['-L', '-u', 'root', '--address', `${ADDRESS.tftpdHpa}:69`, '-s', root]);

  await verify(link, root);
  const rows: BenchRow[] = [];
  for (const windowsize of [1, 4, 16]) {
    for (const blksize of [1024, 1468]) {
      const speeds = await measureSingle(link, windowsize, blksize);
      log(`TFTP windowsize ${windowsize}, blksize ${blksize}: ${JSON.stringify(speeds)}`);
      const { pxectl, ...peers } = speeds;
      const least = windowsize === 1 ? 1 : windowsize === 4 ? 2 : undefined;
      rows.push({
        group: `TFTP, one client (atftp, ${SINGLE_MIB} MiB)`,
        what: `windowsize ${windowsize}, blksize ${blksize}`,
        unit: 'MiB/s',
        pxectl,
        peers,
        isMoreBetter: true,
        promise: least === undefined ? '' : `≥ ${least}× dnsmasq`,
        isKept: least === undefined || pxectl >= least * speeds.dnsmasq,
      });
    }
  }
  const crowd = {} as Record<ServerName, number>;
  for (const name of NAMES) crowd[name] = await measureCrowd(link, SERVERS[name], 50, log);
  const { pxectl, ...peers } = crowd;
  const common = { group: `TFTP, many clients at once (${CROWD_MIB} MiB each)`, isMoreBetter: true };
  rows.push({
    ...common,
    what: '50 clients, windowsize 4',
    unit: 'MiB/s together',
    pxectl,
    peers,
    promise: 'all finish',
    isKept: Number.isFinite(pxectl),
  });
  const many = await measureCrowd(link, ADDRESS.pxectl, 200, log);
  rows.push({
    ...common,
    what: '200 clients, windowsize 4',
    unit: 'MiB/s together',
    pxectl: many,
    peers: {},
    promise: 'all finish',
    isKept: Number.isFinite(many),
  });
  const rssMiB = await peakRssMiB(pidIn(ready));
  rows.push({
    ...common,
    what: 'peak memory of the server',
    unit: 'MiB',
    pxectl: rssMiB,
    peers: {},
    isMoreBetter: false,
    promise: '< 200 MB',
    isKept: rssMiB * 1.048576 < 200,
  });
  return rows;
}

async function measureSingle(
  link: BenchLink,
  windowsize: number,
  blksize: number,
): Promise<Record<ServerName, number>> {
  const speeds: Record<ServerName, number[]> = { pxectl: [], dnsmasq: [], 'tftpd-hpa': [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const name of NAMES) {
      const command = fetchCommand(SERVERS[name], 'single', windowsize, blksize, '/dev/null');
      speeds[name].push(SINGLE_MIB / (await link.timeOnClient(command)));
    }
  }
  return Object.fromEntries(NAMES.map((name) => [name, median(speeds[name])])) as Record<ServerName, number>;
}

/** MiB/s of all together, NaN when not every client has the whole file. */
async function measureCrowd(
  link: BenchLink,
  address: string,
  clients: number,
  log: (line: string) => void,
): Promise<number> {
  const folder = mkdtempSync('/dev/shm/pxectl-bench-');
  try {
    const fetch = fetchCommand(address, 'crowd', 4, 1468, `${folder}/$i`);
    const all = `for i in $(seq ${clients}); do ( ${fetch} ) & done; wait`;
    const seconds = await link.timeOnClient(all);
    const whole = await link.onClient(
      `n=0; for f in ${folder}/*; do cmp -s "$f" ${link.folder}/tftp/crowd && n=$((n+1)); done; echo $n`,
    );
    log(`TFTP ${clients} clients at ${address}: ${whole} whole files in ${seconds.toFixed(2)} s`);
    return Number(whole) === clients ? (clients * CROWD_MIB) / seconds : NaN;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function verify(link: BenchLink, root: string): Promise<void> {
  for (const name of NAMES) {
    const out = join(link.folder, `verify-${name}`);
    await link.onClient(
      `set -e; ${fetchCommand(SERVERS[name], 'single', 16, 1468, out)}; cmp ${out} ${root}/single`,
    );
    rmSync(out);
  }
}

function fetchCommand(
  address: string,
  file: string,
  windowsize: number,
  blksize: number,
  out: string,
): string {
  const options = `--option 'blksize ${blksize}' --option 'windowsize ${windowsize}'`;
  return `atftp ${options} -g -r ${file} -l ${out} ${address} 69 >/dev/null 2>&1`;
}
