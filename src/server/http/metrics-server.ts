import { createServer, type IncomingMessage } from 'node:http';
import type { MetricsListen } from '../../model/reporting.ts';
import { environmentError, systemCodeOf } from '../../model/errors.ts';
import { networkContains, parseIpv4 } from '../../protocol/addresses.ts';
import { shareConnections } from './connections.ts';

const RECEIVE_TIMEOUT_MS = 5_000;
const MAX_CONNECTIONS = 16;
/** who scrapes from an address where somebody holds all that it may have takes the place of the one that sends nothing */
const MAX_OF_ONE_ADDRESS = 8;

/**
 * Serves `/metrics` and nothing else, to this computer and to whom `allow` names.
 * @throws PxectlError E_PORT_IN_USE, E_NO_ADDRESS, E_PRIVILEGE
 */
export async function serveMetrics(
  { address, port, allow }: MetricsListen,
  text: () => Promise<string>,
): Promise<{ close(): Promise<void> }> {
  const isAllowed = ({ socket }: IncomingMessage): boolean => {
    const from = parseIpv4(socket.remoteAddress ?? '');
    const isOurs = from !== undefined && (from.startsWith('127.') || from === address);
    return isOurs || (from !== undefined && allow.some((net) => networkContains(net, from)));
  };
  const server = createServer(
    { requestTimeout: RECEIVE_TIMEOUT_MS, headersTimeout: RECEIVE_TIMEOUT_MS },
    (request, response) => {
      const send = (status: number, type: string, body: string): void => {
        response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' });
        response.end(request.method === 'HEAD' ? undefined : body);
      };
      const plain = 'text/plain; charset=utf-8';
      if (!isAllowed(request)) return send(403, plain, 'metrics.allow does not name you\n');
      if (request.method !== 'GET' && request.method !== 'HEAD') return send(405, plain, 'GET alone\n');
      if (request.url?.split('?')[0] !== '/metrics') return send(404, plain, 'there is /metrics alone\n');
      text().then(
        (body) => send(200, 'text/plain; version=0.0.4; charset=utf-8', body),
        () => send(500, plain, 'no numbers\n'),
      );
    },
  );
  shareConnections(server, {
    ...{ most: MAX_CONNECTIONS, mostPerAddress: MAX_OF_ONE_ADDRESS },
    onShed: () => undefined,
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(listenError(error, address, port)));
    server.listen({ host: address, port }, resolve);
  });
  return {
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function listenError(error: Error, address: string, port: number): Error {
  const what = `metrics cannot be served at ${address}:${port}`;
  const next = 'choose another metrics.listen';
  switch (systemCodeOf(error)) {
    case 'EADDRINUSE':
      return environmentError('E_PORT_IN_USE', { what, why: 'somebody listens there', next, cause: error });
    case 'EADDRNOTAVAIL':
      return environmentError('E_NO_ADDRESS', {
        what,
        why: 'it is no address of this computer',
        next,
        cause: error,
      });
    case 'EACCES':
      return environmentError('E_PRIVILEGE', {
        what,
        why: 'ports below 1024 are root’s',
        next,
        cause: error,
      });
    default:
      return error;
  }
}
