import { readFile } from 'node:fs/promises';
import type { TLSSocket } from 'node:tls';
import type { ControllerPower } from '../../model/power.ts';
import { messageOf, systemCodeOf } from '../../model/errors.ts';
import { printable } from '../../model/printable.ts';
import { controllerError, powerError, type ControllerFinding } from './power-driver.ts';
import { timeoutSignal } from '../../platform/timeout-signal.ts';

const MOST_BYTES = 1024 * 1024;
export const REQUEST_MS = 15_000;

export interface RedfishAnswer {
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  readonly json: Readonly<Record<string, unknown>>;
}

export interface RedfishRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface RedfishConnection {
  /** @throws PxectlError E_POWER: no answer, an answer that is none, or a status of 400 and above that is not in `allowed` */
  send(request: RedfishRequest, allowed?: readonly number[]): Promise<RedfishAnswer>;
  close(): Promise<void>;
}

/** HTTPS to one controller and to nobody else: verified by authorities, or by the fingerprint that is configured. */
export async function connectRedfish(
  { host, ca, fingerprint }: Pick<ControllerPower, 'host' | 'ca' | 'fingerprint'>,
  timeoutMs = REQUEST_MS,
): Promise<RedfishConnection> {
  // a package in CommonJS: of a bundle it has its default alone
  const { Agent, buildConnector, request } = (await import('undici')).default;
  const connect = buildConnector({
    timeout: timeoutMs,
    // a resumed session shows no certificate
    maxCachedSessions: 0,
    ...(fingerprint === undefined ? {} : { rejectUnauthorized: false }),
    ...(ca === undefined ? {} : { ca: await readCertificate(ca) }),
  });
  const dispatcher = new Agent({
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    connections: 1,
    // before a byte of ours is sent
    connect: (options, done) =>
      connect(options, (error, socket) => {
        if (error !== null) return done(error, null);
        const shown = certificateOf(socket as TLSSocket);
        if (fingerprint === undefined || shown === fingerprint) return done(null, socket);
        socket.destroy();
        return done(new OtherCertificate(shown), null);
      }),
  });
  return {
    async send({ method, path, body, headers = {} }, allowed = []) {
      const url = new URL(path, `https://${host}`);
      if (url.host !== new URL(`https://${host}`).host || url.protocol !== 'https:') {
        throw controllerError('power-controller-fails', host, {
          what: `the controller ${host} sends on to ${printable(url.host)}`,
          why: 'nothing is sent there',
        });
      }
      let status: number;
      let text: string;
      let header: RedfishAnswer['header'];
      try {
        const answer = await request(url, {
          method,
          dispatcher,
          // each byte may come in time and the whole never
          signal: timeoutSignal(timeoutMs),
          headers: {
            accept: 'application/json',
            'odata-version': '4.0',
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
            ...headers,
          },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        status = answer.statusCode;
        header = (name) => [answer.headers[name]].flat()[0];
        const parts: Buffer[] = [];
        let length = 0;
        for await (const part of answer.body as AsyncIterable<Buffer>) {
          length += part.length;
          if (length > MOST_BYTES) throw new Error('its answer is longer than 1 MiB');
          parts.push(part);
        }
        text = Buffer.concat(parts).toString('utf8');
      } catch (error) {
        const { finding, why } = reasonOf(error, timeoutMs);
        const what = `the controller ${host} does not answer ${method} ${path}`;
        throw controllerError(finding, host, { what, why });
      }
      if (status >= 300 && !allowed.includes(status)) {
        const isLogin = status === 401 || status === 403;
        throw controllerError(isLogin ? 'power-login-refused' : 'power-controller-fails', host, {
          what: `the controller ${host} answers ${method} ${path} with ${status}`,
          why: messageIn(text),
        });
      }
      return { status, header, json: jsonOf(text) };
    },
    close: () => dispatcher.destroy(),
  };
}

async function readCertificate(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw powerError(
      `the certificate ${file} cannot be read`,
      messageOf(error),
      'mend ca of power: in pxectl.yaml',
    );
  }
}

const certificateOf = (socket: TLSSocket): string =>
  (socket.getPeerCertificate().fingerprint256 ?? '').replaceAll(':', '').toLowerCase();

class OtherCertificate extends Error {
  constructor(shown: string) {
    super(`its certificate has the fingerprint ${shown}, and not the one of pxectl.yaml`);
  }
}

function reasonOf(
  error: unknown,
  timeoutMs: number,
): { readonly finding: ControllerFinding; readonly why: string } {
  const code = systemCodeOf(error);
  if (error instanceof OtherCertificate) return { finding: 'power-login-refused', why: error.message };
  if (code !== undefined && /CERT|SELF_SIGNED|UNABLE_TO_/.test(code)) {
    const why = `${messageOf(error)}: its certificate is not trusted; give its fingerprint, or ca`;
    return { finding: 'power-login-refused', why };
  }
  const isLate = error instanceof Error && error.name === 'TimeoutError';
  // of a name with several addresses the message is empty
  const why = isLate ? `no whole answer within ${timeoutMs / 1000} s` : messageOf(error) || (code ?? '');
  return { finding: 'power-controller-silent', why };
}

function jsonOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // 204, and pages of controllers that are about to start: nothing in them is asked for
  }
  return {};
}

/** DSP0266, error responses: `error.@Message.ExtendedInfo[].Message`, or `error.message`. */
function messageIn(text: string): string {
  const { error } = jsonOf(text) as {
    error?: { message?: unknown; '@Message.ExtendedInfo'?: readonly { Message?: unknown }[] };
  };
  const info = error?.['@Message.ExtendedInfo'];
  const message = info?.[0]?.Message ?? error?.message;
  return typeof message === 'string' ? printable(message, 200) : '';
}
