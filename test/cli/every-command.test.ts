import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildProgram } from '../../src/cli/main.ts';
import { configText, prepareState, TEST_IMAGE } from '../support/engine/prepare-state.ts';
import { makeFolder, pxectl } from '../support/pxectl-process.ts';

/** A command of the tree: `machines arm`. */
interface KnownCommand {
  readonly words: readonly string[];
  readonly takesMany: boolean;
  readonly isGroup: boolean;
  readonly hasJson: boolean;
}

/** Read from the program itself: a new command is tested without a word here. */
function* walk(command: Command, words: readonly string[]): Generator<KnownCommand> {
  for (const sub of command.commands) {
    const at = [...words, sub.name()];
    const { registeredArguments } = sub;
    yield {
      words: at,
      takesMany: registeredArguments.some(({ variadic }) => variadic),
      isGroup: sub.commands.length > 0,
      hasJson: sub.options.some(({ long }) => long === '--json'),
    };
    yield* walk(sub, at);
  }
}

const COMMANDS = [...walk(buildProgram(), [])];
const named = (some: readonly KnownCommand[]) => some.map((one) => [one.words.join(' '), one] as const);

const MACHINE = 'machines: [{ mac: 52:54:00:12:34:56, name: node-1, install: { seed: node.cfg } }]';

/** What prints text for a shell or a person only. */
const WITHOUT_JSON = ['completion', 'help'];

/** Names the second of which is unknown: all of the call is refused, with this exit code. */
const SECOND_UNKNOWN: Readonly<
  Record<string, { readonly args: readonly string[]; readonly exitCode: number }>
> = {
  fetch: { args: [TEST_IMAGE, 'no-such-image'], exitCode: 5 },
  'images rm': { args: ['--force', TEST_IMAGE, 'no-such-image'], exitCode: 5 },
  'images verify': { args: [TEST_IMAGE, 'no-such-image'], exitCode: 5 },
  doctor: { args: ['PXE-E21', '--log', '/dev/null/not-there'], exitCode: 1 },
  'machines add': { args: ['52:54:00:00:00:09', 'no-mac'], exitCode: 2 },
  'machines rm': { args: ['node-1', 'no-such-machine'], exitCode: 2 },
  'machines adopt': { args: ['52:54:00:00:00:09', 'no-mac'], exitCode: 2 },
  install: { args: ['node-1', 'no-such-machine'], exitCode: 2 },
  'power on': { args: ['node-1', 'no-such-machine'], exitCode: 2 },
  'power off': { args: ['node-1', 'no-such-machine'], exitCode: 2 },
  'power restart': { args: ['node-1', 'no-such-machine'], exitCode: 2 },
  'power state': { args: ['node-1', 'no-such-machine'], exitCode: 2 },
  'power boot-network': { args: ['node-1', 'no-such-machine'], exitCode: 2 },
  'machines arm': { args: ['node-1', 'no-such-machine'], exitCode: 2 },
  'machines disarm': { args: ['node-1', 'no-such-machine'], exitCode: 2 },
  'machines set': { args: ['node-1', 'no-such-machine', 'image=local'], exitCode: 2 },
  'machines show': { args: ['node-1', 'no-such-machine'], exitCode: 2 },
  'machines export': { args: ['node-1', 'no-such-machine'], exitCode: 2 },
  'seeds check': { args: ['node-1', 'no-such-machine'], exitCode: 2 },
  help: { args: ['machines', 'no-such-command'], exitCode: 2 },
};

/** What reads and ends by itself, with what it needs to read something. */
const READERS: Readonly<Record<string, readonly string[]>> = {
  images: [],
  'images verify': [],
  render: [],
  status: [],
  machines: [],
  history: [],
  'machines show': ['node-1'],
  'machines export': [],
  'machines set': ['node-1', 'image=local', '--dry-run'],
  doctor: ['PXE-E21'],
  install: ['node-1', '--dry-run'],
  export: ['dockerfile'],
  down: ['--dry-run'],
  reload: ['--dry-run'],
  init: ['--dry-run', '--force'],
  fetch: ['--dry-run'],
  up: ['--dry-run'],
  'lab clean': ['--dry-run'],
};

// nothing here changes anything: side by side
describe.concurrent('every command of the program', () => {
  let folder: Awaited<ReturnType<typeof makeFolder>>;
  const cli = (...args: readonly string[]) => pxectl(args, { cwd: folder.path });

  /** what a call that is refused must not touch */
  const everything = async (): Promise<unknown> => [
    await readdir(join(folder.path, '.pxectl/images')),
    await readFile(join(folder.path, 'pxectl.yaml'), 'utf8'),
    await readFile(join(folder.path, '.pxectl/machines.json'), 'utf8').catch(() => 'none'),
  ];

  beforeAll(async () => {
    folder = await makeFolder();
    await prepareState(folder.path, configText('proxy', MACHINE));
    await writeFile(join(folder.path, 'node.cfg'), '# preseed\n');
  });
  afterAll(() => folder.remove());

  it('refuses an option of the group that the verb does not have, wherever it stands', async () => {
    for (const words of [
      ['images', 'rm', TEST_IMAGE, '--available'],
      ['images', '--available', 'rm', TEST_IMAGE],
    ]) {
      const { exitCode, stderr } = await cli(...words);
      expect(stderr).toContain("unknown option '--available'");
      expect(stderr).toContain('next: pxectl images rm --help');
      expect(exitCode).toBe(2);
    }
  });

  // what has verbs and an action of its own takes a mistyped one for an argument, and refuses it in the action
  const groups = COMMANDS.filter(({ isGroup }) => isGroup);
  it.each(named(groups))('%s refuses an argument', async (_, { words }) => {
    const { exitCode, stderr } = await cli(...words, 'no-such-verb');
    expect(stderr).toContain('unknown command');
    expect(exitCode).toBe(2);
  });

  // the words of doctor are one text
  const many = COMMANDS.filter(({ takesMany, words }) => takesMany && words[0] !== 'doctor');
  it.each(named(many))('%s takes several names, and refuses them all for one', async (name, { words }) => {
    const known = SECOND_UNKNOWN[name];
    if (known === undefined)
      throw new Error(`tell SECOND_UNKNOWN what ${name} says to an unknown second name`);
    const before = await everything();
    expect(await cli(...words, ...known.args)).toMatchObject({ exitCode: known.exitCode });
    expect(await everything()).toEqual(before);
  });

  const readers = COMMANDS.filter(({ words }) => words.join(' ') in READERS);
  it.each(named(readers))('%s --json prints JSON and nothing else', async (name, { words }) => {
    const { stdout } = await cli(...words, ...(READERS[name] ?? []), '--json');
    expect(() => JSON.parse(stdout) as unknown).not.toThrow();
    expect(stdout).toContain('"schema": "pxectl.');
  });

  it('has --json everywhere but where a shell or a person reads', () => {
    const without = COMMANDS.filter(({ hasJson, isGroup }) => !hasJson && !isGroup);
    expect(without.map(({ words }) => words.join(' ')).sort()).toEqual(WITHOUT_JSON);
  });
});
