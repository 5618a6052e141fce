import { PxectlError, usageError } from '../../model/errors.ts';

interface Problem {
  readonly what: string;
  readonly why?: string;
  readonly suggestion?: string;
}

/**
 * What is wrong with a configuration that was not written: without a line to mend, since the file has no such line.
 * Any other error stays what it is.
 */
export function refusedChange(error: unknown, path: string): unknown {
  if (!(error instanceof PxectlError) || error.kind !== 'config') return error;
  const [first] = (error.details?.['problems'] ?? []) as readonly Problem[];
  if (first === undefined) return error;
  return usageError({
    what: `${path} is not written: ${first.what}`,
    ...(first.why === undefined ? {} : { why: first.why }),
    ...(first.suggestion === undefined ? {} : { next: `did you mean ${first.suggestion}?` }),
    cause: error,
  });
}
