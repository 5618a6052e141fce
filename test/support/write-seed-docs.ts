import { mkdirSync, writeFileSync } from 'node:fs';
import { DOCUMENTED_SEEDS } from './new-seeds.ts';

mkdirSync('docs/seeds', { recursive: true });
for (const { path, text } of DOCUMENTED_SEEDS) writeFileSync(path, text);
