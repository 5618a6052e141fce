import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { requestBootFile } from '../../../src/net/pxe-exchange.ts';
import { MESSAGE_TYPE } from '../../../src/protocol/dhcp/dhcp-packet.ts';
import { encodeDhcp } from '../../../src/protocol/dhcp/encode-dhcp.ts';
import { clientPacket } from '../../../src/protocol/pxe/client-packet.ts';
import { ip, mac } from '../../support/dhcp/client-packets.ts';

it('keeps no more answers than a network has servers, and waits for no more', async () => {
  const server = createSocket('udp4');
  server.bind(4011, '127.77.40.11');
  await once(server, 'listening');
  const identity = { mac: mac('02:70:78:65:00:01'), architectures: [7] };
  const packet = clientPacket(identity, { messageType: MESSAGE_TYPE.request, xid: 7 });
  const reply = encodeDhcp({ ...packet, op: 2 });
  server.on('message', (_, from) => {
    for (let sent = 0; sent < 100; sent++) server.send(reply, from.port, from.address);
  });
  try {
    const options = { localAddress: ip('127.0.0.1'), server: ip('127.77.40.11'), packet, waitMs: 60_000 };
    expect(await requestBootFile({ ...options, isEnough: () => false })).toHaveLength(32);
  } finally {
    server.close();
  }
});
