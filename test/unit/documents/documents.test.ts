import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { EXIT } from '../../../src/cli/exit-codes.ts';
import { buildProgram } from '../../../src/cli/main.ts';
import { FINDING_CATALOGUE } from '../../../src/doctor/finding-catalogue.ts';
import { parseConfig } from '../../../src/model/config-file.ts';
import { keysAt } from '../../../src/model/config-schema.ts';
import { anchorsOf, documentedConfigs, DOCUMENTS, readDocument } from '../../support/documents.ts';

/** Options of other programs: curl, firewall-cmd, dnsmasq, update-alternatives, grub-mknetdir, wget, dracut, MAAS, npm, vitest,
 * coreos-installer, mokutil, mdadm, systemctl, docker. */
const FOREIGN_OPTIONS = [
  '--add',
  '--add-port',
  '--add-service',
  '--conf-file',
  '--db',
  '--ignition-hash',
  '--ignore-scripts',
  '--list',
  '--maas-url',
  '--net-directory',
  '--no-hostonly',
  '--now',
  '--permanent',
  '--post-data',
  '--project',
  '--reload',
  '--rm',
  '--stop',
  '--test',
  '--unix-socket',
];
/** Words with hyphens that are no findings. */
const OTHER_WORDS = [
  'bind-dynamic',
  'boot-failed',
  'd-i',
  'late-commands',
  'meta-data',
  'network-config',
  'no-new-privileges',
  'pxe-only',
  'pxe-service',
  'pxectl-linux-arm64',
  'pxectl-linux-x64',
  'uefi-http',
  'unknown-machine',
  'user-data',
  'vendor-data',
  'webhook-signature',
];

const everyDocument = DOCUMENTS.map((file) => [file, readDocument(file)] as const);
const namedIn = (documents: typeof everyDocument, pattern: RegExp): string[] =>
  [...new Set(documents.flatMap(([, text]) => text.match(pattern) ?? []))].sort();
const named = (pattern: RegExp): string[] => namedIn(everyDocument, pattern);

function* optionsOf(command: Command): Generator<string> {
  for (const { long, negate } of command.options) if (long) yield negate ? `--no-${long.slice(5)}` : long;
  for (const sub of command.commands) yield* optionsOf(sub);
}

describe('the documents', () => {
  it.each(documentedConfigs().map(({ where, text }) => [where, text]))(
    '%s is a configuration, or a part of one',
    (where, text) => {
      expect(parseConfig(text, { path: where, stateRoot: '/nowhere' }).network.interface).toBe('eno1');
    },
  );

  it('docs/config.md explains every key, and none that there is not', () => {
    const rows = readDocument('docs/config.md').match(/^\| `.*?\|/gm) ?? [];
    const explained = rows.flatMap((row) => [...row.matchAll(/`([a-zA-Z.]+)`/g)].map(([, key = '']) => key));
    const keys = [
      ...leavesOf([]),
      ...leavesOf(['machines', 0]).map((key) => key.replace(/^machines\.0\./, '')),
    ];
    const isKey = (word: string): boolean => keys.includes(word);
    expect(keys.filter((key) => !key.startsWith('machines') && !explained.includes(key))).toEqual([]);
    expect(
      explained.filter((word) => word.includes('.') && !/\.(?:cfg|xml|ign|yaml)$/.test(word) && !isKey(word)),
    ).toEqual([]);
  });

  it('name options that there are', () => {
    const known = new Set(['--help', ...optionsOf(buildProgram())]);
    expect(named(/(?<=^|[ `(])--[a-z][a-z-]+/gm).filter((option) => !known.has(option))).toEqual(
      FOREIGN_OPTIONS,
    );
  });

  it('name findings that there are', () => {
    // its index has the texts of other programs between back quotes; it is written from the findings themselves
    const written = everyDocument.filter(([file]) => file !== 'docs/troubleshooting.md');
    const words = namedIn(written, /(?<=`)[a-z0-9]+(?:-[a-z0-9]+)+(?=`)/g);
    const findings: ReadonlySet<string> = new Set(FINDING_CATALOGUE.keys());
    expect(words.filter((word) => !findings.has(word))).toEqual(OTHER_WORDS);
    expect(words.some((word) => findings.has(word))).toBe(true);
  });

  it('README.md lists the exit codes', () => {
    const [list = ''] = /Exit codes:[^.]*\./.exec(readDocument('README.md')) ?? [];
    const codes = [...list.matchAll(/(?:·|codes:)\s+(\d+) /g)].map(([, code]) => Number(code));
    expect(codes).toEqual(Object.values(EXIT));
  });

  it.each(everyDocument)('%s links to what is there', (file, text) => {
    const links = [...text.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, link = '']) => link);
    const broken = links.filter((link) => {
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? file : join(dirname(file), path);
      if (!existsSync(target)) return true;
      return anchor !== undefined && anchors.get(target)?.has(anchor) !== true;
    });
    expect(broken).toEqual([]);
  });
});

/** Dotted keys that hold a value. */
function leavesOf(path: readonly PropertyKey[]): string[] {
  return keysAt(path).flatMap((key) => {
    const inner = leavesOf([...path, key]);
    return inner.length > 0 ? inner : [[...path, key].join('.')];
  });
}

/** Links to the document itself are many. */
const anchors = new Map(everyDocument.map(([file, text]) => [file, anchorsOf(text)]));
