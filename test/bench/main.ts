// Measures pxectl against its peers on this machine: npx tsx test/bench/main.ts [--only tftp,http] [--write docs/bench.md]
import { mkdirSync, writeFileSync } from 'node:fs';
import { arch, cpus, loadavg, release, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { run } from '../../src/platform/processes.ts';
import { BenchLink } from './bench-link.ts';
import { rowsAsMarkdown, type BenchRow } from './bench-row.ts';
import { benchDhcp } from './dhcp-bench.ts';
import { benchDoctor } from './doctor-bench.ts';
import { benchHttp } from './http-bench.ts';
import { benchImages } from './images-bench.ts';
import { benchStartup } from './startup-bench.ts';
import { benchTftp } from './tftp-bench.ts';

const { values } = parseArgs({ options: { write: { type: 'string' }, only: { type: 'string' } } });
const parts: Record<string, (link: BenchLink, log: (line: string) => void) => Promise<BenchRow[]>> = {
  tftp: benchTftp,
  http: benchHttp,
  dhcp: benchDhcp,
  startup: (_link, log) => benchStartup(log),
  images: (_link, log) => benchImages(log),
  doctor: (_link, log) => benchDoctor(log),
};
/** Parts that use no network. */
const WITHOUT_LINK = new Set(['startup', 'images', 'doctor']);
const wanted = values.only?.split(',') ?? Object.keys(parts);
const log = (line: string): void => void process.stderr.write(`${line}\n`);

const load = loadavg()[0]?.toFixed(1) ?? 'unknown';
const startedMs = performance.now();
const rows: BenchRow[] = [];
const failures: string[] = [];
for (const [name, measure] of Object.entries(parts)) {
  if (!wanted.includes(name)) continue;
  // a link of its own for each part: servers of another part take no time
  const link = new BenchLink();
  try {
    if (!WITHOUT_LINK.has(name)) await link.open();
    rows.push(...(await measure(link, log)));
  } catch (error) {
    failures.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    await link.close();
  }
}

const seconds = Math.round((performance.now() - startedMs) / 1000);
const machine = await describeMachine();
const markdown = `# Speed, measured

${machine.date}, ${machine.text}.

One run of ${seconds} s; the machine's load average when it began was ${machine.load}.
Servers and clients share this machine, all with raised priority, and one veth link. The servers take turns within each
round, and a figure is the median of its rounds: read the ratios, not the figures. A ratio above 1 means that pxectl is
better. dnsmasq 2.90 and tftpd-hpa do not know the windowsize option; a client that asks them for it gets lock-step.
\`make bench\` measures again.

${rowsAsMarkdown(rows)}
`;
process.stdout.write(markdown);
for (const failure of failures) process.stderr.write(`failed: ${failure}\n`);
const json = join(import.meta.dirname, '../../.cache/bench.json');
mkdirSync(dirname(json), { recursive: true });
writeFileSync(
  json,
  `${JSON.stringify({ schema: 'pxectl.bench/1', machine, seconds, rows, failures }, null, 2)}\n`,
);
if (values.write !== undefined && failures.length === 0) writeFileSync(values.write, markdown);
process.exitCode = failures.length === 0 ? 0 : 1;

async function describeMachine(): Promise<{ date: string; text: string; load: string }> {
  const versionOf = async (file: string, args: readonly string[], pattern: RegExp): Promise<string> => {
    const { stdout, stderr } = await run(file, args);
    return pattern.exec(stdout + stderr)?.[1] ?? 'unknown';
  };
  const text = [
    `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown CPU'} (${arch()})`,
    `${Math.round(totalmem() / 2 ** 30)} GiB`,
    `Linux ${release().split('.').slice(0, 2).join('.')}`,
    `Node ${process.versions.node}`,
    `dnsmasq ${await versionOf('dnsmasq', ['--version'], /version (\S+)/i)}`,
    `tftpd-hpa ${await versionOf('in.tftpd', ['-V'], /tftp-hpa (\S+?),?\s/)}`,
    `nginx ${await versionOf('nginx', ['-v'], /nginx\/(\S+)/)}`,
    `atftp ${await versionOf('atftp', ['--version'], /atftp-(\S+)/)}`,
    `curl ${await versionOf('curl', ['--version'], /curl (\S+)/)}`,
  ];
  return { date: new Date().toISOString().slice(0, 10), text: text.join(', '), load };
}
