import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENVIRONMENT } from '../../../.ci/manual/surroundings.ts';
import { manPages } from '../../../.ci/manual/pages.ts';
import { buildProgram } from '../../../src/cli/main.ts';
import { COMMANDS_DOCUMENT, commandsDocument } from '../../support/commands-document.ts';
import { readDocument } from '../../support/documents.ts';

const exec = promisify(execFile);

it('docs/commands.md is what help says: npx tsx test/support/write-commands-doc.ts', () => {
  expect(readDocument(COMMANDS_DOCUMENT)).toBe(commandsDocument());
});

describe('the man pages', () => {
  let folder: string;
  let files: readonly string[];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pxectl-man-'));
    await exec('npx', ['tsx', '.ci/man.ts', folder], { env: { ...process.env, SOURCE_DATE_EPOCH: '86400' } });
    files = (await readdir(folder)).sort();
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('are one for each command, one for pxectl and one for its configuration', () => {
    const names = buildProgram().commands.map((command) => `pxectl-${command.name()}.1`);
    expect(files).toEqual(['pxectl.1', 'pxectl.yaml.5', ...names].sort());
  });

  it('are the same bytes for the same date', async () => {
    for (const { file, text } of manPages('1970-01-02')) {
      expect(await readFile(join(folder, file), 'utf8'), file).toBe(text);
    }
  });

  it('say nothing that a formatter does not understand', async () => {
    const paths = files.map((file) => join(folder, file));
    const lint = await exec('mandoc', ['-T', 'lint', '-W', 'warning', ...paths]);
    expect(lint.stdout + lint.stderr).toBe('');
    const { stderr } = await exec('groff', ['-man', '-ww', '-z', '-Kutf8', ...paths]);
    expect(stderr).toBe('');
  });

  it('show every option, and lines that can be copied', async () => {
    const shown = async (file: string): Promise<string> =>
      (await exec('mandoc', ['-T', 'utf8', '-O', 'width=300', join(folder, file)])).stdout.replace(
        /.\u0008/g,
        '',
      );
    const up = await shown('pxectl-up.1');
    for (const { flags } of buildProgram().commands.find((one) => one.name() === 'up')?.options ?? [])
      expect(up).toContain(flags);
    expect(up).toContain('pxectl up --dry-run');
    expect(await shown('pxectl-doctor.1')).toContain('pxectl doctor "PXE-E21 : Remote boot canceled"');
    expect(await shown('pxectl.yaml.5')).toMatch(/^ +network\.mode\n.*One of: proxy, pxe-only, full\.$/m);
  });
});

describe('the variables of the environment in pxectl(1)', () => {
  /** Of the system, of systemd and of sudo: nobody sets them for pxectl. */
  const OF_THE_SYSTEM = ['HOME', 'PATH', 'SUDO_UID', 'SUDO_USER', 'XDG_RUNTIME_DIR', 'RUNTIME_DIRECTORY'];
  /** Read by packages: undici and picocolors. */
  const OF_PACKAGES = ['no_proxy', 'FORCE_COLOR'];
  const documented = ENVIRONMENT.flatMap(
    ({ term, text }) => `${term} ${text}`.match(/\b(?:[A-Z]+(?:_[A-Z]+)+|TERM|[a-z]+_proxy)\b/g) ?? [],
  );
  const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => readFileSync(join('src', path), 'utf8'));

  it('are all that the source reads', () => {
    const read = sources.flatMap((text) =>
      [...text.matchAll(/\benv(?:ironment)?\['([A-Z_]+)'\]/g)].map(([, name = '']) => name),
    );
    const known = [...documented, ...OF_THE_SYSTEM];
    expect([...new Set(read)].filter((name) => !known.includes(name))).toEqual([]);
  });

  it('are none that nobody reads', () => {
    const whole = sources.join('\n');
    const unknown = documented.filter(
      (name) => name !== 'PXECTL_SECRET_NAME' && !OF_PACKAGES.includes(name) && !whole.includes(name),
    );
    expect(unknown).toEqual([]);
  });
});
