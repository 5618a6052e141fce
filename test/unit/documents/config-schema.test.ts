import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { CONFIG_SCHEMA_ADDRESS, DOCUMENTATION } from '../../../src/model/documentation.ts';
import { readTemplate } from '../../../src/platform/packaged-files.ts';
import type { Ipv4Address } from '../../../src/protocol/addresses.ts';
import { renderInitialConfig } from '../../../src/render/initial-config.ts';
import { documentedConfigs } from '../../support/documents.ts';

interface Schema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly anyOf?: readonly Schema[];
}

const schema = JSON.parse(readFileSync('docs/schemas/pxectl.yaml.schema.json', 'utf8')) as Schema;
const check = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(schema);
const problemsOf = (value: unknown): readonly string[] =>
  check(value) ? [] : (check.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);

const GOOD = { version: 1, network: { interface: 'eno1', address: '192.168.1.50/24' } };

describe('the schema of pxectl.yaml', () => {
  it.each(documentedConfigs().map(({ where, text }) => [where, text]))('takes %s', (_, text) => {
    expect(problemsOf(parse(text))).toEqual([]);
  });

  it('takes what init writes, which names it in its first line, for editors', () => {
    const own = { interfaceName: 'eno1', address: '192.168.1.50' as Ipv4Address, prefix: 24 };
    const found = { ...own, isAddressAuto: false };
    const text = renderInitialConfig(
      { ...found, mode: 'full', range: '192.168.1.200-192.168.1.220', images: ['debian-12'], assumed: [] },
      readTemplate,
    );
    expect(text.split('\n')[0]).toBe(`# yaml-language-server: $schema=${CONFIG_SCHEMA_ADDRESS}`);
    expect(CONFIG_SCHEMA_ADDRESS.slice(DOCUMENTATION.length)).toBe('schemas/pxectl.yaml.schema.json');
    expect(problemsOf(parse(text))).toEqual([]);
  });

  it.each([
    ['no network', { version: 1 }],
    ['another version', { ...GOOD, version: 2 }],
    ['a mistyped key', { ...GOOD, machine: [] }],
    ['a mistyped key further in', { ...GOOD, boot: { timeout: 3 } }],
    ['a mode that there is not', { ...GOOD, network: { ...GOOD.network, mode: 'dhcp' } }],
    ['text for a number', { ...GOOD, http: { port: '8080' } }],
    ['a number too large', { ...GOOD, boot: { timeoutSeconds: 4000 } }],
    ['a machine that is text', { ...GOOD, machines: ['node-1'] }],
    ['an engine that there is not', { ...GOOD, engine: 'podman' }],
    ['a dashboard that is a number', { ...GOOD, dashboard: 8080 }],
    ['a seed that is missing', { ...GOOD, machines: [{ name: 'node-1', install: { once: true } }] }],
  ])('refuses %s', (_, value) => {
    expect(problemsOf(GOOD)).toEqual([]);
    expect(problemsOf(value)).not.toEqual([]);
  });

  it('says of every key what it is', () => {
    expect(withoutWords(schema, '')).toEqual([]);
  });
});

/** Keys that hold a value, and say nothing of it. */
function withoutWords(of: Schema, path: string): readonly string[] {
  const inner = [...(of.anyOf ?? []), of.items, of.additionalProperties].filter(
    (one): one is Schema => typeof one === 'object',
  );
  const maps = [of, ...inner].filter((one) => one.properties !== undefined);
  const keys = maps.flatMap(({ properties = {} }) => Object.entries(properties));
  if (keys.length === 0) return of.description === undefined && inner.length === 0 ? [path] : [];
  return keys.flatMap(([key, one]) => withoutWords(one, path === '' ? key : `${path}.${key}`));
}
