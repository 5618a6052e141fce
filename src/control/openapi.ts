import { z } from 'zod';
import { CONTROL_API } from './api.ts';
import { namesInPath, type Operation } from './operation.ts';
import { errorReply } from './schemas/session.ts';

type Schema = Record<string, unknown>;

/** The table of operations as an OpenAPI 3.1 document: programs in any language are clients of it. */
export function openApiDocument(version: string): { readonly openapi: string } & Schema {
  const paths: Record<string, Schema> = {};
  for (const [name, operation] of Object.entries(CONTROL_API)) {
    const { path, method } = operation;
    paths[path] = { ...paths[path], [method.toLowerCase()]: described(name, operation) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'pxectl',
      version,
      description: 'What a running pxectl can be asked, over the unix socket .pxectl/run/control.sock.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [
      { url: 'http://pxectl', description: 'the unix socket; the name of the host is not looked at' },
    ],
    paths,
    components: { schemas: { Error: schemaOf(errorReply, 'output') } },
  };
}

function described(name: string, { about, method, path, input, reply, isStream }: Operation): Schema {
  const { properties = {}, required = [] } = schemaOf(input, 'input') as {
    readonly properties?: Readonly<Record<string, Schema>>;
    readonly required?: readonly string[];
  };
  const inPath = namesInPath(path);
  const names = Object.keys(properties);
  const inQuery = method === 'GET' ? names.filter((one) => !inPath.includes(one)) : [];
  const parameter = (one: string, place: 'path' | 'query'): Schema => ({
    ...{ name: one, in: place, required: required.includes(one), schema: properties[one] },
  });
  const parameters = [
    ...inPath.map((one) => parameter(one, 'path')),
    ...inQuery.map((one) => parameter(one, 'query')),
    ...(isStream
      ? [{ name: 'Last-Event-ID', in: 'header', required: false, schema: { type: 'integer', minimum: 0 } }]
      : []),
  ];
  const hasBody = method === 'POST' && names.some((one) => !inPath.includes(one));
  const schema = schemaOf(reply, 'output');
  return {
    operationId: name,
    summary: about,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(hasBody
      ? {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: schemaOf(input, 'input') } },
          },
        }
      : {}),
    responses: {
      '200': isStream
        ? {
            description: 'server-sent events, the data of each one is this; `gap`: some are gone, look anew',
            content: { 'text/event-stream': { schema } },
          }
        : { description: 'done', content: { 'application/json': { schema } } },
      default: {
        description: 'what was refused, and why',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    },
  };
}

function schemaOf(type: z.ZodType, io: 'input' | 'output'): Schema {
  const { $schema: _, ...schema } = z.toJSONSchema(type, {
    io,
    override: ({ jsonSchema }) => {
      // the name of a format says what pages of a regular expression say too
      if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
    },
  });
  return schema;
}
