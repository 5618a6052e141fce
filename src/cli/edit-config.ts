import { readFile } from 'node:fs/promises';
import { isSeq, parseDocument, type Document } from 'yaml';
import { layoutBeside } from '../engine/project.ts';
import { parseConfig } from '../model/config-file.ts';
import { writeFileAtomic } from '../platform/files.ts';
import { refusedChange } from './refused-change.ts';

/**
 * Changes the configuration file and leaves everything else in it, comments too, as it is. The changed text must
 * pass every check before it is written. Returns the changed text.
 */
export async function editConfig(
  path: string,
  change: (document: Document) => void,
  isDryRun = false,
): Promise<string> {
  const stateRoot = layoutBeside(path).root;
  const before = await readFile(path, 'utf8');
  parseConfig(before, { path, stateRoot });
  const document = parseDocument(before);
  change(document);
  const text = document.toString({ lineWidth: 0 });
  try {
    parseConfig(text, { path, stateRoot });
  } catch (error) {
    throw refusedChange(error, path);
  }
  if (!isDryRun) await writeFileAtomic(path, text);
  return text;
}

/** Adds images to `images:`; the first one also becomes the default when nothing was served until now. */
export async function addImagesToConfig(path: string, ids: readonly string[]): Promise<void> {
  await editConfig(path, (document) => {
    const images = document.get('images');
    if (!isSeq(images)) document.set('images', document.createNode([], { flow: true }));
    else if (images.items.length === 0) images.flow = true;
    const wasEmpty = !isSeq(images) || images.items.length === 0;
    for (const id of ids) document.addIn(['images'], id);
    const current = document.getIn(['boot', 'default']);
    if (wasEmpty && (current === undefined || current === 'local'))
      document.setIn(['boot', 'default'], ids[0]);
  });
}
