import { writeFileSync } from 'node:fs';
import { COMMANDS_DOCUMENT, commandsDocument } from './commands-document.ts';

writeFileSync(COMMANDS_DOCUMENT, commandsDocument());
