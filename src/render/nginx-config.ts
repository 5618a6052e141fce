import type { BootContext } from '../model/boot-context.ts';
import { stateLayout } from '../model/state-layout.ts';
import { quoteWord } from './quoting.ts';
import { fillTemplate, type ReadTemplate } from './template-engine.ts';

export interface NginxOptions {
  /** the state folder, absolute */
  readonly stateRoot: string;
  /** user of the workers; none: the one that nginx was built with, or whoever starts it */
  readonly user?: string;
  /** their group: without it nginx looks for one that is called like the user */
  readonly group?: string;
  /** word by which the pxectl process knows requests that nginx passes on; only then is their X-Real-IP believed */
  readonly proxySecret?: string;
}

/** Paths that the pxectl process answers, behind nginx. */
const DYNAMIC_PREFIXES = ['/seed/', '/report/', '/api/'];

/** The port on loopback on which the pxectl process answers what nginx passes on. */
export function dynamicPort(context: BootContext): number {
  return context.config.http.port + 1;
}

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
    user: [options.user, options.group]
      .filter((word) => word !== undefined)
      .map((word) => quoteWord(word, 'nginx'))
      .join(' '),
    run: layout.run,
    httpRoot: layout.httpRoot,
    address: context.config.network.address,
    port: context.config.http.port,
    upstream: `127.0.0.1:${dynamicPort(context)}`,
    dynamicPrefixes: DYNAMIC_PREFIXES,
    proxySecret: options.proxySecret === undefined ? '' : quoteWord(options.proxySecret, 'nginx'),
  });
}
