import { z } from 'zod';
import { DATA_FORMS } from '../../src/doctor/knowledge/data-schema.ts';

/** JSON Schemas of the data files, which editors check and complete by: file name → text. */
export function knowledgeSchemas(): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(DATA_FORMS).map(([name, form]) => [
      `${name}.schema.json`,
      `${JSON.stringify(z.toJSONSchema(form), undefined, 2)}\n`,
    ]),
  );
}
