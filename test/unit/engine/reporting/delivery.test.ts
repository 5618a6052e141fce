import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { Delivery, NotSendable } from '../../../../src/engine/reporting/delivery.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;
const status =
  (code: number, headers: Record<string, string> = {}): Answer =>
  (_, response) =>
    response.writeHead(code, headers).end();
const hang: Answer = () => undefined;
/** headers, and then a body that never ends */
const drip: Answer = (_, response) => response.writeHead(200).write('x');
const cut: Answer = (request) => request.socket.destroy();

let closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers) await close();
  closers = [];
});

/** A receiver that gives these answers in turn, the last one for ever. */
async function receiver(...answers: Answer[]) {
  const bodies: string[] = [];
  const paths: string[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      bodies.push(body);
      paths.push(request.url ?? '');
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      answer?.(request, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/services/KEY?key=secret`;
  const troubles: string[] = [];
  const delivery = new Delivery({
    ...{ url, onTrouble: (message) => troubles.push(message) },
    ...{
      backOffMs: [10, 10, 10],
      timeoutMs: answers.some((one) => one === hang || one === drip) ? 400 : 20_000,
    },
  });
  closers.unshift(() => delivery.close());
  const send = (body: string, isOfStranger = false) =>
    delivery.send({ body, isOfStranger, headers: () => ({}) });
  return { bodies, paths, troubles, delivery, send };
}

describe('a receiver that', () => {
  it('fails twice is told all the same, in order, and its trouble is told once', async () => {
    const { bodies, troubles, send } = await receiver(status(503), cut, status(204));
    for (const body of ['1', '2', '3']) send(body);
    await expect.poll(() => bodies).toEqual(['1', '1', '1', '2', '3']);
    expect(troubles).toHaveLength(1);
    expect(troubles[0]).toMatch(/^http:\/\/127\.0\.0\.1:\d+ is not told: it answers 503: it is tried again$/);
  });

  it.each([
    [
      'a header with a line break',
      '',
      { authorization: 'Bearer TOP\nSECRET' },
      'its header authorization is none',
    ],
    ['a password in its address', 'ann:TOP@', {}, 'its address is none that can be asked'],
  ])('cannot be asked, with %s, is given up, and nothing of it is told', async (_, login, headers, why) => {
    const troubles: string[] = [];
    const url = `http://${login}127.0.0.1:9/KEY`;
    const delivery = new Delivery({ url, onTrouble: (message) => troubles.push(message) });
    delivery.send({ body: '1', isOfStranger: false, headers: () => headers });
    await expect.poll(() => troubles).toEqual([expect.stringContaining(why)]);
    expect(troubles[0]).toContain('given up');
    expect(troubles[0]).not.toMatch(/TOP|KEY/);
    await delivery.close();
  });

  it('hangs, or never ends its answer, holds nobody up', async () => {
    const { bodies, troubles, send } = await receiver(hang, drip, status(200));
    const startedAt = performance.now();
    for (const body of ['1', '2']) send(body);
    expect(performance.now() - startedAt).toBeLessThan(200);
    await expect.poll(() => bodies).toEqual(['1', '1', '2']);
    expect(troubles).toHaveLength(1);
  });

  it('redirects gets nothing elsewhere: that is not followed, nor tried again', async () => {
    const { bodies, paths, troubles, send } = await receiver(
      status(302, { location: '/elsewhere' }),
      status(200),
    );
    for (const body of ['1', '2']) send(body);
    await expect.poll(() => bodies).toEqual(['1', '2']);
    expect(paths).not.toContain('/elsewhere');
    expect(troubles).toEqual([expect.stringContaining('it answers 302, a redirect: given up')]);
  });

  it('does not want it, or is never there, is given up after its tries', async () => {
    const refused = await receiver(status(410));
    refused.send('1');
    await expect.poll(() => refused.troubles).toEqual([expect.stringContaining('410: given up')]);
    const gone = await receiver(cut);
    gone.send('1');
    await expect.poll(() => gone.troubles.at(-1)).toContain('given up');
    expect(gone.bodies).toHaveLength(4);
  });

  it('is slow has a bounded queue, and a stop does not wait for it', async () => {
    const { bodies, troubles, send, delivery } = await receiver(hang);
    for (let number = 0; number < 5_000; number++) send(String(number));
    expect(troubles).toEqual([expect.stringContaining('the oldest are given up')]);
    const startedAt = performance.now();
    await delivery.close();
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    send('late');
    expect(bodies.length).toBeLessThan(20);
    expect(bodies).not.toContain('late');
  });

  it('is slow gets what is of machines, however much of strangers waits', async () => {
    let isSlow = true;
    const held: ServerResponse[] = [];
    const { bodies, send } = await receiver((_, response) =>
      isSlow ? held.push(response) : response.writeHead(204).end(),
    );
    send('first');
    await expect.poll(() => bodies).toEqual(['first']);
    send('a machine');
    for (let number = 0; number < 1_000; number++) send(`stranger ${number}`, true);
    for (let number = 0; number < 199; number++) send(`machine ${number}`);
    send('a stranger too many', true);
    isSlow = false;
    for (const response of held) response.writeHead(204).end();
    await expect.poll(() => bodies.at(-1), { timeout: 20_000 }).toBe('machine 198');
    expect(bodies).toHaveLength(201);
    expect(bodies.join()).not.toContain('stranger');
  });

  it('cannot be signed for is told of as that', async () => {
    const { bodies, troubles, delivery } = await receiver(status(200));
    const headers = () => {
      throw new NotSendable('there is no secret hook');
    };
    delivery.send({ body: '1', isOfStranger: false, headers });
    await expect.poll(() => troubles).toEqual([expect.stringContaining('there is no secret hook: given up')]);
    expect(bodies).toEqual([]);
  });
});
