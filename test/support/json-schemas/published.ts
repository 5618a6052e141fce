import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { configJsonSchema } from '../../../src/model/config-schema.ts';
import { findOutputs } from './find-outputs.ts';
import type { JsonSchema } from './schema-of-type.ts';

/** What `init` names in the file that it writes. */
export const CONFIG_SCHEMA = 'pxectl.yaml.schema.json';

const FOLDER = join(import.meta.dirname, '../../../docs/schemas');
const fileOf = (id: string): string => `${id.replace(/^pxectl\./, '').replace('/', '-')}.json`;

/** The files of docs/schemas, by name, as the source makes them. */
export function madeSchemas(): ReadonlyMap<string, string> {
  return new Map([
    ...[...findOutputs()].map(([id, schema]): readonly [string, string] => {
      const whole = { $schema: 'https://json-schema.org/draft/2020-12/schema', title: id, ...schema };
      return [fileOf(id), `${JSON.stringify(whole, null, 2)}\n`];
    }),
    [CONFIG_SCHEMA, `${JSON.stringify(configJsonSchema(), null, 2)}\n`],
  ]);
}

export const publishedSchemas = (): ReadonlyMap<string, string> =>
  new Map(readdirSync(FOLDER).map((name) => [name, readFileSync(join(FOLDER, name), 'utf8')]));

const compiled = new Map<string, z.ZodType>();

/** What is wrong with something that was printed, by the schema that is published for it; undefined: nothing. */
export function schemaProblem(value: unknown, id = idOf(value)): string | undefined {
  if (id === undefined) return 'it has no schema';
  const path = join(FOLDER, fileOf(id));
  let schema = compiled.get(id);
  if (schema === undefined) {
    if (!existsSync(path))
      return `docs/schemas has no ${fileOf(id)}: npx tsx test/support/write-json-schemas.ts`;
    schema = z.fromJSONSchema(closed(JSON.parse(readFileSync(path, 'utf8')) as JsonSchema) as never);
    compiled.set(id, schema);
  }
  const { error } = schema.safeParse(value);
  return error === undefined ? undefined : `${id}: ${z.prettifyError(error)}`;
}

function idOf(value: unknown): string | undefined {
  const { schema } = Object(value) as { schema?: unknown };
  return typeof schema === 'string' ? schema : undefined;
}

/** What is published may grow; what is printed today has no key that is not published. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const copy = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  const isFixed = copy['type'] === 'object' && copy['properties'] !== undefined;
  return isFixed && copy['additionalProperties'] === undefined
    ? { ...copy, additionalProperties: false }
    : copy;
}
