import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { expect } from 'vitest';
import { buildProgram } from '../../../src/cli/main.ts';
import { run as runProgram, type ProcessResult } from '../../../src/platform/processes.ts';
import { configText, prepareState } from '../engine/prepare-state.ts';
import type { PrivateNetwork } from '../pxectl-process.ts';

const captures = join(import.meta.dirname, '..', '..', '..', 'fixtures', 'captures');

/** Runs the program under test in a folder of its own. */
export type RunShipped = (...args: readonly string[]) => Promise<ProcessResult>;

function* commandWords(command: Command, words: readonly string[]): Generator<readonly string[]> {
  for (const sub of command.commands) {
    yield [...words, sub.name()];
    yield* commandWords(sub, [...words, sub.name()]);
  }
}

/** Every command of this source answers --help as this source does; `depth` 2: every sub-command too. */
export async function expectEveryHelp(run: RunShipped, depth: 1 | 2): Promise<void> {
  const all = [...commandWords(buildProgram(), [])].filter(({ length }) => length <= depth);
  expect(all.length).toBeGreaterThan(20);
  for (const words of all) {
    const { exitCode, stdout, stderr } = await run(...words, '--help');
    expect(`${exitCode} ${stderr}`, words.join(' ')).toBe('0 ');
    expect(stdout).toContain(`Usage: pxectl ${words.join(' ')}`);
  }
}

/** What has its data in files of the package: knowledge, templates of the configuration, of boot files and of seeds. */
export async function expectPackagedFiles(run: RunShipped, folder: string): Promise<void> {
  const init = await run('init', '--interface', 'eno1', '--yes');
  expect(init.exitCode, init.stderr).toBe(0);
  const code = await run('doctor', 'PXE-E21');
  expect(code.stdout).toContain('the boot server has nothing for this kind of firmware');
  const boot = await run('doctor', '--pcap', join(captures, 'uefi-ipxe.pcap'));
  expect(boot.stdout).toContain('nothing wrong found');
  expect(boot.exitCode).toBe(0);
  await prepareState(folder, SERVED);
  const rendered = await run('render', '--for', 'uefi-x64');
  expect(rendered.exitCode, rendered.stderr).toBe(0);
  const seed = await run('seeds', 'new', 'debian', '--disk', '/dev/sda', '--password-stdin');
  expect(seed.exitCode, seed.stderr).toBe(0);
}

/** Served with the built-in servers, as makePrivateNetwork has its interface. */
const SERVED = `${configText().replace('br0', 'eno1')}engine: builtin\n`;

const inside = (network: PrivateNetwork, ...words: readonly string[]): Promise<ProcessResult> =>
  runProgram('ip', ['netns', 'exec', network.namespace, ...words]);

/** A project to serve. Each end of the network's pair of interfaces is up: without koffi a warning is due. */
export async function prepareServed(folder: string): Promise<void> {
  await prepareState(folder, SERVED);
  await rm(join(folder, '.pxectl', 'events.jsonl'), { force: true });
}

/** What a session has written down, one JSON object a line. */
export const eventsIn = (folder: string): Promise<string> =>
  readFile(join(folder, '.pxectl', 'events.jsonl'), 'utf8');

/** Serves in the background, with its dashboard, and each socket on its interface alone: koffi is there and works. */
export async function expectServes(run: RunShipped, folder: string, network: PrivateNetwork): Promise<void> {
  await prepareServed(folder);
  const up = await run('up', '--detach', '--no-look');
  try {
    expect(up.exitCode, up.stderr).toBe(0);
    expect(up.stderr).toContain('up in the background');
    expect(await eventsIn(folder)).not.toContain('are heard as well');
    const { stdout: page } = await inside(
      network,
      'curl',
      '-sS',
      '--max-time',
      '20',
      'http://127.0.0.1:8080/ui/',
    );
    expect(page).toContain('<script');
    expect((await run('status', '--json')).stdout).toContain('"builtin"');
  } finally {
    expect((await run('down')).exitCode).toBe(0);
  }
}
