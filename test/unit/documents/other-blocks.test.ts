import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from '../../../src/platform/processes.ts';
import { commandsOf, DOCUMENTS, fencedBlocks } from '../../support/documents.ts';
import { itNeeds } from '../../support/external-tool.ts';

/** Blocks that are neither commands of pxectl nor its configuration, by how they begin: a picture, or which test holds them. */
const OTHER_BLOCKS: Readonly<Record<string, string>> = {
  'curl --unix-socket .pxectl/run/control.sock': 'test/cli/control-socket.test.ts',
  'Config + Client facts ──plan──▶': 'a picture',
  'machine                         router :67': 'a picture',
  '# preseed, one line':
    'a line of a seed, for a machine that installs: test/unit/engine/machine-routes.test.ts',
  '#cloud-config': 'a seed with values of its reader: test/unit/machines/seeds/check-seed.test.ts has such',
  '# preseed\n': 'test/unit/machines/seeds/check-seed.test.ts',
  '# kickstart': 'test/unit/machines/seeds/check-seed.test.ts',
  '<!-- AutoYaST': 'test/unit/machines/seeds/check-seed.test.ts',
  'table inet pxectl-tftp': 'test/unit/documents/other-blocks.test.ts',
  'table inet pxectl-http': 'test/unit/documents/other-blocks.test.ts',
  'name,mac,vars.seat': 'test/integration/sessions/class-room.test.ts',
  '# compose.yaml\nservices:': 'test/integration/release/oci-image.test.ts',
  scrape_configs: 'test/unit/documents/other-blocks.test.ts',
  'built-in proxyDHCP, TFTP~': 'a picture of a terminal',
};

const blocks = DOCUMENTS.flatMap(fencedBlocks).filter(
  ({ language, text }) =>
    !['sh', 'yaml', 'synopsis'].includes(language) &&
    commandsOf(text.replaceAll('sudo pxectl', 'pxectl')).length === 0,
);
const blocksWith = (beginning: string): readonly string[] =>
  blocks.filter(({ text }) => text.startsWith(beginning)).map(({ text }) => text);

describe('what documents show beside commands and configurations', () => {
  it('is a picture, or held by a test', () => {
    const known = Object.keys(OTHER_BLOCKS);
    const unknown = blocks.filter(({ text }) => !known.some((beginning) => text.startsWith(beginning)));
    expect(unknown.map(({ where }) => where)).toEqual([]);
    expect(known.filter((beginning) => blocksWith(beginning).length === 0)).toEqual([]);
    const tests = Object.values(OTHER_BLOCKS).flatMap((reason) => /test\/\S+\.ts/.exec(reason) ?? []);
    expect(tests.filter((file) => !existsSync(file))).toEqual([]);
    expect(readFileSync('test/integration/sessions/class-room.test.ts', 'utf8')).toContain('STORY');
  });

  itNeeds(
    'root',
    'nft',
    'unshare',
  )('packet filters are taken by nft, in a namespace of their own', async () => {
    const rules = blocksWith('table inet');
    expect(rules).toHaveLength(2);
    await inFile(rules.join('\n'), (path) => run('unshare', ['-n', 'nft', '-c', '-f', path]));
  });

  itNeeds('promtool')('the scrape configuration is taken by Prometheus', async () => {
    const [text = ''] = blocksWith('scrape_configs');
    await inFile(text, (path) => run('promtool', ['check', 'config', path]));
  });
});

async function inFile(
  text: string,
  check: (path: string) => Promise<{ readonly exitCode?: number | undefined; readonly stderr: string }>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'pxectl-block-'));
  try {
    const path = join(folder, 'block');
    await writeFile(path, text);
    expect(await check(path)).toMatchObject({ exitCode: 0 });
  } finally {
    await rm(folder, { recursive: true });
  }
}
