import { spawn, type ChildProcess } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { runOrThrow } from '../../../src/platform/processes.ts';

export interface RedfishController {
  readonly host: string;
  /** of its certificate */
  readonly fingerprint: string;
  readonly ca: string;
  /** sessions that nobody has ended */
  readonly sessions: ReadonlySet<string>;
  readonly requests: string[];
  readonly boot: Record<string, string>;
  isOn(): boolean;
  close(): Promise<void>;
}

export interface ControllerHabits {
  /** says yes to a reset and does nothing */
  readonly lies?: boolean;
  /** never answers what needs a session */
  readonly hangs?: boolean;
  /** answers what needs a session with this */
  readonly status?: number;
  /** refuses the first PATCH as if somebody had changed the system */
  readonly isChanged?: boolean;
  readonly resets?: readonly string[];
}

const SYSTEM = '/redfish/v1/Systems/node';

/** A controller after DSP0266 and the schema ComputerSystem, over TLS, that starts and ends a real process. */
export async function startRedfishController(
  folder: string,
  {
    lies = false,
    hangs = false,
    status,
    isChanged = false,
    resets = ['On', 'ForceOff'],
  }: ControllerHabits = {},
): Promise<RedfishController> {
  const [key, cert] = [`${folder}/key.pem`, `${folder}/cert.pem`];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  await runOrThrow('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
    ...['-keyout', key, '-out', cert, ...subject],
  ]);
  const pem = await readFile(cert, 'utf8');
  const sessions = new Set<string>();
  const requests: string[] = [];
  const boot: Record<string, string> = {
    BootSourceOverrideEnabled: 'Disabled',
    BootSourceOverrideTarget: 'None',
    BootSourceOverrideMode: 'Legacy',
  };
  let machine: ChildProcess | undefined;
  let version = 1;
  let refusals = isChanged ? 1 : 0;
  const isOn = (): boolean =>
    machine !== undefined && machine.exitCode === null && machine.signalCode === null;

  const server = createServer({ key: await readFile(key), cert: pem }, (request, response) => {
    const { method = '', url = '', headers } = request;
    requests.push(`${method} ${url}`);
    let text = '';
    request.on('data', (part: Buffer) => (text += part.toString()));
    request.on('end', () => {
      const body = text === '' ? {} : (JSON.parse(text) as Record<string, never>);
      const say = (code: number, json?: object, more: Record<string, string> = {}): void => {
        response.writeHead(code, { 'content-type': 'application/json', ...more });
        response.end(json === undefined ? '' : JSON.stringify(json));
      };
      const path = url.replace(/\/$/, '');
      if (path === '/redfish/v1') {
        return say(200, {
          Systems: { '@odata.id': '/redfish/v1/Systems' },
          Links: { Sessions: { '@odata.id': '/redfish/v1/SessionService/Sessions' } },
        });
      }
      if (method === 'POST' && path === '/redfish/v1/SessionService/Sessions') {
        if (body['UserName'] !== 'admin' || body['Password'] !== 'right') {
          return say(401, { error: { code: 'Base.1.0.GeneralError', message: 'Wrong name or password' } });
        }
        const token = createHash('sha256').update(String(requests.length)).digest('hex');
        sessions.add(token);
        return say(201, {}, { 'x-auth-token': token, location: `${path}/${token}` });
      }
      if (!sessions.has(String(headers['x-auth-token']))) return say(401);
      if (method === 'DELETE') {
        sessions.delete(path.split('/').at(-1) ?? '');
        return say(204);
      }
      if (hangs) return undefined;
      if (status !== undefined) return say(status, { error: { message: 'not now' } });
      if (path === '/redfish/v1/Systems') return say(200, { Members: [{ '@odata.id': SYSTEM }] });
      if (method === 'GET' && path === SYSTEM) {
        const system = {
          '@odata.type': '#ComputerSystem.v1_13_0.ComputerSystem',
          PowerState: isOn() ? 'On' : 'Off',
          Boot: boot,
          Actions: {
            '#ComputerSystem.Reset': {
              target: `${SYSTEM}/Actions/ComputerSystem.Reset`,
              'ResetType@Redfish.AllowableValues': resets,
            },
          },
        };
        return say(200, system, { etag: `"${version}"` });
      }
      if (method === 'PATCH' && path === SYSTEM) {
        if (headers['if-match'] === undefined) return say(428);
        if (headers['if-match'] !== `"${version}"` || refusals-- > 0) return say(412);
        version++;
        if (!lies) Object.assign(boot, body['Boot']);
        return say(200, {});
      }
      if (path === `${SYSTEM}/Actions/ComputerSystem.Reset`) {
        const type = String(body['ResetType']);
        if (!resets.includes(type)) return say(400, { error: { message: `no ${type}` } });
        if (lies) return say(204);
        if (/Off/.test(type)) machine?.kill('SIGKILL');
        else if (!isOn()) machine = spawn('sleep', ['300'], { stdio: 'ignore' });
        return say(204);
      }
      return say(404);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: `localhost:${(server.address() as AddressInfo).port}`,
    fingerprint: new X509Certificate(pem).fingerprint256.replaceAll(':', '').toLowerCase(),
    ca: cert,
    ...{ sessions, requests, boot, isOn },
    async close() {
      machine?.kill('SIGKILL');
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
