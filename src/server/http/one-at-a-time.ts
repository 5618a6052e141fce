import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Requests that may wait on one connection. No loader pipelines; a browser or curl may have a few under way. */
const MAX_WAITING = 16;

type Work = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/**
 * Works on one request of a connection at a time. Node hands over every request that a client sent ahead (RFC 9112 §9.3.2)
 * at once; each in work would hold a file and a buffer while its answer waits for those before it.
 * When too many wait, the connection is closed.
 */
export class OneAtATime {
  readonly #waiting = new WeakMap<Socket, (() => void)[]>();

  take(request: IncomingMessage, response: ServerResponse, work: Work): void {
    const { socket } = request;
    const waiting = this.#waiting.get(socket);
    const start = (): void => {
      void work(request, response).finally(() => this.#next(socket));
    };
    if (waiting === undefined) {
      this.#waiting.set(socket, []);
      start();
      return;
    }
    if (waiting.length >= MAX_WAITING) {
      socket.destroy();
      return;
    }
    waiting.push(start);
  }

  #next(socket: Socket): void {
    const next = socket.destroyed ? undefined : this.#waiting.get(socket)?.shift();
    if (next === undefined) this.#waiting.delete(socket);
    else next();
  }
}
