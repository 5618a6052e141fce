import { acceptsConnections } from '../net/accepts-connections.ts';
import type { BootContext } from '../model/boot-context.ts';
import { engineError } from '../model/errors.ts';
import { RunningTransfers, type RunningTransfer } from '../model/running-transfer.ts';
import { prepareConfinement, UNCONFINED, type Confinement } from '../platform/confinement.ts';
import { readTemplate } from '../platform/packaged-files.ts';
import { findProgram, run } from '../platform/processes.ts';
import { NGINX_WORKER_DATA_BYTES, renderNginxConfig } from '../render/nginx-config.ts';
import { startHttpServer } from '../server/http/http-server.ts';
import type { EngineInput, RunningEngine } from './engine.ts';
import { followServerLog } from './follow-server-log.ts';
import { NamedEvents } from './named-events.ts';
import { tellWhenFull } from './nginx/nginx-full.ts';
import { eventsOfAccess } from './nginx/nginx-log.ts';
import { openInnerChannel } from './inner-channel.ts';
import {
  emptyAccessLog,
  giveWorkFolder,
  openConfigFolder,
  serverFolders,
  writeServerConfig,
} from './server-folders.ts';
import { servingId } from './serving-id.ts';
import { superviseProcess } from './supervised-process.ts';

/** Where a client's HTTP requests arrive. */
export interface HttpFront {
  /** `nginx 1.22.1 on port 8080`, for the user */
  readonly description: string;
  readonly died: Promise<string>;
  /** what pxectl itself sends; absent where nginx does, which tells of a file when it is over */
  transfers?(): readonly RunningTransfer[];
  reload(context: BootContext): Promise<void>;
  stop(): Promise<void>;
}

/** The running files of an engine whose TFTP is dnsmasq's. */
export const transfersBesideDnsmasq = (
  http: Pick<HttpFront, 'transfers'>,
): Pick<RunningEngine, 'transfers' | 'toldWhenOver'> => ({
  transfers: () => http.transfers?.() ?? [],
  toldWhenOver: http.transfers === undefined ? ['tftp', 'http'] : ['tftp'],
});

const NEVER = new Promise<string>(() => undefined);

/** nginx for the big files and pxectl behind it for what changes per machine; pxectl alone without nginx. */
export async function startHttpFront(input: EngineInput): Promise<HttpFront> {
  const nginx = await findProgram('nginx');
  return nginx === undefined ? startOwnHttp(input) : startNginx(input, nginx);
}

/** Everything over HTTP by pxectl itself. */
export async function startOwnHttp(input: EngineInput): Promise<HttpFront> {
  const { network, http } = input.context.config;
  const transfers = new RunningTransfers();
  const server = await startHttpServer({
    address: network.address,
    port: http.port,
    root: input.layout.httpRoot,
    routes: input.routes,
    sink: input.sink,
    transfers,
    resolveMac: input.cardOf,
  });
  return {
    description: `HTTP by pxectl on port ${http.port}`,
    died: NEVER,
    transfers: () => transfers.list(),
    reload: async () => undefined,
    stop: () => server.close(),
  };
}

/** Follows the logs of templates/nginx.conf.hbs and tells as events what is asked there, and that nginx has no room left. */
export function followNginx(
  input: Pick<EngineInput, 'context' | 'layout' | 'sink' | 'macOf'>,
  path: string,
): { stop(): Promise<void> } {
  const named = new NamedEvents({
    resolveMac: input.macOf,
    ownAddress: input.context.config.network.address,
    emit: (event) => input.sink.emit(event),
  });
  const follower = followServerLog('nginx', path, input.sink, (line) => {
    for (const event of eventsOfAccess(line, input.layout.httpRoot)) named.push(event);
  });
  const errors = `${serverFolders(input.layout).nginx}/nginx-error.log`;
  const errorFollower = followServerLog('nginx', errors, input.sink, tellWhenFull(input.sink));
  return {
    async stop() {
      await Promise.all([follower.stop(), errorFollower.stop()]);
      named.close();
    },
  };
}

async function startNginx(input: EngineInput, file: string): Promise<HttpFront> {
  const { layout, sink } = input;
  const { network, http } = input.context.config;
  const { nginx: work, config: configs } = serverFolders(layout);
  const configPath = `${configs}/nginx.conf`;
  const id = process.geteuid?.() === 0 ? await servingId() : undefined;
  await openConfigFolder(configs);
  await giveWorkFolder(work, id);
  const behind = await openInnerChannel(input, id);
  const closers: (() => Promise<void>)[] = [() => behind.close()];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const confinement = id === undefined ? UNCONFINED : await confineNginx(input, id);
    if ('whyNot' in confinement) {
      const message = `nginx cannot be kept apart from this machine's users (${confinement.whyNot}): pxectl serves HTTP itself`;
      sink.emit({ type: 'engine.warning', detail: { reason: 'nginx-unused', message } });
      await close();
      return await startOwnHttp(input);
    }
    let config = await writeNginxConfig(input.context, input, configPath);
    const test = (): Promise<void> =>
      testNginxConfig(confinement.confine(file, ['-t', '-q', '-c', configPath]), layout.run);
    await test();
    const accessLog = followNginx(input, await emptyAccessLog(work, id));
    closers.push(() => accessLog.stop());
    const [program, args] = confinement.confine(file, ['-c', configPath, '-g', 'daemon off;']);
    const nginx = await superviseProcess({
      name: 'nginx',
      file: program,
      args,
      cwd: layout.run,
      runFolder: layout.run,
      sink,
      onLine: () => undefined,
      isReady: { look: () => acceptsConnections(network.address, http.port) },
    });
    closers.push(() => nginx.stop());
    return {
      description: `HTTP by nginx on port ${http.port}`,
      died: nginx.died,
      async reload(context) {
        const changed = await writeNginxConfig(context, input, configPath);
        if (changed === config) return;
        await test();
        // nginx itself lets running downloads end under the old configuration
        nginx.signal('SIGHUP');
        config = changed;
      },
      stop: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Of the state folder nginx sees what it serves, its own files and the channel. */
function confineNginx({ layout, context }: EngineInput, id: number): Promise<Confinement> {
  const folders = serverFolders(layout);
  return prepareConfinement({
    root: layout.root,
    readOnly: [layout.httpRoot, folders.config, folders.channel],
    writable: [folders.nginx],
    workingFolder: layout.run,
    stage: folders.view,
    id,
    capabilities: context.config.http.port < 1024 ? ['net_bind_service'] : [],
    dataBytes: NGINX_WORKER_DATA_BYTES,
  });
}

async function writeNginxConfig(context: BootContext, input: EngineInput, path: string): Promise<string> {
  const config = renderNginxConfig(context, readTemplate, {
    stateRoot: input.layout.root,
    hasChannel: true,
  });
  await writeServerConfig(path, config);
  return config;
}

/** @throws PxectlError E_ENGINE_START with nginx's own words */
async function testNginxConfig(
  [file, args]: readonly [string, readonly string[]],
  folder: string,
): Promise<void> {
  const result = await run(file, args, { cwd: folder, timeoutMs: 10_000 });
  if (result.exitCode === 0) return;
  throw engineError('E_ENGINE_START', {
    what: 'nginx refuses its configuration',
    why: result.stderr.trim().split('\n').at(-1) ?? `exit code ${result.exitCode}`,
    next: `nginx -t -c ${args.at(-1) ?? ''}`,
  });
}
