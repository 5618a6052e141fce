import type { ConfigEdit } from '../machines/config-file/edit-config.ts';
import type { Output } from './output.ts';

/** Says on stderr what was (or would be) changed, and where the text before is. */
export function sayConfigEdit(output: Output, { diff, backup }: ConfigEdit): void {
  if (diff !== '') output.progress(diff.trimEnd());
  if (backup !== undefined) output.progress(`the file before is kept as ${backup}`);
}
