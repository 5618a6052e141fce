import { describe, expect, it } from 'vitest';
import { Dissector } from '../../../../src/protocol/pcap/dissector.ts';
import { HttpFollower } from '../../../../src/protocol/pcap/http-follower.ts';
import { bytesOf, ethernet, ipv4, tcpSegment } from './frames.ts';

const FLAG = { fin: 1, syn: 2, rst: 4, ack: 16 };
type Step = readonly ['c' | 's', sequence: number, flags: number, text: string, acknowledgment?: number];

function follow(steps: readonly Step[]): HttpFollower {
  const follower = new HttpFollower();
  const dissector = new Dissector();
  steps.forEach(([side, sequence, flags, text, acknowledgment], i) => {
    const segment =
      side === 'c'
        ? tcpSegment(50000, 8080, sequence, flags, bytesOf(text), acknowledgment)
        : tcpSegment(8080, 50000, sequence, flags, bytesOf(text));
    const [from, to] = side === 'c' ? ['10.0.0.2', '10.0.0.1'] : ['10.0.0.1', '10.0.0.2'];
    const data = ethernet(ipv4(from, to, 6, segment));
    const packet = dissector.dissect({
      number: i + 1,
      timeUs: i,
      linkType: 1,
      data,
      wireLength: data.length,
    });
    if (packet?.kind === 'tcp') follower.push(packet);
  });
  return follower;
}

const request = 'GET /boot.ipxe HTTP/1.1\r\nHost: 10.0.0.1:8080\r\nUser-Agent: iPXE/1.0\r\n\r\n';

describe('HttpFollower', () => {
  it('reads request and answer and counts the body, segments out of order and sent twice', () => {
    const head = 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\nContent-Type: text/plain\r\n\r\n';
    const follower = follow([
      ['c', 99, FLAG.syn, ''],
      ['s', 499, FLAG.syn | FLAG.ack, ''],
      ['c', 100, FLAG.ack, request.slice(0, 20)],
      ['c', 100, FLAG.ack, request.slice(0, 20)],
      ['c', 120, FLAG.ack, request.slice(20)],
      ['s', 500 + head.length + 5, FLAG.ack, 'fghij'],
      ['s', 500, FLAG.ack, head + 'abcde'],
    ]);
    const exchanges = follower.takeExchanges();
    expect(exchanges).toMatchObject([
      {
        method: 'GET',
        target: '/boot.ipxe',
        host: '10.0.0.1:8080',
        userAgent: 'iPXE/1.0',
        status: 200,
        contentLength: 10,
        contentType: 'text/plain',
        bodyBytes: 10,
        requestFrame: 5,
        responseFrame: 7,
      },
    ]);
    expect(exchanges[0]?.cutBy).toBeUndefined();
  });

  it('tells an answer that is not in the capture from one that never came', () => {
    const asked: Step[] = [
      ['c', 99, FLAG.syn, ''],
      ['s', 499, FLAG.syn | FLAG.ack, '', 100],
      ['c', 100, FLAG.ack, request, 500],
      ['s', 500, FLAG.ack, '', 100 + request.length],
    ];
    const unseen = (steps: readonly Step[]): boolean | undefined => {
      const follower = follow([...asked, ...steps]);
      follower.finish();
      return follower.takeExchanges()[0]?.isAnswerUnseen;
    };
    expect(unseen([])).toBeUndefined();
    expect(unseen([['c', 100 + request.length, FLAG.ack, '', 2000]])).toBe(true);
    expect(unseen([['c', 100 + request.length, FLAG.ack | FLAG.rst, '', 2000]])).toBe(true);
    // the end of the answer was short enough for the filter
    const end: Step = ['s', 1500, FLAG.ack, 'boot\n', 100 + request.length];
    expect(unseen([end, ['c', 100 + request.length, FLAG.ack, '', 1505]])).toBe(true);
    // the server's FIN is acknowledged, and no data
    const fin: Step = ['s', 500, FLAG.fin | FLAG.ack, '', 100 + request.length];
    expect(unseen([fin, ['c', 100 + request.length, FLAG.ack, '', 501]])).toBeUndefined();
  });

  it('tells who cut a transfer', () => {
    const follower = follow([
      ['c', 100, FLAG.ack, request],
      ['s', 500, FLAG.ack, 'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nabc'],
      ['c', 100 + request.length, FLAG.rst, ''],
    ]);
    expect(follower.takeExchanges()[0]).toMatchObject({ bodyBytes: 3, contentLength: 1000, cutBy: 'client' });
  });

  it('matches answers to requests on a kept connection, also after HEAD and chunked answers', () => {
    const head = request.replace('GET', 'HEAD');
    const chunkedAnswer = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n';
    const headAnswer = 'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n';
    const follower = follow([
      ['c', 100, FLAG.ack, head],
      ['s', 500, FLAG.ack, headAnswer],
      ['c', 100 + head.length, FLAG.ack, request],
      ['s', 500 + headAnswer.length, FLAG.ack, chunkedAnswer],
      ['c', 100 + head.length + request.length, FLAG.ack, request],
      [
        's',
        500 + headAnswer.length + chunkedAnswer.length,
        FLAG.ack,
        'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n',
      ],
    ]);
    expect(follower.takeExchanges().map((e) => [e.method, e.status])).toEqual([
      ['HEAD', 200],
      ['GET', 200],
      ['GET', 404],
    ]);
  });
});
