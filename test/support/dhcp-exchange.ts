// Sends DHCP packets and prints the answers, so that a test can ask a server from inside a network namespace:
// tsx dhcp-exchange.ts < requests.json. Input: [{"port":67,"hex":"…"}], output: {"<xid>":"<hex of the answer>"}.
import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';

interface Exchange {
  /** address of the server, for port 4011 */
  readonly server: string;
  readonly waitMs: number;
  readonly requests: readonly { readonly port: number; readonly hex: string }[];
}

const { server, waitMs, requests } = JSON.parse(readFileSync(0, 'utf8')) as Exchange;
const answers: Record<string, string> = {};
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const socket = createSocket({ type: 'udp4', reuseAddr: true });
socket.on('message', (message) => {
  // op 2: an answer, and not another client's broadcast
  if (message.length >= 8 && message[0] === 2)
    answers[message.toString('hex', 4, 8)] = message.toString('hex');
});
await new Promise<void>((resolve) => socket.bind(68, '0.0.0.0', resolve));
socket.setBroadcast(true);
for (const { port, hex } of requests) {
  socket.send(Buffer.from(hex, 'hex'), port, port === 67 ? '255.255.255.255' : server);
  // dnsmasq reads one packet at a time: do not overrun its socket
  await pause(5);
}
await pause(waitMs);
socket.close();
process.stdout.write(JSON.stringify(answers));
