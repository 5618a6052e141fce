import { neighboursOn } from '../net/neighbours.ts';
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import type { BootContext } from '../model/boot-context.ts';
import { engineError } from '../model/errors.ts';
import { writeFileAtomic } from '../platform/files.ts';
import { readTemplate } from '../platform/package-root.ts';
import { findProgram, run } from '../platform/processes.ts';
import { parseIpv4 } from '../protocol/addresses.ts';
import { dynamicPort, renderNginxConfig } from '../render/nginx-config.ts';
import { startHttpServer } from '../server/http/http-server.ts';
import type { EngineInput } from './engine.ts';
import { followServerLog } from './follow-server-log.ts';
import { NamedEvents } from './named-events.ts';
import { eventsOfAccess } from './nginx/nginx-log.ts';
import { servingUser } from './serving-user.ts';
import { superviseProcess } from './supervised-process.ts';

/** Where a client's HTTP requests arrive. */
export interface HttpFront {
  /** `nginx 1.22.1 on port 8080`, for the user */
  readonly description: string;
  readonly died: Promise<string>;
  reload(context: BootContext): Promise<void>;
  stop(): Promise<void>;
}

const LOOPBACK = parseIpv4('127.0.0.1')!;
const NEVER = new Promise<string>(() => undefined);

/** nginx for the big files and pxectl behind it for what changes per machine; pxectl alone without nginx. */
export async function startHttpFront(input: EngineInput): Promise<HttpFront> {
  const nginx = await findProgram('nginx');
  return nginx === undefined ? startOwnHttp(input) : startNginx(input, nginx);
}

/** Everything over HTTP by pxectl itself. */
export async function startOwnHttp(input: EngineInput): Promise<HttpFront> {
  const { network, http } = input.context.config;
  const server = await startHttpServer({
    address: network.address,
    port: http.port,
    root: input.layout.httpRoot,
    routes: input.routes,
    sink: input.sink,
    // who may have a seed is not decided by what somebody said over DHCP
    resolveMac: neighboursOn(network.interface),
  });
  return {
    description: `HTTP by pxectl on port ${http.port}`,
    died: NEVER,
    reload: async () => undefined,
    stop: () => server.close(),
  };
}

/** What the pxectl process answers behind nginx: seeds, reports, the dashboard. Loopback only. */
export async function startBehindNginx(
  input: EngineInput,
  proxySecret: string,
): Promise<{ close(): Promise<void> }> {
  return startHttpServer({
    address: LOOPBACK,
    port: dynamicPort(input.context),
    root: input.layout.httpRoot,
    routes: input.routes,
    sink: input.sink,
    resolveMac: neighboursOn(input.context.config.network.interface),
    proxySecret,
  });
}

/** A word that nginx and the pxectl process behind it share for one session. */
export function newProxySecret(): string {
  return randomBytes(18).toString('hex');
}

/** Follows an access log in the form of templates/nginx.conf.hbs and tells its requests as events. */
export function followAccessLog(
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
  return {
    async stop() {
      await follower.stop();
      named.close();
    },
  };
}

async function startNginx(input: EngineInput, file: string): Promise<HttpFront> {
  const { layout, sink } = input;
  const configPath = `${layout.run}/nginx.conf`;
  const args = ['-c', configPath, '-g', 'daemon off;'];
  await mkdir(layout.run, { recursive: true });
  const proxySecret = newProxySecret();
  let config = await writeNginxConfig(input.context, input, proxySecret);
  await testNginxConfig(file, configPath);
  // requests of an earlier run are told already
  await writeFileAtomic(`${layout.run}/nginx-access.jsonl`, '');

  const behind = await startBehindNginx(input, proxySecret);
  const accessLog = followAccessLog(input, `${layout.run}/nginx-access.jsonl`);
  try {
    const nginx = await superviseProcess({
      name: 'nginx',
      file,
      args,
      runFolder: layout.run,
      sink,
      onLine: () => undefined,
    });
    return {
      description: `HTTP by nginx on port ${input.context.config.http.port}`,
      died: nginx.died,
      async reload(context) {
        const changed = await writeNginxConfig(context, input, proxySecret);
        if (changed === config) return;
        await testNginxConfig(file, configPath);
        // nginx itself lets running downloads end under the old configuration
        nginx.signal('SIGHUP');
        config = changed;
      },
      async stop() {
        await nginx.stop();
        await accessLog.stop();
        await behind.close();
      },
    };
  } catch (error) {
    await accessLog.stop();
    await behind.close();
    throw error;
  }
}

async function writeNginxConfig(
  context: BootContext,
  input: EngineInput,
  proxySecret: string,
): Promise<string> {
  const user = await servingUser(input.layout.httpRoot);
  const config = renderNginxConfig(context, readTemplate, {
    stateRoot: input.layout.root,
    proxySecret,
    ...(user === undefined ? {} : { user: user.name, group: user.group }),
  });
  // its master reads it as root: nobody else needs to
  await writeFileAtomic(`${input.layout.run}/nginx.conf`, config, 0o600);
  return config;
}

/** @throws PxectlError E_ENGINE_START with nginx's own words */
async function testNginxConfig(file: string, configPath: string): Promise<void> {
  const result = await run(file, ['-t', '-q', '-c', configPath], { timeoutMs: 10_000 });
  if (result.exitCode === 0) return;
  throw engineError('E_ENGINE_START', {
    what: 'nginx refuses its configuration',
    why: result.stderr.trim().split('\n').at(-1) ?? `exit code ${result.exitCode}`,
    next: `nginx -t -c ${configPath}`,
  });
}
