import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ADDRESS, median, peakRssMiB, pidIn, type BenchLink } from './bench-link.ts';
import type { BenchRow } from './bench-row.ts';

const SINGLE_BYTES = 1_500_000_000;
const CROWD_BYTES = 300_000_000;
const CROWD = 50;
const ROUNDS = 3;

/** HTTP against nginx (sendfile) with curl as client. The files are sparse: the page cache is measured, not the disk. */
export async function benchHttp(link: BenchLink, log: (line: string) => void): Promise<BenchRow[]> {
  const root = join(link.folder, 'http');
  mkdirSync(root, { recursive: true });
  for (const [name, sizeBytes] of [
    ['single.iso', SINGLE_BYTES],
    ['crowd.iso', CROWD_BYTES],
  ] as const) {
    writeFileSync(join(root, name), '');
    truncateSync(join(root, name), sizeBytes);
  }
  const tsx = join(import.meta.dirname, '../../node_modules/.bin/tsx');
  const program = join(import.meta.dirname, 'file-server-process.ts');
  const ready = await link.startServer(tsx, [program, 'http', ADDRESS.pxectl, '8080', root], /^ready/);
  await startNginx(link, root);

  const urls = { pxectl: `http://${ADDRESS.pxectl}:8080`, nginx: `http://${ADDRESS.nginx}:8080` };
  const single = { pxectl: [] as number[], nginx: [] as number[] };
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const name of ['pxectl', 'nginx'] as const) {
      const answer = await link.onClient(
        `curl -s -o /dev/null -w '%{http_code} %{size_download} %{time_total}' ${urls[name]}/single.iso`,
      );
      const [status, sizeBytes, seconds] = answer.split(' ').map(Number);
      if (status !== 200 || sizeBytes !== SINGLE_BYTES) throw new Error(`${name}: curl says ${answer}`);
      single[name].push(gigabits(SINGLE_BYTES, seconds ?? NaN));
    }
  }
  log(`HTTP one stream, Gb/s: ${JSON.stringify(single)}`);
  const crowd = { pxectl: NaN, nginx: NaN };
  for (const name of ['pxectl', 'nginx'] as const) {
    const fetch = `curl -s -o /dev/null -w '%{http_code} %{size_download}\\n' ${urls[name]}/crowd.iso`;
    const sums = join(link.folder, `crowd-${name}`);
    const seconds = await link.timeOnClient(
      `( for i in $(seq ${CROWD}); do ${fetch} & done; wait ) > ${sums}`,
    );
    const whole = Number(await link.onClient(`grep -c '^200 ${CROWD_BYTES}$' ${sums}`));
    log(`HTTP ${CROWD} streams from ${name}: ${whole} whole in ${seconds.toFixed(1)} s`);
    if (whole === CROWD) crowd[name] = gigabits(CROWD * CROWD_BYTES, seconds);
  }
  const rssMiB = await peakRssMiB(pidIn(ready));
  const group = 'HTTP (curl)';
  const pxectl = median(single.pxectl);
  return [
    {
      group,
      what: 'one stream, 1.5 GB',
      unit: 'Gb/s',
      pxectl,
      peers: { nginx: median(single.nginx) },
      isMoreBetter: true,
      promise: '≥ 10 Gb/s',
      isKept: pxectl >= 10,
    },
    {
      group,
      what: `${CROWD} downloads at once, 300 MB each`,
      unit: 'Gb/s together',
      pxectl: crowd.pxectl,
      peers: { nginx: crowd.nginx },
      isMoreBetter: true,
      promise: 'all finish',
      isKept: Number.isFinite(crowd.pxectl),
    },
    {
      group,
      what: 'peak memory of the server',
      unit: 'MiB',
      pxectl: rssMiB,
      peers: {},
      isMoreBetter: false,
      promise: '< 250 MB',
      isKept: rssMiB * 1.048576 < 250,
    },
  ];
}

async function startNginx(link: BenchLink, root: string): Promise<void> {
  const folder = join(link.folder, 'nginx');
  mkdirSync(folder);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${folder}/${name};`)
    .join(' ');
  writeFileSync(
    join(folder, 'nginx.conf'),
    `daemon off; user root; worker_processes auto; pid ${folder}/pid; error_log ${folder}/error.log;
events { worker_connections 1024; }
http { access_log off; sendfile on; tcp_nopush on; ${temporary}
  server { listen ${ADDRESS.nginx}:8080; root ${root}; } }
`,
  );
  await link.startServer('nginx', ['-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log')]);
}

function gigabits(bytes: number, seconds: number): number {
  return (bytes * 8) / 1e9 / seconds;
}
