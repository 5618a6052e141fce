import { Validator } from '@seriousme/openapi-schema-validator';
import addFormatsModule from 'ajv-formats';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'vitest';

interface Described {
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly responses: Readonly<
    Record<string, { readonly content: Readonly<Record<string, { readonly schema: object }>> }>
  >;
}

/** What an OpenAPI document says of one operation after the other. */
export interface OpenApi {
  readonly components: object;
  readonly paths: Readonly<Record<string, Readonly<Record<'get' | 'post', Described | undefined>>>>;
}

/** Has the document judged by others than those who wrote it, and answers by the document. */
export async function openApiJudge(text: string) {
  const document = JSON.parse(text) as OpenApi;
  expect(await new Validator({ strict: false }).validate(document as never)).toMatchObject({ valid: true });
  const ajv = new Ajv2020({ allErrors: true, strict: true, strictRequired: false, allowUnionTypes: true });
  (addFormatsModule as unknown as (one: Ajv2020) => void)(ajv);
  ajv.addVocabulary(['components']);
  const compiled = new Map<string, ReturnType<Ajv2020['compile']>>();
  return {
    document,
    /** what is wrong with an answer; empty when nothing is */
    judge: (method: 'get' | 'post', path: string, status: number, body: unknown) => {
      const described = document.paths[path]?.[method];
      const answer = described?.responses[String(status)] ?? described?.responses['default'];
      const schema = answer?.content['application/json']?.schema;
      if (schema === undefined) return [`nothing is said of ${status} of ${method} ${path}`];
      const key = `${method} ${path} ${status}`;
      const check = compiled.get(key) ?? ajv.compile({ ...schema, components: document.components });
      compiled.set(key, check);
      return check(body) ? [] : (check.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
    },
  };
}
