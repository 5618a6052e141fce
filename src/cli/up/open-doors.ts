import { serveControl } from '../../control/control-server.ts';
import { DashboardDoor } from '../../control/dashboard/dashboard-door.ts';
import { RunningSession } from '../../control/running-session.ts';
import { findingOfTrouble } from '../../doctor/finding-of-trouble.ts';
import type { Session } from '../../engine/session.ts';
import { messageOf } from '../../model/errors.ts';
import type { StateLayout } from '../../model/state-layout.ts';
import type { Told } from './told-lines.ts';

export interface Doors {
  readonly running: RunningSession;
  close(): Promise<void>;
}

/** Opens what a session is asked through: the control socket, and the dashboard. Machines are served also without them. */
export async function openDoors(
  session: Session,
  options: {
    readonly layout: StateLayout;
    readonly configPath: string;
    readonly told: Pick<Told, 'progress' | 'warn'>;
    /** begins to stop */
    readonly stop: () => void;
    /** ends what is waited for when it stops */
    readonly signal: AbortSignal;
  },
): Promise<Doors> {
  const { layout, configPath, told, stop, signal } = options;
  const running: RunningSession = new RunningSession({
    ...{ session, configPath, stop, signal, explain: findingOfTrouble },
    onOutcome: (line, isRefusal) => (isRefusal ? told.warn(line) : told.progress(line)),
    onApplied: () => dashboard.follow(session.context.config),
    dashboardUrl: () => dashboard.url,
  });
  const handlers = running.handlers();
  const dashboard: DashboardDoor = new DashboardDoor({
    ...{ handlers, tokenPath: layout.dashboardToken },
    onTrouble: (message) => told.warn(message),
  });
  await dashboard.follow(session.context.config);
  const control = await serveControl(layout, handlers).catch((error: unknown) => {
    // on a file system that holds no sockets, for one
    told.warn(`no control socket, so pxectl reload cannot ask this process: ${messageOf(error)}`);
    return undefined;
  });
  return {
    running,
    async close() {
      await Promise.all([control?.close(), dashboard.close()]);
    },
  };
}
