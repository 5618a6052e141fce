import { configJsonSchema } from '../../src/model/config-schema.ts';
import type { Term } from './command-tree.ts';
import {
  heading,
  literal,
  manPage,
  paragraph,
  sentence,
  terms,
  text,
  type ManPage,
  type PageOptions,
} from './roff.ts';

/** The part of JSON Schema that the configuration's has. */
interface Schema {
  readonly description?: string;
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly anyOf?: readonly Schema[];
}

const EXAMPLE = [
  'version: 1',
  'network: { interface: eno1, address: 192.168.1.50, mode: proxy }',
  'images: [debian-12]',
  'machines:',
  "  - { mac: '52:54:00:12:34:56', name: node-1, image: debian-12 }",
];

/** pxectl.yaml(5), made of the schema that the file is held to. */
export function configPage(options: PageOptions): ManPage {
  const { machines, profiles, ...whole } = (configJsonSchema() as Schema).properties ?? {};
  const profile = profiles?.additionalProperties;
  const section = (title: string, schema: Schema | undefined, list: readonly Term[]): readonly string[] => [
    heading(title),
    text(sentence(schema?.description ?? '')),
    ...terms(list),
  ];
  return manPage(
    'pxectl.yaml',
    5,
    'what pxectl boots, and how',
    [
      heading('DESCRIPTION'),
      text('A YAML file, found by --config, by $PXECTL_CONFIG, or upwards from the current folder.'),
      ...paragraph('pxectl init writes a commented one. Paths in it are relative to it.'),
      ...paragraph('A wrong key or value is reported with file, line and column, and nothing starts then.'),
      heading('EXAMPLE'),
      ...literal(EXAMPLE),
      heading('KEYS'),
      ...terms(Object.entries(whole).flatMap(([key, schema]) => keyTerms(key, schema))),
      ...section('MACHINES', machines, keysOf(machines?.items)),
      ...section('PROFILES', profiles, keysOf(typeof profile === 'object' ? profile : undefined)),
      heading('SEE ALSO'),
      text('pxectl(1), pxectl-init(1), pxectl-render(1)'),
    ],
    options,
  );
}

const keysOf = (schema: Schema | undefined): readonly Term[] =>
  Object.entries(schema?.properties ?? {}).flatMap(([key, inner]) => keyTerms(key, inner));

/** Each key that holds a value, with dots: a list of maps has its keys behind `[]`. */
function keyTerms(key: string, schema: Schema): readonly Term[] {
  const map = schema.properties === undefined ? schema.anyOf?.find((one) => one.properties) : schema;
  const inner = Object.entries(map?.properties ?? {}).flatMap(([name, one]) =>
    keyTerms(`${key}.${name}`, one),
  );
  const listed = Object.entries(schema.items?.properties ?? {}).flatMap(([name, one]) =>
    keyTerms(`${key}[].${name}`, one),
  );
  const own = inner.length > 0 && map === schema ? [] : [{ term: key, text: meaningOf(schema) }];
  return [...own, ...inner, ...listed];
}

function meaningOf(schema: Schema): string {
  // not with a capital letter: it may begin with a value
  const { description = '', minimum, maximum } = schema;
  const words = [schema, ...(schema.anyOf ?? [])].flatMap((one) => one.enum ?? one.const ?? []);
  const allowed =
    words.length > 1
      ? `One of: ${words.map(String).join(', ')}.`
      : minimum !== undefined && maximum !== undefined
        ? `From ${minimum} to ${maximum}.`
        : '';
  return `${description}. ${allowed}`.trim();
}
