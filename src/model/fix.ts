/** One line of a file, and what stands there instead; nothing takes the line out. Doctor has judged the edited file. */
export interface FileEdit {
  readonly kind: 'edit';
  readonly file: string;
  /** 1 for the first */
  readonly line: number;
  readonly replaces: string;
  readonly by: readonly string[];
}

/** Lines that a file must have, where nobody has shown the file itself. */
export interface AddedLines {
  readonly kind: 'edit';
  /** what it is for, where there is a choice */
  readonly about?: string;
  readonly file: string;
  readonly by: readonly string[];
}

export interface CommandFix {
  readonly kind: 'command';
  readonly about?: string;
  readonly command: string;
}

export interface WordsFix {
  readonly kind: 'words';
  readonly text: string;
}

/** One step of what to do about a finding. */
export type Fix = FileEdit | AddedLines | CommandFix | WordsFix;

export function words(text: string): WordsFix {
  return { kind: 'words', text };
}

export function command(line: string, about?: string): CommandFix {
  return { kind: 'command', ...(about === undefined ? {} : { about }), command: line };
}

export function addTo(file: string, lines: readonly string[], about?: string): AddedLines {
  return { kind: 'edit', ...(about === undefined ? {} : { about }), file, by: lines };
}

/** Whether it says at which line of which file: it can be applied to a copy. */
export function isFileEdit(fix: Fix): fix is FileEdit {
  return fix.kind === 'edit' && 'line' in fix;
}
