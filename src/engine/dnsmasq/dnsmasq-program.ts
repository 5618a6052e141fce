import { readFile } from 'node:fs/promises';
import { engineError, environmentError } from '../../model/errors.ts';
import { findProgram, run } from '../../platform/processes.ts';
import { installHint } from '../../platform/install-hint.ts';

/** A dnsmasq on this machine and what it can do. */
export interface DnsmasqProgram {
  readonly path: string;
  /** as it says itself, for example `2.90` or `2.92rc1` */
  readonly version: string;
  /** compile time options, for example `DHCP`, `no-Lua` */
  readonly options: readonly string[];
}

/** The dnsmasq on PATH, or undefined. */
export async function findDnsmasq(): Promise<DnsmasqProgram | undefined> {
  const path = await findProgram('dnsmasq');
  if (path === undefined) return undefined;
  const { stdout } = await run(path, ['--version'], { timeoutMs: 5_000 });
  return readVersionText(path, stdout);
}

/** Reads what `dnsmasq --version` prints; undefined when that is not dnsmasq's text. */
export function readVersionText(path: string, text: string): DnsmasqProgram | undefined {
  const version = /^Dnsmasq version (\S+)/m.exec(text)?.[1];
  if (version === undefined) return undefined;
  const options = /^Compile time options: (.*)$/m.exec(text)?.[1] ?? '';
  return { path, version, options: options.trim().split(/\s+/) };
}

/** 2.90 → 290, so that versions compare as numbers; 0 when the text is none. */
export function versionNumber(version: string): number {
  const found = /^(\d+)\.(\d+)/.exec(version);
  return found ? Number(found[1]) * 100 + Number(found[2]) : 0;
}

/**
 * Why this dnsmasq cannot serve PXE, in one line; undefined when it can.
 * 2.92 answers requests on port 4011 to 255.255.255.255:68 instead of to the client's port, so UEFI never hears it.
 */
export function whyUnsuitable(program: Pick<DnsmasqProgram, 'version' | 'options'>): string | undefined {
  const number = versionNumber(program.version);
  if (number === 292) {
    return `dnsmasq ${program.version} sends its answers on port 4011 to the wrong port; use 2.91 or older, or 2.93 or newer`;
  }
  // below 2.76 the names for x64 UEFI and EBC are swapped
  if (number < 276)
    return `dnsmasq ${program.version} is too old for UEFI; 2.76 is the oldest that serves it`;
  for (const needed of ['DHCP', 'TFTP']) {
    if (program.options.includes(`no-${needed}`)) {
      return `dnsmasq ${program.version} was built without ${needed}`;
    }
  }
  return undefined;
}

/** What this version cannot do although our configuration would want it, one line each. */
export function missingAbilities(version: string): string[] {
  const number = versionNumber(version);
  const missing: string[] = [];
  if (number < 283) missing.push(`dnsmasq ${version} cannot answer UEFI HTTP Boot (2.83 can)`);
  return missing;
}

/**
 * Lets dnsmasq read its configuration without starting.
 * @throws PxectlError E_ENGINE_START with dnsmasq's words and, beside them, the line that it means
 */
export async function testConfiguration(program: DnsmasqProgram, configPath: string): Promise<void> {
  const result = await run(program.path, ['--test', `--conf-file=${configPath}`], { timeoutMs: 5_000 });
  if (result.exitCode === 0) return;
  const words = lastWords(`${result.stdout}\n${result.stderr}`);
  throw engineError('E_ENGINE_START', {
    what: `dnsmasq ${program.version} refuses its configuration: ${words}`,
    why: await lineMeant(words, configPath),
    next: `report this as a bug with the output of: dnsmasq --test --conf-file=${configPath}`,
    details: { configPath },
  });
}

/** `dnsmasq: bad option at line 2 of x.conf` → `run/dnsmasq.conf:2: foo=1`. */
async function lineMeant(words: string, configPath: string): Promise<string> {
  const number = Number(/at line (\d+)/.exec(words)?.[1] ?? 0);
  const lines = (await readFile(configPath, 'utf8').catch(() => '')).split('\n');
  const line = lines[number - 1];
  return line === undefined ? `the file is ${configPath}` : `${configPath}:${number}: ${line}`;
}

function lastWords(output: string): string {
  const line = output
    .split('\n')
    .filter((candidate) => candidate.trim() !== '')
    .at(-1);
  return (line ?? 'it said nothing').replace(/^dnsmasq(?:\[\d+\])?: /, '').trim();
}

/** E_TOOL_MISSING for a machine without dnsmasq. */
export function dnsmasqMissing(): Error {
  return environmentError('E_TOOL_MISSING', {
    what: 'the program dnsmasq is not installed',
    next: `${installHint(['dnsmasq'])}, or use the built-in servers: pxectl up --engine builtin`,
    details: { program: 'dnsmasq' },
  });
}
