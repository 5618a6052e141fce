import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect } from 'vitest';
import { checkSeed } from '../../../src/machines/seeds/check-seed.ts';
import { readXml } from '../../../src/machines/seeds/xml-text.ts';
import { run } from '../../../src/platform/processes.ts';
import { itNeeds } from '../../support/external-tool.ts';
import { AUTOYAST, BROKEN_SEEDS, GOOD_SEEDS } from '../../support/seed-samples.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pxectl-seeds-'));
});
afterAll(() => rm(folder, { recursive: true }));

const SAMPLES = [...GOOD_SEEDS, ...BROKEN_SEEDS];
const isRefused = (sample: (typeof SAMPLES)[number]): boolean =>
  checkSeed(sample.format, sample.text).some(({ weight }) => weight === 'fatal');

/** What we and the program say of these samples, each by its name: true is refused. */
async function judge(
  samples: typeof SAMPLES,
  program: readonly string[],
): Promise<{ readonly ours: object; readonly theirs: object }> {
  const rows = samples.map(async (sample, index) => {
    const path = join(folder, `${sample.format}-${index}`);
    await writeFile(path, sample.text);
    const [file = '', ...args] = program;
    // debconf locks its databases: each run has its own (debconf.conf(5))
    const env = { DEBCONF_SYSTEMRC: `${path}.conf` };
    const databases = ['config', 'templates'].map(
      (name) => `Name: ${name}\nDriver: File\nFilename: ${path}.${name}\n`,
    );
    await writeFile(
      env.DEBCONF_SYSTEMRC,
      ['Config: config\nTemplates: templates\n', ...databases].join('\n'),
    );
    const { exitCode } = await run(file, [...args, path], { timeoutMs: 30_000, env });
    return { name: sample.name, ours: isRefused(sample), theirs: exitCode !== 0 };
  });
  const all = await Promise.all(rows);
  expect(all.map(({ theirs }) => theirs)).toContain(true);
  expect(all.map(({ theirs }) => theirs)).toContain(false);
  return {
    ours: Object.fromEntries(all.map(({ name, ours }) => [name, ours])),
    theirs: Object.fromEntries(all.map(({ name, theirs }) => [name, theirs])),
  };
}

/** YAML as Python reads it, and the header; of `autoinstall` and of templates `schema` knows nothing. */
const FOR_SCHEMA = [
  ...['cloud-config', 'a byte order mark', 'no YAML', 'a tab', 'a tag that nobody knows'],
  'a key that stands twice',
];

itNeeds('cloud-init')('user-data: of one mind with cloud-init schema', async () => {
  const samples = SAMPLES.filter(({ name }) => FOR_SCHEMA.includes(name));
  const { ours, theirs } = await judge(samples, ['cloud-init', 'schema', '--config-file']);
  expect(ours).toEqual(theirs);
});

/** The installer's own reader knows a comment in the first column alone; a kickstart may be lines of three words. */
const NOT_FOR_DEBCONF = ['a comment that is none', 'another kind'];

itNeeds('debconf-set-selections')('preseeds: of one mind with debconf-set-selections', async () => {
  const samples = SAMPLES.filter(
    ({ format, name }) => format === 'preseed' && !NOT_FOR_DEBCONF.includes(name),
  );
  const { ours, theirs } = await judge(samples, ['debconf-set-selections', '--checkonly']);
  expect(ours).toEqual(theirs);
});

const EXPAT = `import json, sys, xml.parsers.expat
def judge(text):
    try:
        xml.parsers.expat.ParserCreate().Parse(text.encode(), True)
        return True
    except xml.parsers.expat.ExpatError:
        return False
print(json.dumps([judge(text) for text in json.load(sys.stdin)]))`;

itNeeds('python3')('profiles: of one mind with expat, also about 2,000 spoilt ones', () => {
  const puts = [
    '',
    '<',
    '>',
    '&',
    '"',
    "'",
    '/',
    '--',
    ']',
    '=',
    ' ',
    'x',
    '?',
    '&amp;',
    '<a/>',
    '<b>',
    '</b>',
  ];
  const spoilt = fc
    .tuple(fc.nat(AUTOYAST.length), fc.constantFrom(...puts), fc.nat(3))
    .map(([at, put, cut]) => AUTOYAST.slice(0, at) + put + AUTOYAST.slice(at + cut));
  const texts = [AUTOYAST, ...fc.sample(spoilt, { numRuns: 2_000, seed: 12 })];
  const { stdout } = spawnSync('python3', ['-c', EXPAT], { input: JSON.stringify(texts), encoding: 'utf8' });
  const judged = JSON.parse(stdout) as readonly boolean[];
  const differing = texts.filter((text, index) => (readXml(text).mistake === undefined) !== judged[index]);
  expect(differing).toEqual([]);
});
