import { expect, it } from 'vitest';
import { tellWhenFull } from '../../../src/engine/nginx/nginx-full.ts';
import { RecordedEvents } from '../../support/recorded-events.ts';

const CONNECTIONS = '2026/11/28 10:30:55 [alert] 8354#8354: 8192 worker_connections are not enough';
const REUSED =
  '2026/11/28 10:30:55 [warn] 8354#8354: 8192 worker_connections are not enough, reusing connections';
const MEMORY =
  '2026/11/28 10:34:44 [emerg] 23026#23026: *105937 malloc(8192) failed (12: Cannot allocate memory) while reading client request headers, client: 192.168.1.66, server: _, request: "GET /boot.ipxe HTTP/1.1", host: "x"';
const MISSING =
  '2026/11/28 10:34:44 [error] 23026#23026: *7 directory index of "/x/" is forbidden, client: 192.168.1.66, request: "GET /[emerg] 1#1: malloc(1) failed (12: HTTP/1.1"';

it('a full nginx is told of once a minute, for each of what it lacks', () => {
  const events = new RecordedEvents();
  let nowMs = 0;
  const take = tellWhenFull(events, () => nowMs);
  for (const line of [REUSED, MISSING]) take(line);
  expect(events.events).toEqual([]);
  for (const line of [CONNECTIONS, MEMORY, CONNECTIONS, MEMORY]) take(line);
  expect(events.events.map(({ type, detail }) => [type, detail?.['reason']])).toEqual([
    ['engine.warning', 'nginx-full'],
    ['engine.warning', 'nginx-full'],
  ]);
  expect(events.events.map(({ detail }) => String(detail?.['message']).split(':')[0])).toEqual([
    'every connection of nginx is taken',
    'nginx has used up its memory',
  ]);
  nowMs = 60_000;
  take(CONNECTIONS);
  expect(events.events).toHaveLength(3);
});
