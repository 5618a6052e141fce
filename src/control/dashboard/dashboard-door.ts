import type { Config } from '../../model/config.ts';
import { messageOf, PxectlError } from '../../model/errors.ts';
import type { DashboardListen } from '../../model/reporting.ts';
import type { Ipv4Address } from '../../protocol/addresses.ts';
import type { ControlHandlers } from '../api.ts';
import { serveDashboard, type Dashboard } from './dashboard-server.ts';
import { dashboardToken } from './dashboard-token.ts';

export interface DashboardDoorOptions {
  readonly handlers: ControlHandlers;
  readonly tokenPath: string;
  /** machines are served all the same */
  readonly onTrouble: (message: string) => void;
}

const LOOPBACK = '127.0.0.1' as Ipv4Address;

/**
 * The dashboard where the configuration has it: for this computer on an address that no network reaches, so that nothing that
 * passes requests on makes a neighbour look like this computer.
 */
export class DashboardDoor {
  #open: { readonly listen: string; readonly dashboard: Dashboard } | undefined;

  constructor(private readonly options: DashboardDoorOptions) {}

  /** Without the token; undefined where there is none. */
  get url(): string | undefined {
    return this.#open?.dashboard.url;
  }

  /** The configuration is here, or has changed; pages that are open stay so where nothing has changed for them. */
  async follow({ reporting, network }: Pick<Config, 'reporting' | 'network'>): Promise<void> {
    const wanted = reporting.dashboard;
    const listen = JSON.stringify(wanted ?? null);
    if (this.#open?.listen === listen) return;
    await this.close();
    if (wanted === undefined) return;
    try {
      this.#open = { listen, dashboard: await this.#serve(wanted, network.address) };
    } catch (error) {
      this.options.onTrouble(`no dashboard: ${messageOf(error)}`);
    }
  }

  async close(): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    await open?.dashboard.close();
  }

  async #serve(
    { reach, port, isPortGiven, names }: DashboardListen,
    lanAddress: Ipv4Address,
  ): Promise<Dashboard> {
    const { handlers, tokenPath } = this.options;
    const address = reach === 'lan' ? lanAddress : LOOPBACK;
    const place = { handlers, address, names, token: await dashboardToken(tokenPath) };
    try {
      return await serveDashboard({ ...place, port });
    } catch (error) {
      const isTaken =
        error instanceof PxectlError && (error.code === 'E_PORT_IN_USE' || error.code === 'E_PRIVILEGE');
      if (!isTaken || isPortGiven) throw error;
      return serveDashboard({ ...place, port: 0 });
    }
  }
}
