import { readTextIfThere } from '../../platform/files.ts';
import type { StateLayout } from '../../model/state-layout.ts';

/** Where the dashboard is: with its token for whoever sits in front of the terminal, and without it in a log. */
export async function dashboardLine(
  url: string,
  layout: Pick<StateLayout, 'dashboardToken'>,
  isTerminal: boolean,
): Promise<string> {
  if (!isTerminal) return `dashboard: ${url} (to change things there: the token in ${layout.dashboardToken})`;
  const token = (await readTextIfThere(layout.dashboardToken).catch(() => undefined))?.trim();
  return `dashboard: ${url}${token === undefined ? '' : `#token=${token}`}`;
}
