import { buildProgram } from '../../src/cli/main.ts';
import { packageVersion } from '../../src/platform/packaged-files.ts';
import { commandPages } from './command-pages.ts';
import { describeCommand } from './command-tree.ts';
import { configPage } from './config-page.ts';
import type { ManPage } from './roff.ts';

/** Every man page; `date` stands at the foot of each. */
export function manPages(date: string): readonly ManPage[] {
  const options = { version: packageVersion(), date };
  return [...commandPages(describeCommand(buildProgram()), options), configPage(options)];
}
