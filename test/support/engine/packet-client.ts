// Sends client packets inside a namespace and prints what comes back: tsx packet-client.ts FILE, a JSON list of
// Exchange. Prints a JSON list of Answer, in the same order.
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { readFileSync } from 'node:fs';

export interface Exchange {
  readonly packetHex: string;
  readonly port: 67 | 4011;
  readonly server: string;
  readonly localAddress: string;
  readonly waitMs: number;
  /** 67 for a relay, which asks and is answered there; 68 unless given */
  readonly localPort?: number;
}

export interface Answer {
  readonly replies: readonly { readonly hex: string; readonly fromPort: number; readonly toPort: number }[];
}

async function bound(port: number, address: string): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', reuseAddr: true });
  await new Promise<void>((resolve) => socket.bind(port, address, resolve));
  return socket;
}

async function exchange(request: Exchange): Promise<Answer> {
  const replies: { hex: string; fromPort: number; toPort: number }[] = [];
  // EDK2 asks port 4011 from port 4011; a DISCOVER comes from the client's port 68
  const own = await bound(request.port === 4011 ? 4011 : (request.localPort ?? 68), request.localAddress);
  const broadcast = await bound(68, '255.255.255.255');
  own.setBroadcast(true);
  const sockets = [own, broadcast];
  const xid = request.packetHex.slice(8, 16);
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, request.waitMs);
    for (const socket of sockets) {
      socket.on('message', (bytes: Buffer, from: RemoteInfo) => {
        const hex = bytes.toString('hex');
        if (hex.slice(8, 16) !== xid || !hex.startsWith('02')) return;
        replies.push({ hex, fromPort: from.port, toPort: socket.address().port });
        // a second answer to the same packet would be a fault: wait for it a moment
        clearTimeout(timer);
        setTimeout(resolve, 60);
      });
    }
    const isUnicast = request.port === 4011 || request.localPort !== undefined;
    const target = isUnicast ? request.server : '255.255.255.255';
    own.send(Buffer.from(request.packetHex, 'hex'), request.port, target);
  });
  for (const socket of sockets) socket.close();
  return { replies };
}

const exchanges = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Exchange[];
const answers: Answer[] = [];
for (const request of exchanges) answers.push(await exchange(request));
process.stdout.write(JSON.stringify(answers));
