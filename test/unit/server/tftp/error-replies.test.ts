import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, expect, it } from 'vitest';
import type { Ipv4Address } from '../../../../src/protocol/addresses.ts';
import { ErrorReplies } from '../../../../src/server/tftp/error-replies.ts';

const LOOPBACK = '127.0.0.1' as Ipv4Address;
const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.close();
});
async function open(): Promise<Socket> {
  const socket = createSocket('udp4');
  sockets.push(socket);
  await once(socket.bind(0, LOOPBACK), 'listening');
  return socket;
}

it.each([
  ['from the port that was asked', 0, true],
  ['from one of its own while packets to others wait there', 277, false],
])('an ERROR goes out at once, %s', async (_, waiting, isFromPort) => {
  const [server, client] = [await open(), await open()];
  server.getSendQueueCount = () => waiting;
  const heard = once(client, 'message') as Promise<[Buffer, { port: number }]>;
  new ErrorReplies(server, LOOPBACK).send(client.address(), 1, 'file not found');
  const [bytes, source] = await heard;
  expect(bytes.toString('latin1')).toContain('file not found');
  expect(source.port === server.address().port).toBe(isFromPort);
});
