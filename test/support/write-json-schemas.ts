import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { madeSchemas } from './json-schemas/published.ts';

const folder = new URL('../../docs/schemas/', import.meta.url);
const schemas = madeSchemas();
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder);
for (const [name, text] of schemas) writeFileSync(new URL(name, folder), text);
