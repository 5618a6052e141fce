import { dirname, join } from 'node:path';

/** Paths below the state folder `.pxectl/` (DESIGN §5). Pure names: nothing here touches the disk. */
export interface StateLayout {
  /** the state folder itself, absolute */
  readonly root: string;
  readonly images: string;
  readonly loaders: string;
  readonly tftpRoot: string;
  readonly httpRoot: string;
  readonly run: string;
  /** where a running pxectl takes orders */
  readonly controlSocket: string;
  readonly events: string;
  /** what whoever changes things with the dashboard shows: a secret */
  readonly dashboardToken: string;
}

/** The layout for a state folder (absolute path, no trailing slash). */
export function stateLayout(root: string): StateLayout {
  return {
    root,
    images: `${root}/images`,
    loaders: `${root}/loaders`,
    tftpRoot: `${root}/serve/tftp`,
    httpRoot: `${root}/serve/http`,
    run: `${root}/run`,
    controlSocket: `${root}/run/control.sock`,
    events: `${root}/events.jsonl`,
    dashboardToken: `${root}/dashboard-token`,
  };
}

/** `secrets/` beside the state folder, and so beside pxectl.yaml. */
export const secretsBeside = ({ root }: Pick<StateLayout, 'root'>): string => join(dirname(root), 'secrets');

/** The state folder of a configuration file. */
export function layoutBeside(configPath: string): StateLayout {
  return stateLayout(join(dirname(configPath), '.pxectl'));
}
