import { addTo, command, words, type Fix } from '../../model/fix.ts';

/** A step as the data files have it: words, a command, or lines of a file. */
export type FixInFile =
  | string
  | { readonly command: string; readonly about?: string }
  | { readonly file: string; readonly lines: readonly string[]; readonly about?: string };

export function fixesOf(steps: readonly FixInFile[]): readonly Fix[] {
  return steps.map((step) => {
    if (typeof step === 'string') return words(step);
    return 'command' in step ? command(step.command, step.about) : addTo(step.file, step.lines, step.about);
  });
}
