import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { PxectlError } from '../model/errors.ts';
import type { Finding } from '../model/finding.ts';
import { readTextIfThere, writeFileAtomic } from '../platform/files.ts';
import { sortFindings } from './finding-catalogue.ts';
import { checkTftpRoot } from './checks/tftp-root-checks.ts';
import { applyEdits } from './lint/apply-edits.ts';
import { readConfig, type ConfReader } from './lint/conf-lines.ts';
import { kindOfBootScript, lintBootScript } from './lint/lint-boot-script.ts';
import { lintDnsmasqConfig } from './lint/lint-dnsmasq.ts';
import { readPxeConfig } from './lint/pxe-config.ts';

const MAX_CONFIG_BYTES = 4 * 1024 * 1024;

/** Reads from the disk; what cannot be read is undefined, never an exception. */
const diskReader: ConfReader = {
  read: (path) => quietly(() => readFileSync(path, 'utf8')),
  list: (path) => quietly(() => readdirSync(path)),
  // a folder that cannot be seen says nothing about its files
  exists: (path) =>
    existsSync(path) ? true : existsSync(dirname(path)) || isBelowVisible(path) ? false : undefined,
};

export interface LintResult {
  readonly kind: string;
  readonly findings: readonly Finding[];
  /** corrected copies that --fix wrote */
  readonly written: readonly string[];
}

/**
 * Lints a dnsmasq configuration or a loader's. With `fix`, corrected copies are written beside the files
 * (`dnsmasq.conf.fixed`): the originals stay as they are.
 * @throws PxectlError E_INPUT
 */
export async function lintFile(path: string, fix: boolean): Promise<LintResult> {
  const text = await readTextIfThere(path);
  if (text === undefined) throw inputError(`there is no file ${path}`);
  if (text.length > MAX_CONFIG_BYTES || text.includes('\0'))
    throw inputError(`${path} is no configuration: it is binary or too large`);
  if (text.trim() === '') throw inputError(`${path} is empty`);
  const kind = kindOfBootScript(path, text);
  if (kind !== undefined) {
    const root = tftpRootOf(path);
    const exists = (name: string): boolean | undefined => {
      const target = name.startsWith('/')
        ? `${root}${name}`
        : resolve(kind === 'pxelinux' ? root : dirname(path), name);
      return existsSync(target) || existsSync(`${root}/${name}`);
    };
    return { kind, findings: lintBootScript({ path, text, kind, exists }), written: [] };
  }
  const linted = lintDnsmasqConfig(path, diskReader);
  const config = readPxeConfig(readConfig(path, diskReader));
  const inRoot = await checkTftpRoot(config);
  const written: string[] = [];
  if (fix) {
    const edits = linted.flatMap((finding) => finding.edits);
    for (const file of new Set(edits.map((edit) => edit.at.file))) {
      const before = await readFile(file, 'utf8');
      const after = applyEdits(before, file, edits);
      if (after === before) continue;
      await writeFileAtomic(`${file}.fixed`, after);
      written.push(`${file}.fixed`);
    }
  }
  const findings = linted.map(({ edits: _edits, ...finding }): Finding => finding);
  // a file that the lint found missing cannot be looked at, and one that it found wrong is said once
  const said = new Set(findings.map((finding) => finding.id));
  return {
    kind: 'dnsmasq',
    findings: sortFindings([...findings, ...inRoot.filter((finding) => !said.has(finding.id))]),
    written,
  };
}

/** The folder that names in a loader's configuration begin at. */
function tftpRootOf(path: string): string {
  const folder = dirname(resolve(path));
  return /\/(?:pxelinux\.cfg|grub)$/.test(folder) ? dirname(folder) : folder;
}

function isBelowVisible(path: string): boolean {
  for (let folder = dirname(path); folder !== '/' && folder !== '.'; folder = dirname(folder)) {
    if (existsSync(folder)) return true;
  }
  return false;
}

function quietly<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function inputError(what: string): PxectlError {
  return new PxectlError('failure', 'E_INPUT', { what, next: 'pxectl doctor --config /etc/dnsmasq.conf' });
}
