import { rm } from 'node:fs/promises';
import { listenPrivately } from '../net/private-socket.ts';
import { CHANNEL_SOCKET } from '../render/nginx-config.ts';
import { startHttpServer } from '../server/http/http-server.ts';
import type { EngineInput } from './engine.ts';
import { makePrivateFolder, serverFolders } from './server-folders.ts';

/**
 * What the pxectl process answers behind nginx: seeds, reports, the dashboard. On a unix socket in a folder that only the user of
 * pxectl, and the group that nginx alone has, may enter: whoever asks there is nginx, and its word about the client counts.
 */
export async function openInnerChannel(
  input: EngineInput,
  groupId?: number,
): Promise<{ close(): Promise<void> }> {
  const { layout } = input;
  const path = `${layout.run}/${CHANNEL_SOCKET}`;
  await makePrivateFolder(serverFolders(layout).channel, groupId);
  const server = await startHttpServer({
    listenBehindNginx: (listener) => listenPrivately(listener, path, groupId),
    root: layout.httpRoot,
    routes: input.routes,
    sink: input.sink,
    resolveMac: input.cardOf,
  });
  return {
    async close() {
      await rm(path, { force: true });
      await server.close();
    },
  };
}
