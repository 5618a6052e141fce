import type { Finding } from '../../../model/finding.ts';
import type { BlockStatement } from '../block-syntax.ts';

/** What was made of a web server's configuration. */
export interface WebLint {
  readonly findings: readonly Finding[];
  readonly statementCount: number;
  /** what may refuse a machine its files, and was not understood */
  readonly unknown: readonly BlockStatement[];
  /** what belongs to it and was not given */
  readonly missing: readonly string[];
}
