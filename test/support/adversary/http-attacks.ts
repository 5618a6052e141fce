import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { escapes } from './path-forms.ts';
import { HTTP_PORT, INITRD, SECRET, SERVER, sleep } from './targets.ts';

const get = (target: string): string => `GET ${target} HTTP/1.1\r\nHost: x\r\n\r\n`;

function open(text: string | Buffer, onData?: (bytes: Buffer) => void): Socket {
  const socket = connect(HTTP_PORT, SERVER);
  socket.on('error', () => undefined);
  socket.on('connect', () => socket.write(text));
  if (onData === undefined) socket.pause();
  else socket.on('data', onData);
  return socket;
}

/** Keeps so many connections open that each have said this, until the time is over: closed ones are made anew. */
async function hold(count: number, text: () => string | Buffer, untilMs: number): Promise<void> {
  const sockets = new Set<Socket>();
  while (performance.now() < untilMs) {
    for (let made = 0; sockets.size < count && made < 40; made += 1) {
      const socket = open(text());
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    }
    await sleep(20);
  }
  for (const socket of sockets) socket.destroy();
}

/** A thousand requests sent ahead on each of twenty connections. */
export const sendAhead = (untilMs: number): Promise<void> =>
  hold(20, () => get(INITRD).repeat(1000), untilMs);

/** Asks for a big file and reads nothing of it. */
export const readNothing = (untilMs: number): Promise<void> => hold(1500, () => get(INITRD), untilMs);

const HALF = `POST /report/52-54-00-12-34-56/done HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n${'x'.repeat(500_000)}`;

/** Sends half of a report in the name of a machine. */
export const sendHalf = (untilMs: number): Promise<void> => hold(100, () => HALF, untilMs);

/** Reports in its own name, of an install that nobody ordered. */
export const reportOften = (untilMs: number): Promise<void> => {
  const cards = Object.values(networkInterfaces()).flatMap((addresses = []) =>
    addresses.map(({ mac }) => mac),
  );
  const own = cards.find((mac) => mac !== '00:00:00:00:00:00');
  const report = `POST /report/${own}/x HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`;
  return hold(120, () => report, untilMs);
};

/** What is no HTTP, or too much of it. */
export const sendRubbish = (untilMs: number): Promise<void> => {
  const forms = [
    () => randomBytes(2000),
    () => `GET / HTTP/1.1\r\n${'X-Long: y\r\n'.repeat(4000)}\r\n`,
    () => `GET /${'a'.repeat(60_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
    () => 'POST /report HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\nffffffff\r\n',
    () => 'GET /boot.ipxe HTTP/1.1\r\nHost: x\r\nRange: bytes=-1,0-,5-3,x\r\nExpect: 100-continue\r\n\r\n',
    () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  ];
  let next = 0;
  return hold(30, () => forms[next++ % forms.length]?.() ?? '', untilMs);
};

/** Asks for files outside the served folder in every form there is; returns how many answers held one. */
export async function escapeByHttp(untilMs: number): Promise<number> {
  let leaks = 0;
  let next = 0;
  const paths = escapes();
  const one = async (): Promise<void> => {
    while (performance.now() < untilMs) {
      const path = paths[next++ % paths.length] ?? '';
      await new Promise<void>((resolve) => {
        let text = '';
        const request = `GET /${path} HTTP/1.0\r\nHost: x\r\n\r\n`;
        const socket = open(request, (bytes) => (text += bytes.toString('latin1')));
        socket.once('close', () => {
          if (text.includes(SECRET)) leaks += 1;
          resolve();
        });
      });
    }
  };
  await Promise.all(Array.from({ length: 10 }, one));
  return leaks;
}

/** So many requests over a few kept connections; resolves when all are answered. */
export async function askOften(count: number): Promise<number> {
  let left = count;
  let answers = 0;
  const one = (): Promise<void> =>
    new Promise((resolve) => {
      const request = get('/boot.ipxe');
      const socket = open(request, (bytes) => {
        // the answers of the file are small: each comes in one piece or begins one
        for (let at = bytes.indexOf('HTTP/1.1 '); at >= 0; at = bytes.indexOf('HTTP/1.1 ', at + 9)) {
          answers += 1;
          left -= 1;
          if (left > 0) socket.write(request);
          else socket.destroy();
        }
      });
      socket.once('close', resolve);
    });
  await Promise.all(Array.from({ length: 16 }, one));
  return answers;
}
