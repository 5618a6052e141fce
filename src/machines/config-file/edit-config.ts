import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { createTwoFilesPatch } from 'diff';
import { isMap, isSeq, parseDocument, type Document } from 'yaml';
import { layoutBeside } from '../../model/state-layout.ts';
import { parseConfig } from '../../model/config-file.ts';
import { withLock } from '../../platform/file-lock.ts';
import { outputFileMode, writeOutputFile } from '../../platform/output-file.ts';
import { keepLayout } from './keep-layout.ts';
import { changedLines, hunksOf } from './paired-lines.ts';
import { refusedChange } from './refused-change.ts';

/** What a command does to the configuration file. */
export interface ConfigEdit {
  readonly before: string;
  readonly text: string;
  /** unified; empty when nothing changes */
  readonly diff: string;
  /** where the text before is kept */
  readonly backup?: string;
}

/** Commands side by side wait for each other: each changes what the one before has left. */
const LOCK_TIMEOUT_MS = 60_000;

/**
 * Changes the configuration file and leaves everything else in it, comments too, as it is. The changed text must
 * pass every check before it is written; the text before is kept beside it.
 */
export async function editConfig(
  path: string,
  change: (document: Document) => void,
  isDryRun = false,
): Promise<ConfigEdit> {
  parseConfig(await readFile(path, 'utf8'), { path, stateRoot: layoutBeside(path).root });
  return mergeIntoConfig(path, change, isDryRun);
}

/** As `editConfig`, for a file whose values may be wrong: the change may be what mends them. */
export async function mergeIntoConfig(
  path: string,
  change: (document: Document) => void,
  isDryRun: boolean,
): Promise<ConfigEdit> {
  if (isDryRun) return changeText(path, change);
  const write = async (): Promise<ConfigEdit> => {
    const edit = await changeText(path, change);
    if (edit.text === edit.before) return edit;
    const backup = `${path}.bak`;
    // mirrors may hold a password: neither file is more open than the one before
    const mode = await outputFileMode(path);
    await writeOutputFile(backup, edit.before, mode);
    await writeOutputFile(path, edit.text, mode);
    return { ...edit, backup };
  };
  // beside the file: whoever may write that may write here, and .pxectl may be root's
  return withLock(dirname(path), basename(path), write, { timeoutMs: LOCK_TIMEOUT_MS });
}

async function changeText(path: string, change: (document: Document) => void): Promise<ConfigEdit> {
  const stateRoot = layoutBeside(path).root;
  const before = await readFile(path, 'utf8');
  const document = parseDocument(before);
  // a file that is no YAML, or no set of keys, is told with its line
  if (document.errors.length > 0 || !isMap(document.contents)) parseConfig(before, { path, stateRoot });
  change(document);
  const text = keepLayout(before, document);
  try {
    parseConfig(text, { path, stateRoot });
  } catch (error) {
    throw refusedChange(error, path);
  }
  if (text === before) return { before, text, diff: '' };
  return { before, text, diff: differenceOf(path, before, text) };
}

function differenceOf(path: string, before: string, text: string): string {
  const lines = [before, text].map((one) => one.replace(/\n$/, '').split('\n')) as [string[], string[]];
  const isEnded = before.endsWith('\n') && text.endsWith('\n');
  const changed = isEnded ? changedLines(...lines) : undefined;
  if (changed !== undefined) return `--- ${path}\tbefore\n+++ ${path}\tafter\n${hunksOf(...lines, changed)}`;
  return createTwoFilesPatch(path, path, before, text, 'before', 'after').replace(/^(Index: .*\n)?=+\n/, '');
}

/** Adds images to `images:`; the first one also becomes the default when nothing was served until now. */
export async function addImagesToConfig(path: string, ids: readonly string[]): Promise<ConfigEdit> {
  return editConfig(path, (document) => addImages(document, ids));
}

/** @see addImagesToConfig */
export function addImages(document: Document, ids: readonly string[]): void {
  const images = document.get('images');
  if (!isSeq(images)) document.set('images', document.createNode([], { flow: true }));
  else if (images.items.length === 0) images.flow = true;
  const wasEmpty = !isSeq(images) || images.items.length === 0;
  for (const id of ids) document.addIn(['images'], id);
  const current = document.getIn(['boot', 'default']);
  if (wasEmpty && ids.length > 0 && (current === undefined || current === 'local'))
    document.setIn(['boot', 'default'], ids[0]);
}
