import type { ErrorKind } from '../model/errors.ts';

const KINDS = ['failure', 'usage', 'config', 'environment', 'asset', 'engine'] as const satisfies ErrorKind[];

/** What pxectl exits with. Scripts rely on these; DESIGN §5 and docs/errors.md name them. */
export const EXIT = {
  ok: 0,
  failure: 1,
  usage: 2,
  config: 3,
  environment: 4,
  asset: 5,
  engine: 6,
  bug: 70,
  interrupted: 130,
} as const;

/** The exit code for each kind of error. */
export function exitCodeOf(kind: ErrorKind): number {
  return EXIT[kind];
}

/** The kind of error that a pxectl with this exit code ended with; undefined for a bug, ^C or a signal. */
export function errorKindOf(exitCode: number | undefined): ErrorKind | undefined {
  return KINDS.find((kind) => EXIT[kind] === exitCode);
}
