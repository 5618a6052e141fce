import { expect, it } from 'vitest';
import { API_DOCUMENT, withOperations } from '../../support/api-document.ts';
import { readDocument } from '../../support/documents.ts';

it('docs/api.md has every operation (npx tsx test/support/write-api-doc.ts writes them)', () => {
  const text = readDocument(API_DOCUMENT);
  expect(withOperations(text)).toBe(text);
});
