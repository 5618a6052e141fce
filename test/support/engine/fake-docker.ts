import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface FakeAnswer {
  readonly status?: number;
  readonly body: string;
}

/** Answers by the beginning of `METHOD /path`, without the API version. */
export type FakeRoutes = Readonly<Record<string, FakeAnswer>>;

export interface FakeDocker {
  readonly url: string;
  readonly socketPath: string;
  /** `METHOD /path?query` of each request, with its body */
  readonly requests: { readonly line: string; readonly body: Buffer }[];
  close(): Promise<void>;
}

/** A Docker API on a unix socket that says what it is told to: for what a real Engine does rarely. */
export async function startFakeDocker(
  routes: FakeRoutes,
  onRequest: (line: string) => void = () => undefined,
): Promise<FakeDocker> {
  const folder = await mkdtemp(join(tmpdir(), 'pxectl-fake-docker-'));
  const socketPath = join(folder, 'docker.sock');
  const requests: { line: string; body: Buffer }[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const line = `${request.method ?? ''} ${(request.url ?? '').replace(/^\/v[\d.]+/, '')}`;
    requests.push({ line, body: Buffer.concat(chunks) });
    onRequest(line);
    const found = Object.entries({ 'GET /_ping': { body: 'OK' }, ...routes }).find(([start]) =>
      line.startsWith(start),
    );
    const given: FakeAnswer = found?.[1] ?? {
      status: 404,
      body: JSON.stringify({ message: 'no such thing' }),
    };
    response.writeHead(given.status ?? 200, { 'Content-Type': 'application/json' });
    response.end(given.body);
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  return {
    url: `unix://${socketPath}`,
    socketPath,
    requests,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true, force: true });
    },
  };
}
