import type { BootContext } from '../model/boot-context.ts';
import { stateLayout } from '../model/state-layout.ts';
import { quoteWord } from './quoting.ts';
import { fillTemplate, type ReadTemplate } from './template-engine.ts';

export interface NginxOptions {
  /** the state folder, absolute */
  readonly stateRoot: string;
  /** what it writes; default: below run/ */
  readonly workFolder?: string;
  /** user of the workers; none: whoever starts it */
  readonly user?: string;
  /** a pxectl process answers behind it, and it is started in run/: {@link CHANNEL_SOCKET} */
  readonly hasChannel?: boolean;
}

/** Paths that the pxectl process answers, behind nginx. */
const DYNAMIC_PREFIXES = ['/seed/', '/report/', '/seen/', '/api/'];

/**
 * The socket on which the pxectl process answers what nginx passes on. From run/, where nginx is started: a socket address has
 * room for 107 bytes, and a state folder may be deeper.
 */
export const CHANNEL_SOCKET = 'channel/http.sock';

/** Processes that serve; the template says why it is not one for each processor. */
export const NGINX_WORKERS = 4;
/**
 * RLIMIT_DATA of each: whoever fills it, with headers that never end, gets no more connections, while the kernel would have killed the
 * worker and cut every download. Some 8000 machines that load a file need half of it.
 */
export const NGINX_WORKER_DATA_BYTES = 224 * 1024 * 1024;
/** All of them, with what the kernel holds for their connections; files are sent from the page cache, which it takes back. */
export const NGINX_MEMORY_BYTES = NGINX_WORKERS * NGINX_WORKER_DATA_BYTES + 128 * 1024 * 1024;

/** `run/nginx.conf`. */
export function renderNginxConfig(
  context: BootContext,
  readTemplate: ReadTemplate,
  options: NginxOptions,
): string {
  const layout = stateLayout(options.stateRoot);
  // the template puts every path into double quotes: what would end them is refused here
  for (const folder of [layout.run, layout.httpRoot]) quoteWord(folder, 'nginx');
  return fillTemplate(readTemplate('nginx.conf.hbs'), {
    user: options.user === undefined ? '' : quoteWord(options.user, 'nginx'),
    work: options.workFolder ?? `${layout.run}/nginx`,
    workers: NGINX_WORKERS,
    httpRoot: layout.httpRoot,
    address: context.config.network.address,
    port: context.config.http.port,
    dynamicPrefixes: DYNAMIC_PREFIXES,
    channel: options.hasChannel === true ? CHANNEL_SOCKET : '',
  });
}
