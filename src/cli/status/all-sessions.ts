import { listSessions } from '../../engine/session-registry.ts';
import { EXIT } from '../exit-codes.ts';
import { printable } from '../../model/printable.ts';
import type { Output } from '../output.ts';
import { fittedTable } from '../fitted-table.ts';
import { formatLocalTime } from '../../model/units.ts';

/** `pxectl status --all`: the sessions of all projects on this computer. */
export async function showAllSessions(output: Output, isJson: boolean): Promise<number> {
  const sessions = await listSessions();
  const exitCode = sessions.length === 0 ? EXIT.failure : EXIT.ok;
  if (isJson) {
    output.json({
      schema: 'pxectl.status.all/1',
      sessions: sessions.map(({ process: { pid }, ...session }) => ({ pid, ...session })),
    });
    return exitCode;
  }
  if (sessions.length === 0) {
    output.progress('no pxectl is up on this computer, as far as you may see');
    return exitCode;
  }
  output.data(
    fittedTable(
      ['PID', 'USER', 'SINCE', 'ENGINE', 'HTTP', 'CONFIGURATION'],
      sessions.map(({ process: { pid }, uid, startedAt, engine, httpUrl, configPath }) => [
        String(pid),
        uid === 0 ? 'root' : String(uid),
        formatLocalTime(startedAt).slice(0, 16),
        engine,
        printable(httpUrl),
        printable(configPath, 1000),
      ]),
      [
        [5, 14],
        [4, 15],
      ],
    ),
  );
  return exitCode;
}
