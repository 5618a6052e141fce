import { writeFileSync } from 'node:fs';
import { knowledgeSchemas } from './knowledge-schemas.ts';

for (const [name, text] of knowledgeSchemas()) {
  writeFileSync(new URL(`../../src/doctor/knowledge/data/schemas/${name}`, import.meta.url), text);
}
