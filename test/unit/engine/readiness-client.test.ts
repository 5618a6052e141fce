import { expect, it } from 'vitest';
import { readinessMac, withoutReadinessEvents } from '../../../src/engine/readiness-client.ts';
import type { NewBootEvent } from '../../../src/model/boot-event.ts';
import { parseIpv4, parseMac } from '../../../src/protocol/addresses.ts';

it('no event tells of the client that pxectl itself is, and none of another is lost', () => {
  const events: NewBootEvent[] = [];
  const sink = withoutReadinessEvents({ emit: (event) => events.push(event) });
  const own = parseIpv4('192.168.1.50')!;
  sink.begin(own);
  sink.emit({ type: 'dhcp.discover', mac: readinessMac() });
  sink.emit({ type: 'tftp.done', ip: own });
  sink.emit({ type: 'dhcp.discover', mac: parseMac('f4:4d:30:00:00:01')! });
  sink.emit({ type: 'engine.warning' });
  sink.end();
  expect(events.map(({ type }) => type)).toEqual(['dhcp.discover', 'engine.warning']);
});

it('its MAC is one that no network card has', () => {
  expect(parseMac(readinessMac())).toMatch(/^02:70:78:65:/);
});
