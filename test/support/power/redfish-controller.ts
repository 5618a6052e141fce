import { randomBytes, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { messageOf } from '../../../src/model/errors.ts';
import { runOrThrow } from '../../../src/platform/processes.ts';
import {
  BOOT_VALUES,
  errorOf,
  RESET,
  serviceRoot,
  session,
  SESSIONS,
  system,
  SYSTEM,
  SYSTEMS,
  systems,
  type Boot,
} from './redfish-resources.ts';
import { processMachine, type SwitchedMachine } from './switched-machine.ts';

export interface RedfishController {
  readonly host: string;
  /** of its certificate */
  readonly fingerprint: string;
  readonly ca: string;
  /** sessions that nobody has ended */
  readonly sessions: ReadonlyMap<string, string>;
  readonly requests: string[];
  readonly boot: Readonly<Boot>;
  close(): Promise<void>;
}

export interface ControllerHabits {
  readonly machine?: SwitchedMachine;
  /** says yes to a reset and does nothing */
  readonly lies?: boolean;
  /** never answers what needs a session */
  readonly hangs?: boolean;
  /** answers what needs a session with this */
  readonly status?: number;
  /** refuses the first PATCH as if somebody had changed the system */
  readonly isChanged?: boolean;
  readonly resets?: readonly string[];
  /** as virtual controllers: HTTP Basic alone, and no `Once` */
  readonly isVirtual?: boolean;
  /** gives weak entity tags, and takes strong ones */
  readonly isWeak?: boolean;
  /** says of its machine what no schema has */
  readonly oddly?: Readonly<Record<string, unknown>>;
}

const BASIC = `Basic ${Buffer.from('admin:right').toString('base64')}`;

interface Answer {
  readonly status: number;
  readonly json?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A controller after DSP0266 and the schema ComputerSystem, over TLS, that switches a machine. */
export async function startRedfishController(
  folder: string,
  {
    machine = processMachine(),
    lies = false,
    hangs = false,
    status,
    isChanged = false,
    isVirtual = false,
    isWeak = false,
    oddly,
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
  const sessions = new Map<string, string>();
  const requests: string[] = [];
  const boot: Boot = {
    BootSourceOverrideEnabled: 'Disabled',
    BootSourceOverrideTarget: 'None',
    BootSourceOverrideMode: 'Legacy',
  };
  let version = 1;
  let refusals = isChanged ? 1 : 0;

  const logIn = (body: Record<string, unknown>): Answer => {
    if (body['UserName'] !== 'admin' || body['Password'] !== 'right') {
      const repeated = `The value '${String(body['Password'])}' for the property Password is of a different format.`;
      if (oddly !== undefined) return { status: 400, json: errorOf('PropertyValueFormatError', repeated) };
      return { status: 401, json: errorOf('ResourceAtUriUnauthorized', 'Wrong name or password') };
    }
    const [id, token] = [randomBytes(4).toString('hex'), randomBytes(16).toString('hex')];
    sessions.set(token, id);
    const headers = { 'x-auth-token': token, location: `${SESSIONS}/${id}` };
    return { status: 201, json: session(id, 'admin'), headers };
  };

  const setBoot = (match: string | undefined, wanted: Record<string, string>): Answer => {
    if (match === undefined) return { status: 428 };
    if (match !== `"${version}"` || refusals-- > 0) return { status: 412 };
    for (const [name, value] of Object.entries(wanted)) {
      const known: readonly string[] | undefined = BOOT_VALUES[name as keyof Boot];
      if (known === undefined) return { status: 400, json: errorOf('PropertyUnknown', name) };
      if (!known.includes(value)) return { status: 400, json: errorOf('PropertyValueNotInList', value) };
    }
    version++;
    if (!lies) Object.assign(boot, wanted, isVirtual ? { BootSourceOverrideEnabled: 'Continuous' } : {});
    return { status: 200, json: system(false, boot, resets) };
  };

  const reset = async (type: string): Promise<Answer> => {
    if (!resets.includes(type)) return { status: 400, json: errorOf('ActionParameterNotSupported', type) };
    if (lies) return { status: 204 };
    if (/Off/.test(type)) await machine.switchOff();
    else if (!(await machine.isOn())) {
      const isOverridden = boot.BootSourceOverrideEnabled !== 'Disabled';
      const isNetwork = /^(Pxe|UefiHttp)$/.test(boot.BootSourceOverrideTarget);
      await machine.switchOn(isOverridden && isNetwork ? 'network' : 'own order');
      if (boot.BootSourceOverrideEnabled === 'Once') {
        Object.assign(boot, { BootSourceOverrideEnabled: 'Disabled', BootSourceOverrideTarget: 'None' });
      }
      version++;
    }
    return { status: 204 };
  };

  const answer = async (
    request: IncomingMessage,
    body: Record<string, never>,
  ): Promise<Answer | undefined> => {
    const { headers } = request;
    const path = (request.url ?? '').replace(/\/$/, '');
    const what = `${request.method} ${path}`;
    if (what === 'GET /redfish/v1') return { status: 200, json: serviceRoot(!isVirtual) };
    if (!isVirtual && what === `POST ${SESSIONS}`) return logIn(body);
    const own = sessions.get(String(headers['x-auth-token']));
    const isVirtualLogin = isVirtual && headers.authorization === BASIC;
    if (own === undefined && !isVirtualLogin) return { status: 401 };
    if (own !== undefined && what === `DELETE ${SESSIONS}/${own}`) {
      sessions.delete(String(headers['x-auth-token']));
      return { status: 204 };
    }
    if (hangs) return undefined;
    if (status !== undefined) return { status, json: errorOf('GeneralError', 'not now') };
    switch (what) {
      case `GET ${SYSTEMS}`:
        return { status: 200, json: systems() };
      case `GET ${SYSTEM}`:
        return {
          status: 200,
          json: { ...system(await machine.isOn(), boot, resets), ...oddly },
          headers: { etag: `${isWeak ? 'W/' : ''}"${version}"` },
        };
      case `PATCH ${SYSTEM}`:
        return setBoot(headers['if-match'], body['Boot'] ?? {});
      case `POST ${RESET}`:
        return reset(String(body['ResetType']));
      default:
        return { status: 404 };
    }
  };

  const server = createServer({ key: await readFile(key), cert: pem }, (request, response) => {
    requests.push(`${request.method} ${request.url}`);
    let text = '';
    request.on('data', (part: Buffer) => (text += part.toString()));
    request.on('end', () => {
      const body = text === '' ? {} : (JSON.parse(text) as Record<string, never>);
      void answer(request, body)
        .catch((error: unknown): Answer => ({
          status: 500,
          json: errorOf('InternalError', messageOf(error)),
        }))
        .then((given) => {
          if (given === undefined) return;
          response.writeHead(given.status, { 'content-type': 'application/json', ...given.headers });
          response.end(given.json === undefined ? '' : JSON.stringify(given.json));
        });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: `localhost:${(server.address() as AddressInfo).port}`,
    fingerprint: new X509Certificate(pem).fingerprint256.replaceAll(':', '').toLowerCase(),
    ca: cert,
    ...{ sessions, requests, boot },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await machine.switchOff();
    },
  };
}
