import { readFileSync, writeFileSync } from 'node:fs';
import { API_DOCUMENT, withOperations } from './api-document.ts';

writeFileSync(API_DOCUMENT, withOperations(readFileSync(API_DOCUMENT, 'utf8')));
