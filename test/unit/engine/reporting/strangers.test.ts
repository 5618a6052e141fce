import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { Reporters } from '../../../../src/engine/reporting/reporters.ts';
import type { BootEvent } from '../../../../src/model/boot-event.ts';
import type { Config, Machine } from '../../../../src/model/config.ts';
import type { MacAddress } from '../../../../src/protocol/addresses.ts';
import { parseRecord, type RecordedBoot } from '../../../../src/watch/boot-record.ts';
import { recordedBoot } from '../../../support/recorded-boots.ts';

const MACHINE = '52:54:00:00:00:01' as MacAddress;

it('boots of strangers that read nothing tell nobody; of others that failed somebody is told', async () => {
  const texts: string[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      texts.push(`${request.url} ${/the boot of \S+|52:54[0-9a-f:]+/.exec(body)?.[0]}`);
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let end: (boot: RecordedBoot) => void = () => undefined;
  const reporters = await Reporters.open({
    config: () =>
      ({
        reporting: { notify: [{ url: `${url}/hook`, on: ['boot-failed'] }], traces: url },
        machines: [],
      }) as unknown as Config,
    engine: () => 'builtin',
    history: {
      onEnd: (listener) => {
        end = listener;
        return () => undefined;
      },
      boots: () => Promise.resolve([]),
      runningCount: () => 0,
    },
    inventory: { ownerOf: (mac) => (mac === MACHINE ? ({ name: 'node-1' } as Machine) : undefined) },
    ...{ troubles: () => [], seenBefore: [], secrets: '/nowhere', sink: { emit: () => undefined } },
  });
  const { machineName: _, ...failed } = parseRecord(
    recordedBoot({ startedAt: '2026-11-01T10:00:00.000Z', finding: 'no kernel' }),
  )!;
  const ended = (mac: string, ...events: Pick<BootEvent, 'type' | 'detail'>[]): void =>
    end({
      ...{ ...failed, mac: mac as MacAddress },
      events: events.map((event) => ({ time: failed.startedAt, ...event })),
    });
  const asked = { type: 'tftp.start', detail: { path: 'ipxe.efi' } } as const;
  const read = { type: 'http.done', detail: { path: '/ipxe/ipxe.efi', sizeBytes: 1_000_000 } } as const;
  for (let number = 100; number < 400; number++) ended(`52:54:00:00:0${number % 10}:${number % 90}`, asked);
  ended('52:54:00:00:00:02', asked, read);
  ended(MACHINE, asked);
  await expect
    .poll(() => texts.toSorted())
    .toEqual(
      [
        '/hook the boot of 52:54:00:00:00:02',
        '/hook the boot of node-1',
        '/v1/traces 52:54:00:00:00:02',
        '/v1/traces 52:54:00:00:00:01',
      ].toSorted(),
    );
  await reporters.close();
  await new Promise((resolve) => server.close(resolve));
});
