import { rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { StateLayout } from '../model/state-layout.ts';
import { listenPrivately } from '../net/private-socket.ts';
import { makeFolder } from '../platform/files.ts';
import type { ControlHandlers } from './api.ts';
import { controlListener } from './control-listener.ts';

const RECEIVE_TIMEOUT_MS = 10_000;
const MAX_CONNECTIONS = 128;

export interface ControlServer {
  /** what is being answered is cut; idempotent */
  close(): Promise<void>;
}

/**
 * Answers whoever may open the socket in the run folder: the user that pxectl runs as, and root. A socket that a
 * killed pxectl left is replaced.
 * @throws Error where the file system holds no sockets
 */
export async function serveControl(
  layout: Pick<StateLayout, 'run' | 'controlSocket'>,
  handlers: ControlHandlers,
): Promise<ControlServer> {
  const answer = controlListener({ handlers });
  const server = createServer(
    { requestTimeout: RECEIVE_TIMEOUT_MS, headersTimeout: RECEIVE_TIMEOUT_MS },
    (request, response) => {
      // one connection, one question: nothing stays open behind a client that forgets to close
      response.setHeader('connection', 'close');
      void answer(request, response);
    },
  );
  server.maxConnections = MAX_CONNECTIONS;
  const path = layout.controlSocket;
  await makeFolder(layout.run);
  await listenPrivately(server, path);
  let closed: Promise<void> | undefined;
  return {
    close() {
      closed ??= (async () => {
        await rm(path, { force: true });
        server.closeAllConnections();
        if (server.listening) await new Promise((resolve) => server.close(resolve));
      })();
      return closed;
    },
  };
}
