import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createDnsmasqLogReader, parseDnsmasqLog } from '../../../../src/protocol/dnsmasq-log/log-reader.ts';
import type {
  DnsmasqLogRecord,
  ExchangeRecord,
  ProblemRecord,
  TftpRecord,
} from '../../../../src/protocol/dnsmasq-log/record.ts';

const linesOf = (name: string): string[] =>
  readFileSync(new URL(`../../../../fixtures/dnsmasq-log/${name}`, import.meta.url), 'utf8').split('\n');
const readLog = (name: string): DnsmasqLogRecord[] => parseDnsmasqLog(linesOf(name));
const exchangesIn = (records: readonly DnsmasqLogRecord[]): ExchangeRecord[] =>
  records.filter((record) => record.kind === 'exchange');
const tftpIn = (records: readonly DnsmasqLogRecord[]): TftpRecord[] =>
  records.filter((record) => record.kind === 'tftp');

describe("the user's log of the PXE-E21 failure (dnsmasq 2.80, docker-compose, values shortened)", () => {
  const records = readLog('seed-boot-log.txt');

  it('starts with version, compile options, the proxy subnet and the TFTP root', () => {
    expect(records.slice(0, 4)).toMatchObject([
      { kind: 'started', version: '2.80', isDnsOn: false, service: 'dhcp_1', line: 1 },
      { kind: 'compile-options', line: 2 },
      { kind: 'context', mode: 'proxy', first: '192.168.1.0', line: 3 },
      { kind: 'tftp-root', root: '/tftpboot', isSecure: false, line: 4 },
    ]);
  });

  it('tells the offer on port 67, the unanswered request and the answer on port 4011 apart', () => {
    expect(exchangesIn(records)).toMatchObject([
      {
        xid: 110268312,
        message: 'discover',
        reply: 'offer',
        port: 67,
        line: 8,
        lastLine: 18,
        architecture: 7,
        interfaceName: 'eno1',
        macText: 'f4:4d:...',
        bootFile: 'pxelinux.0',
        nextServer: '192.168.1.50',
        isBroadcast: true,
        isComplete: true,
      },
      { xid: 110268312, message: 'unknown', line: 19, lastLine: 20, isComplete: true },
      {
        xid: 12207496,
        message: 'request',
        reply: 'ack',
        port: 4011,
        line: 21,
        lastLine: 31,
        isBroadcast: false,
      },
    ]);
    expect(exchangesIn(records)[0]?.mac).toBeUndefined();
    expect(exchangesIn(records)[1]?.reply).toBeUndefined();
  });

  it('keeps the shortened option 43 as it stands and gives no bytes for it', () => {
    const option43 = exchangesIn(records)[2]?.sent.find((option) => option.code === 43);
    expect(option43).toEqual({
      code: 43,
      name: 'vendor-encap',
      text: '06:01:08:...',
      sizeBytes: 10,
      isElided: true,
    });
  });
});

describe('dnsmasq 2.90 as proxyDHCP', () => {
  it('names every exchange when log-dhcp is on', () => {
    const seen = exchangesIn(readLog('proxy-2.90-log-dhcp.log')).map((e) => [
      e.port,
      e.message,
      e.reply,
      e.architecture,
      e.userClass,
      e.bootFile,
    ]);
    expect(seen).toEqual([
      [67, 'discover', 'offer', 0, undefined, 'lpxelinux.0'],
      [67, 'discover', 'offer', 7, undefined, undefined],
      [4011, 'request', 'ack', 7, undefined, 'ipxe.efi'],
      [67, 'discover', 'offer', 7, 'iPXE', 'http://192.168.1.50:8080/boot.ipxe'],
      [67, 'discover', 'offer', 0, 'iPXE', 'http://192.168.1.50:8080/boot.ipxe'],
      [67, 'discover', 'offer', 16, undefined, 'http://192.168.1.50:8080/ipxe.efi'],
      [67, 'discover', 'offer', 27, undefined, undefined],
      [4011, 'request', 'ack', 27, undefined, undefined],
      [undefined, 'unknown', undefined, 7, undefined, undefined],
    ]);
  });

  it('gives the bytes of option 43 and the order in which options were sent', () => {
    const [first] = exchangesIn(readLog('proxy-2.90-log-dhcp.log'));
    expect(first?.sent.map((option) => option.code)).toEqual([53, 54, 60, 97, 43]);
    const bytes = first?.sent.at(-1)?.bytes ?? new Uint8Array();
    expect(Buffer.from(bytes).toString('hex')).toBe('0601080a0400505845ff');
    expect(first?.mac).toBe('f4:4d:30:00:00:01');
    expect(first?.tags).toEqual(['bios', 'br0']);
  });

  it('still counts packets without log-dhcp, and does not guess what it cannot know', () => {
    const exchanges = exchangesIn(readLog('proxy-2.90-quiet.log'));
    expect(exchanges).toHaveLength(8);
    for (const exchange of exchanges) {
      expect(exchange).toMatchObject({ message: 'pxe', mac: 'f4:4d:30:00:00:01', interfaceName: 'br0' });
      expect(exchange.port).toBeUndefined();
      expect(exchange.reply).toBeUndefined();
    }
  });

  it('sees a boot server reply and a client that dhcp-ignore refused', () => {
    const exchanges = exchangesIn(readLog('menu-ignored-tftp-2.90.log'));
    expect(exchanges[1]).toMatchObject({
      message: 'pxe-boot-server',
      port: 4011,
      address: '192.168.1.40',
      bootFile: 'lpxelinux.0',
      reply: 'ack',
    });
    expect(exchanges[2]).toMatchObject({ isIgnored: true, architecture: 27, tags: ['riscv', 'br0'] });
    expect(exchanges[2]?.reply).toBeUndefined();
  });

  it('reports a proxy range that does not fit the interface', () => {
    expect(readLog('wrong-subnet-2.90.log')).toContainEqual(
      expect.objectContaining({ kind: 'problem', problem: 'no-address-range', subject: 'br0' }),
    );
  });
});

describe('dnsmasq 2.90 leasing to PXE clients only', () => {
  it('pairs what the client sent with the answer, with and without log-dhcp', () => {
    const [discover, request, , ignored] = exchangesIn(readLog('pxe-only-2.90-log-dhcp.log'));
    expect(discover).toMatchObject({ message: 'discover', reply: 'offer', address: '192.168.1.203' });
    expect(request).toMatchObject({ message: 'request', reply: 'ack', address: '192.168.1.213' });
    expect(ignored).toMatchObject({ message: 'discover', isIgnored: true, mac: 'f4:4d:30:00:00:03' });
    const quiet = exchangesIn(readLog('pxe-only-2.90-quiet.log'));
    expect(quiet.slice(0, 4).map((e) => [e.message, e.reply])).toEqual([
      ['discover', undefined],
      ['discover', 'offer'],
      ['request', undefined],
      ['request', 'ack'],
    ]);
  });

  it('keeps the reason of a NAK and leaves an INFORM an INFORM', () => {
    const exchanges = exchangesIn(readLog('pxe-only-2.90-log-dhcp.log'));
    expect(exchanges.find((e) => e.xid === 104)).toMatchObject({ reply: 'nak', remark: 'wrong address' });
    expect(exchanges.find((e) => e.xid === 108)).toMatchObject({ message: 'inform', reply: 'ack' });
    expect(exchanges.find((e) => e.xid === 106)).toMatchObject({ hostName: 'node' });
    expect(exchanges.find((e) => e.xid === 100)?.requestedOptions).toEqual([1, 3, 6, 43, 60, 66, 67, 97]);
  });
});

describe('TFTP lines', () => {
  const seen = tftpIn(readLog('proxy-2.90-quiet.log'));

  it('does not believe "sent" after the client aborted: that was the size probe', () => {
    const probe = seen.find((record) => record.errorCode === 8);
    expect(probe).toMatchObject({ outcome: 'aborted', path: '/srv/tftp/ipxe.efi', client: '192.168.1.40' });
    expect(probe?.lastLine).toBe((probe?.line ?? 0) + 1);
    expect(seen.filter((record) => record.outcome === 'sent')).toEqual([]);
  });

  it('tells missing, denied, unreadable, aborted and unsupported apart', () => {
    expect(seen.map((record) => [record.outcome, record.path?.slice(0, 30)])).toEqual([
      ['denied', '/srv/tftp/denied.bin'],
      ['aborted', '/srv/tftp/ipxe.efi'],
      ['denied', '/srv/tftp/secret/f'],
      ['denied', '/srv/tftp/../../etc/passwd'],
      ['missing', '/srv/tftp/ipxe.efi'],
      ['aborted', '/srv/tftp/ipxe.efi'],
      ['unreadable', '/srv/tftp/sub'],
      ['unreadable', `/srv/tftp/${'x'.repeat(20)}`],
      ['unsupported', undefined],
    ]);
  });

  it('reads the texts of versions before 2.87, which name no client', () => {
    const records = parseDnsmasqLog([
      'dnsmasq-tftp[7]: file /srv/tftp/a b.efi not found',
      'dnsmasq-tftp[7]: TFTP sent /srv/tftp/x to 192.168.1.9',
      'dnsmasq-tftp[7]: failed sending /srv/tftp/x to 192.168.1.9',
    ]);
    expect(records).toMatchObject([
      { outcome: 'missing', path: '/srv/tftp/a b.efi' },
      { outcome: 'sent', path: '/srv/tftp/x', client: '192.168.1.9' },
      { outcome: 'failed', path: '/srv/tftp/x' },
    ]);
  });

  it('keeps an abort whose file is never named', () => {
    const records = parseDnsmasqLog(['dnsmasq-tftp: error 4 User aborted received from 192.168.1.9', 'x']);
    expect(records).toMatchObject([{ outcome: 'aborted', errorCode: 4, reason: 'User aborted' }]);
    expect(records[0]).toHaveProperty('path', undefined);
  });
});

describe('last words of a dnsmasq that could not start', () => {
  it('names each', () => {
    const problems = readLog('startup-errors-2.90.log').filter(
      (r): r is ProblemRecord => r.kind === 'problem',
    );
    expect(problems.map((r) => [r.problem, r.subject])).toEqual([
      ['bad-configuration', '2 of bad.conf'],
      ['unknown-interface', 'eth9'],
      ['port-in-use', 'DHCP server socket'],
      ['tftp-root-inaccessible', '/nope'],
      ['failed-to-start', undefined],
    ]);
  });

  it('knows the words of other versions', () => {
    const problem = (text: string) => parseDnsmasqLog([`dnsmasq: ${text}`])[0];
    expect(problem('process is missing required capability NET_ADMIN')).toMatchObject({
      problem: 'missing-capability',
      subject: 'NET_ADMIN',
    });
    expect(problem('failed to create listening socket for port 53: Address already in use')).toMatchObject({
      problem: 'port-in-use',
      subject: 'port 53',
    });
    expect(problem('setting capabilities failed: Operation not permitted')).toMatchObject({
      problem: 'cannot-drop-privileges',
    });
  });
});

describe('what other tools put before the message', () => {
  const message = 'PXE(br0) f4:4d:30:00:00:01 proxy';
  it.each([
    ['syslog', `Nov 23 03:06:28 boot dnsmasq-dhcp[9]: ${message}`, { service: 'boot', pid: 9 }],
    ['log-facility', `Nov 23 03:06:28 dnsmasq-dhcp[9]: ${message}`, { stamp: 'Nov 23 03:06:28' }],
    [
      'rsyslog with ISO stamps',
      `2026-11-23T03:06:28.123456+01:00 boot dnsmasq-dhcp[9]: ${message}`,
      { time: '2026-11-23T02:06:28.123Z', service: 'boot' },
    ],
    [
      'journalctl -o short-iso',
      `2026-11-23T03:06:28+0000 boot dnsmasq-dhcp[9]: ${message}`,
      { time: '2026-11-23T03:06:28.000Z' },
    ],
    [
      'docker logs -t',
      `2026-11-23T03:06:28.123456789Z dnsmasq-dhcp[1]: ${message}`,
      { time: '2026-11-23T03:06:28.123Z' },
    ],
    ['docker compose v2', `dhcp-1  | dnsmasq-dhcp[1]: ${message}`, { service: 'dhcp-1' }],
    [
      'docker-compose v1 in colour',
      `\u001b[36mdhcp_1   |\u001b[0m dnsmasq-dhcp: ${message}`,
      { service: 'dhcp_1' },
    ],
    [
      'the json-file driver',
      JSON.stringify({
        log: `dnsmasq-dhcp[1]: ${message}\n`,
        stream: 'stderr',
        time: '2026-11-23T03:06:28.1Z',
      }),
      { time: '2026-11-23T03:06:28.100Z' },
    ],
    ['kubernetes', `2026-11-23T03:06:28.1Z stderr F dnsmasq-dhcp[1]: ${message}`, { pid: 1 }],
    ['a syslog priority', `<30>Nov 23 03:06:28 dnsmasq-dhcp[9]: ${message}`, { pid: 9 }],
  ])('%s', (_name, line, expected) => {
    expect(parseDnsmasqLog([line])).toMatchObject([
      { kind: 'exchange', mac: 'f4:4d:30:00:00:01', ...expected },
    ]);
  });

  it('does not mix the packets of two containers whose lines alternate', () => {
    const block = linesOf('proxy-2.90-log-dhcp.log').slice(5, 17);
    const mixed = block.flatMap((line) => [`a_1 | ${line}`, `b_1 | ${line}`]);
    const exchanges = exchangesIn(parseDnsmasqLog(mixed));
    expect(exchanges.map((e) => [e.service, e.reply, e.sent.length])).toEqual([
      ['a_1', 'offer', 5],
      ['b_1', 'offer', 5],
    ]);
  });

  it('skips lines of other programs and counts them', () => {
    const records = parseDnsmasqLog(['kernel: hello', 'web_1 | GET / 200', `dnsmasq-dhcp: ${message}`]);
    expect(records).toMatchObject([{ line: 3 }]);
  });
});

describe('streaming', () => {
  it('gives the same records line by line as at once', () => {
    const lines = linesOf('menu-ignored-tftp-2.90.log');
    const reader = createDnsmasqLogReader();
    const streamed = [...lines.flatMap((line) => reader.push(line)), ...reader.flush()];
    expect(streamed).toEqual(parseDnsmasqLog(lines));
    expect(reader.flush()).toEqual([]);
  });

  it('marks a block that the end of the log cut', () => {
    const lines = linesOf('proxy-2.90-log-dhcp.log').slice(5, 12);
    expect(parseDnsmasqLog(lines)).toMatchObject([{ isComplete: false, isBroadcast: true }]);
  });

  it('cuts a block that never ends', () => {
    const endless = Array.from(
      { length: 1000 },
      () => 'dnsmasq-dhcp: 7 sent size:  4 option:  6 dns  1.1.1.1',
    );
    const exchanges = exchangesIn(parseDnsmasqLog(endless));
    expect(exchanges.length).toBeGreaterThan(4);
    for (const exchange of exchanges) expect(exchange.sent.length).toBeLessThanOrEqual(200);
  });

  it('survives any lines', () => {
    const word = fc.constantFrom(
      'dnsmasq-dhcp: ',
      '7 ',
      'PXE(',
      'sent size: ',
      'error ',
      ' to ',
      ': ',
      '{"log":',
      'tags: ',
    );
    const line = fc.array(fc.oneof(word, fc.string()), { maxLength: 12 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 40 }), (lines) => {
        for (const record of parseDnsmasqLog(lines)) {
          expect(record.line).toBeGreaterThan(0);
          expect(record.lastLine).toBeLessThanOrEqual(lines.length);
        }
      }),
    );
  });

  it('reads a line of a million characters in no time', () => {
    const began = performance.now();
    parseDnsmasqLog([`dnsmasq-tftp: sent ${'a to '.repeat(200_000)}`, `dnsmasq: ${' '.repeat(1_000_000)}x`]);
    expect(performance.now() - began).toBeLessThan(500);
  });
});
