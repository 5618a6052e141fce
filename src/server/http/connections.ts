import type { Server } from 'node:http';
import type { Socket } from 'node:net';

export interface ConnectionShares {
  /** connections in all */
  readonly most: number;
  /** connections of one address */
  readonly mostPerAddress: number;
  /** told once per address and minute: somebody lost a connection to others, or was refused one */
  readonly onShed: (address: string, reason: 'address-share' | 'server-full') => void;
}

interface Connection {
  readonly socket: Socket;
  readonly address: string;
  /** bytes that the peer's side had taken when progress was last looked at */
  seenBytes: number;
  progressAtMs: number;
}

const LOOK_EVERY_MS = 5000;
const TELL_EVERY_MS = 60_000;

/**
 * Gives every address its share of the server's connections. Where there is none left, the one goes that has made no
 * progress for longest, of the address that has most: whoever downloads keeps its place, and one host alone cannot take
 * all of them (nginx's limit_conn, and HAProxy's per-source limits, do the same).
 */
export function shareConnections(server: Server, shares: ConnectionShares): void {
  const byAddress = new Map<string, Set<Connection>>();
  const toldAtMs = new Map<string, number>();
  let count = 0;

  const tell = (address: string, reason: 'address-share' | 'server-full'): void => {
    const now = performance.now();
    if (now - (toldAtMs.get(address) ?? -Infinity) < TELL_EVERY_MS) return;
    if (toldAtMs.size >= shares.most) toldAtMs.clear();
    toldAtMs.set(address, now);
    shares.onShed(address, reason);
  };
  const evictFrom = (
    connections: Iterable<Connection>,
    reason: Parameters<typeof shares.onShed>[1],
  ): void => {
    let worst: Connection | undefined;
    for (const connection of connections) {
      noteProgress(connection);
      if (worst === undefined || connection.progressAtMs < worst.progressAtMs) worst = connection;
    }
    if (worst === undefined) return;
    tell(worst.address, reason);
    worst.socket.destroy();
  };
  /** Of all addresses that have most. */
  const ofGreediest = (): Connection[] => {
    const all = [...byAddress.values()];
    const mostOfOne = Math.max(...all.map((own) => own.size));
    return all.filter((own) => own.size === mostOfOne).flatMap((own) => [...own]);
  };

  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? '';
    const own = byAddress.get(address) ?? new Set<Connection>();
    if (own.size >= shares.mostPerAddress) {
      evictFrom(own, 'address-share');
    } else if (count >= shares.most) {
      evictFrom(ofGreediest(), 'server-full');
    }
    const connection = { socket, address, seenBytes: 0, progressAtMs: performance.now() };
    own.add(connection);
    byAddress.set(address, own);
    count += 1;
    socket.once('close', () => {
      count -= 1;
      own.delete(connection);
      if (own.size === 0 && byAddress.get(address) === own) byAddress.delete(address);
    });
  });

  const timer = setInterval(() => {
    for (const connections of byAddress.values()) connections.forEach(noteProgress);
  }, LOOK_EVERY_MS);
  timer.unref();
  server.once('close', () => clearInterval(timer));
}

function noteProgress(connection: Connection): void {
  const { socket } = connection;
  const takenBytes = socket.bytesWritten - socket.writableLength;
  if (takenBytes <= connection.seenBytes) return;
  connection.seenBytes = takenBytes;
  connection.progressAtMs = performance.now();
}
