import type { Evidence, Finding } from '../../model/finding.ts';
import type { FileEdit } from '../../model/fix.ts';

export type BootScriptKind = 'pxelinux' | 'grub' | 'ipxe';

export interface BootScriptInput {
  readonly path: string;
  readonly text: string;
  readonly kind: BootScriptKind;
  /** whether a file that a line names is there; undefined when that cannot be told (URLs, unknown root) */
  readonly exists: (name: string) => boolean | undefined;
}

/** What a rule gives: findings about lines of the script. */
export type ScriptRule = (input: BootScriptInput, lines: readonly string[]) => readonly Finding[];

/** A line as evidence: `boot.ipxe:3`. */
export function lineEvidence(path: string, index: number, raw: string): Evidence {
  return { source: `${path.split('/').pop() ?? path}:${index + 1}`, text: raw.trim().slice(0, 300) };
}

/** An edit of one line of the script; its indentation stays. */
export function lineEdit(path: string, index: number, raw: string, by: readonly string[]): FileEdit {
  const indent = /^\s*/.exec(raw)?.[0] ?? '';
  return {
    ...{ kind: 'edit', file: path, line: index + 1, replaces: raw.trim() },
    by: by.map((line) => `${indent}${line}`),
  };
}

/** Programs that are started like a kernel and take no initrd. */
export function needsNoInitrd(kernel: string): boolean {
  const name = kernel.split(/[?#]/)[0]?.split('/').pop()?.toLowerCase() ?? '';
  return /wimboot|memdisk|memtest|mt86|xen|tboot|mboot|\.c32$|\.efi$|\.0$|\.kpxe$|\.pxe$|\.lkrn$|\.bin$|\.com$|\.img$|netboot\.xyz|ipxe|grub|hdt|plop|gpxe|bootmgr/.test(
    name,
  );
}
