import type { ConfigEdit } from '../machines/config-file/edit-config.ts';
import type { Output } from './output.ts';

/** Says on stderr what was (or would be) changed, and where the text before is. */
export function sayConfigEdit(output: Output, { diff, backup }: ConfigEdit): void {
  if (diff !== '') output.progress(diff.trimEnd());
  if (backup !== undefined) output.progress(`the file before is kept as ${backup}`);
}

/** The same where the difference is what was asked for: a dry run has it on stdout. */
export function showConfigEdit(output: Output, edit: ConfigEdit, isDryRun: boolean): void {
  if (isDryRun) output.data(edit.diff.trimEnd() || 'no difference');
  else sayConfigEdit(output, edit);
}
