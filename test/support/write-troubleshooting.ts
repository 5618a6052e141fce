import { writeFileSync } from 'node:fs';
import { renderTroubleshooting } from '../../src/doctor/knowledge/troubleshooting.ts';

writeFileSync(new URL('../../docs/troubleshooting.md', import.meta.url), renderTroubleshooting());
