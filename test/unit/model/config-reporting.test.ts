import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/model/config-file.ts';
import { PxectlError } from '../../../src/model/errors.ts';
import type { Reporting } from '../../../src/model/reporting.ts';

const HEAD = 'version: 1\nnetwork: { interface: eno1, address: 192.168.1.50 }\n';
const parse = (text: string): Reporting =>
  parseConfig(HEAD + text, { path: '/srv/pxectl.yaml', stateRoot: '/srv/.pxectl' }).reporting;
function refusal(text: string): string {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof PxectlError) return `${error.message}; ${error.why}; ${error.next}`;
    throw error;
  }
  return 'taken';
}

describe('metrics, notify and traces', () => {
  it('are read with their defaults', () => {
    expect(parse('metrics: { listen: 127.0.0.1 }').metrics).toEqual({
      address: '127.0.0.1',
      port: 9469,
      allow: [],
    });
    expect(parse('metrics: { listen: "192.168.1.50:9100", allow: [10.0.0.7, 10.1.2.3/24] }').metrics).toEqual(
      {
        ...{ address: '192.168.1.50', port: 9100 },
        allow: [
          { network: '10.0.0.7', prefix: 32 },
          { network: '10.1.2.0', prefix: 24 },
        ],
      },
    );
    expect(parse('notify: [{ url: "https://a.example/x?y=1", secret: hook }]').notify).toEqual([
      { url: 'https://a.example/x?y=1', secret: 'hook', on: ['boot-failed', 'installed', 'unknown-machine'] },
    ]);
    expect(parse('traces: { endpoint: "http://127.0.0.1:4318" }').traces).toBe('http://127.0.0.1:4318');
  });

  it.each([
    ['metrics: { listen: 192.168.1.50 }', /say who may read: metrics\.allow/],
    ['metrics: { listen: 0.0.0.0 }', /say who may read/],
    ['metrics: { listen: localhost }', /127\.0\.0\.1:9469/],
    ['metrics: { listen: "127.0.0.1:70000" }', /an IPv4 address of this computer, and a port/],
    ['metrics: { listen: 192.168.1.50, allow: [10.0.0.0/33] }', /an address or a network/],
    ['notify: [{ url: ftp://a.example }]', /http:\/\/ or https:\/\//],
    ['notify: [{ url: "http://a.example/\\n" }]', /would break URLs/],
    [
      'notify: [{ url: "https://me:pw@a.example" }]',
      /^(?!.*me:pw).*notify\[0\]\.url holds a user or password/,
    ],
    [
      'notify: [{ url: "https://a.example", secret: "not a name" }]',
      /^(?!.*not a name).*is no name of a secret/,
    ],
    ['notify: [{ url: "https://a.example", on: [boot-faild] }]', /boot-failed/],
    ['traces: { endpoint: here }', /http:\/\/ or https:\/\//],
  ])('%s is refused', (text, told) => {
    expect(refusal(text)).toMatch(told);
  });
});

describe('dashboard', () => {
  const usual = { reach: 'loopback', port: 8080, isPortGiven: false, names: [] };

  it('is for this computer alone, unless the file says more, and can be off', () => {
    expect(parse('').dashboard).toEqual(usual);
    expect(parse('http: { port: 80 }').dashboard).toEqual({ ...usual, port: 80 });
    expect(parse('dashboard: { names: [pxe.example.org] }').dashboard).toEqual({
      ...usual,
      names: ['pxe.example.org'],
    });
    expect(parse('dashboard: { listen: lan }').dashboard).toEqual({ ...usual, reach: 'lan', port: 8081 });
    expect(parse('dashboard: { listen: lan, port: 9000 }').dashboard).toMatchObject({
      ...{ port: 9000, isPortGiven: true },
    });
    expect(parse('dashboard: off').dashboard).toBeUndefined();
  });

  it.each([
    ['dashboard: on', /off, or a map with listen, port and names/],
    ['dashboard: { listen: everywhere }', /dashboard/],
    ['dashboard: { listen: lan, port: 8080 }', /machines load their files there/],
    ['dashboard: { names: ["a b"] }', /letters, digits and \. -/],
  ])('%s is refused', (text, told) => {
    expect(refusal(text)).toMatch(told);
  });
});
