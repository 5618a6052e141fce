import { execFileSync } from 'node:child_process';
import { parse } from 'yaml';
import { expect, it } from 'vitest';
import { fillTemplate, isTemplate } from '../../../../src/machines/seeds/seed-template.ts';
import type { SeedTemplateError } from '../../../../src/machines/seeds/seed-template-error.ts';
import type { SeedView } from '../../../../src/machines/seeds/template-view.ts';

const HARD = ["O'Brien", 'a "b" \\ `c` $(d)', 'a: b # c', '- x', '\u0085\u2028\u007f\uFEFF', '@x', 'no', ' '];
const VIEW: SeedView = {
  machine: { name: 'pc-01', mac: '52:54:00:00:00:01', uuid: null, serial: null, profile: null },
  vars: {
    disk: '/dev/sda',
    motd: 'a\nb',
    hard: HARD,
    users: [{ name: 'ann' }, { name: 'bob' }],
    isOff: false,
    many: Array.from({ length: 1_000 }, (_, index) => index),
    long: 'x'.repeat(100_000),
  },
  image: {
    id: 'debian-12',
    title: 'Debian',
    distribution: 'debian',
    release: '12',
    architecture: 'amd64',
    url: 'http://s/images/debian-12',
  },
  server: { address: '192.168.1.50', port: 8080, url: 'http://192.168.1.50:8080' },
  report: 'http://192.168.1.50:8080/report/52-54-00-00-00-01',
};
const fill = (text: string): string => fillTemplate(text, VIEW, (name) => `hidden-${name}'`).text;
const whyNot = (text: string): string => {
  try {
    return `filled: ${fill(text)}`;
  } catch (error) {
    const { message, at } = error as SeedTemplateError;
    return `${at === undefined ? '' : `${at.line}:${at.column}: `}${message}`;
  }
};

it('fills in the machine, its vars, its image, this server and the report', () => {
  expect(fill('{{machine.name}} {{vars.disk}} {{image.release}} {{server.address}} {{report}}/done')).toBe(
    'pc-01 /dev/sda 12 192.168.1.50 http://192.168.1.50:8080/report/52-54-00-00-00-01/done',
  );
  expect(fill('{{#each vars.users}}\n- {{name}} {{@index}} {{../machine.name}}\n{{/each}}\n.')).toBe(
    '- ann 0 pc-01\n- bob 1 pc-01\n.',
  );
  expect(
    fill('{{#each vars.many}}{{#if @last}}{{#each ../vars.users}}{{name}}{{/each}}{{/if}}{{/each}}'),
  ).toBe('annbob');
  expect(fill('{{#if vars.isOff}}a{{else}}b{{/if}}{{#unless vars.nothing}}c{{/unless}}')).toBe('bc');
  expect(fill("{{!-- {{nothing}} --}}docker ps --format '\\{{.Names}}' {{lookup vars 'disk'}}")).toBe(
    "docker ps --format '{{.Names}}' /dev/sda",
  );
});

it('what is missing, mistyped or unknown is an error with its place and the nearest name', () => {
  for (const [text, why] of [
    ['a\n  {{vars.dsik}}', '2:5: there is no vars.dsik; did you mean vars.disk?'],
    ['{{yaml vars.dsik}}', '1:8: there is no vars.dsik; did you mean vars.disk?'],
    ['{{#each vars.user}}{{/each}}', '1:9: there is no vars.user; did you mean vars.users?'],
    ['{{#each vars.users}}\n{{nmae}}{{/each}}', '2:3: there is no nmae; did you mean machine.name?'],
    ['{{disk}}', '1:3: there is no disk; did you mean vars.disk?'],
    ['{{machine.uuid}}', '1:1: machine.uuid is null'],
    ['{{vars.users}}', '1:1: vars.users is a list'],
    ['{{#each vars.disk}}{{/each}}', '1:1: each wants a list or a mapping'],
    ['{{secert "x"}}', '1:1: there is no helper secert; did you mean secret?'],
    ['{{secret}}', '1:1: secret takes one value'],
    ['{{#vars.users}}{{/vars.users}}', '1:1: what is to be done with vars.users?'],
    ['{{> other}}', '1:1: a seed has no partials'],
    ['\n {{.Names}}', '2:2: its braces cannot be read'],
    ['{{#if vars.isOff}}', '1:1: its braces cannot be read'],
    ['{{#if vars.isOff}}{{/each}}', '1:4: its braces cannot be read'],
  ] as const) {
    expect(whyNot(text), text).toContain(why);
  }
});

it('nobody gets at prototypes, functions or this program', () => {
  for (const path of [
    'constructor',
    'vars.constructor.constructor',
    '__proto__',
    'vars.users.map',
    'toString',
    'vars.disk.replace',
    '@root.constructor',
    'process',
    'lookup vars "constructor"',
    'lookup vars.disk "replace"',
  ]) {
    expect(whyNot(`{{${path}}}`), path).toMatch(/there is no/);
  }
});

it('a value that can break the lines around it is refused, and written by yaml, json, shell and xml', () => {
  expect(whyNot('{{vars.motd}}')).toContain('1:1: vars.motd has a line break or control character');
  expect(whyNot('{{shell vars.motd}}')).toContain('1:1: it has a line break');
  expect(whyNot('x: {{secret "key"}}')).toContain('1:4: secret has a quote');
  expect(whyNot('{{#each vars.hard}}{{this}}{{/each}}')).toContain('1:20: this has a quote');
  expect(fill('{{{vars.motd}}}')).toBe('a\nb');
  for (const [index, value] of HARD.entries()) {
    expect(parse(fill(`a: {{yaml (lookup vars.hard ${index})}} # c`))).toEqual({ a: value });
    expect(JSON.parse(fill(`{{json (lookup vars.hard ${index})}}`))).toBe(value);
    const xml = fill(`{{xml "<&'>"}}`);
    expect(xml).toBe('&#60;&#38;&#39;&#62;');
  }
  expect(parse(fill('{{yaml vars}}'))).toEqual(VIEW.vars);
  const words = HARD.filter((value) => !/[\p{Cc}\u2028]/u.test(value));
  const shell = words.map((value) => fill(`{{shell (lookup vars.hard ${HARD.indexOf(value)})}}`)).join(' ');
  expect(execFileSync('sh', ['-c', `printf '%s\\n' ${shell}`], { encoding: 'utf8' })).toBe(
    `${words.join('\n')}\n`,
  );
});

it('tells where in the template a place of the filled text comes from', () => {
  const template = 'one\n{{#each vars.users}}\n  - {{name}}: x\n{{/each}}\nlast {{machine.name}} end\n';
  const { text, placeAt } = fillTemplate(template, VIEW, () => '');
  expect(text).toBe('one\n  - ann: x\n  - bob: x\nlast pc-01 end\n');
  for (const [at, place] of [
    [
      { line: 1, column: 2 },
      { line: 1, column: 2 },
    ],
    [
      { line: 3, column: 3 },
      { line: 3, column: 3 },
    ],
    [
      { line: 3, column: 6 },
      { line: 3, column: 5 },
    ],
    [
      { line: 3, column: 10 },
      { line: 3, column: 15 },
    ],
    [
      { line: 4, column: 1 },
      { line: 5, column: 1 },
    ],
    [
      { line: 4, column: 12 },
      { line: 5, column: 23 },
    ],
  ]) {
    expect(placeAt(at as never), JSON.stringify(at)).toEqual(place);
  }
});

it('what would take for ever, or all memory, is refused in bounded time', () => {
  const many = (depth: number): string =>
    `{{#each @root.vars.many}}${depth === 0 ? '' : many(depth - 1)}{{/each}}`;
  expect(whyNot(many(4))).toContain('its loops turn more than 100000 times');
  expect(whyNot('{{#each vars.many}}{{@root.vars.long}}{{/each}}')).toContain('too big for a seed');
  expect(whyNot(`${'x'.repeat(3 * 1024 * 1024)}{{report}}`)).toContain('it is a template of 3072 KiB');
  expect(whyNot('{{report}}'.repeat(1_001))).toContain('it has 1001 expressions, and 1000 are the most');
  expect(whyNot(`a\n{{yaml ${'(yaml '.repeat(200)}1${')'.repeat(200)}}}`)).toContain(
    '2:1: an expression has',
  );
});

it('leaves to cloud-init what begins with its line for jinja', () => {
  expect(isTemplate('## template: jinja\n#cloud-config\nhostname: {{ v1.x }}')).toBe(false);
  expect(isTemplate('#cloud-config\nhostname: {{machine.name}}')).toBe(true);
});
