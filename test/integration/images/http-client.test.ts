import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openHttpClient, redirectTarget, type HttpClient } from '../../../src/images/download/http-client.ts';
import { connectionError } from '../../../src/images/download/http-errors.ts';
import type { PxectlError } from '../../../src/model/errors.ts';
import { misbehaviour, startLoopbackMirror, type LoopbackMirror } from '../../support/loopback-mirror.ts';

let mirror: LoopbackMirror;
let client: HttpClient;
beforeEach(async () => {
  mirror = await startLoopbackMirror(new Map([['/list', Buffer.from('what it should be')]]));
  client = await openHttpClient({ retryPauseMs: 5, stallTimeoutMs: 400 });
});
afterEach(async () => {
  await client.close();
  await mirror.close();
});

const answerTo = (path: string, status: number, headers: Record<string, string>): void => {
  mirror.misbehave = (asked, _request, response) => {
    if (asked !== path) return false;
    response.writeHead(status, headers).end();
    return true;
  };
};
const failure = async (path: string, maxBytes = 1000): Promise<PxectlError> =>
  client.getBytes(`${mirror.url}${path}`, maxBytes).then(
    () => expect.fail('it should have failed'),
    (error: unknown) => error as PxectlError,
  );

describe('redirects', () => {
  it('are followed', async () => {
    answerTo('/old', 302, { location: '/list' });
    expect(Buffer.from(await client.getBytes(`${mirror.url}/old`, 1000)).toString()).toBe(
      'what it should be',
    );
  });

  it.each([
    ['in a circle', '/old', /in a circle/],
    ['to what is no address', 'http://', /no http or https address/],
    ['to another protocol', 'ftp://example.org/list', /ftp:\/\/example\.org\/list is no http/],
  ])('%s are one clear error', async (_name, location, why) => {
    answerTo('/old', 302, { location });
    const error = await failure('/old');
    expect(error).toMatchObject({ code: 'E_DOWNLOAD', message: `${mirror.url}/old cannot be read` });
    expect(error.why).toMatch(why);
    expect(error.next).toContain('--mirror');
  });

  it('from https to http are refused, unless something vouches for the bytes', () => {
    const trust = (isVouched: boolean): { isVouched: boolean } => ({ isVouched });
    const secure = 'https://releases.example.org/list';
    expect(() => redirectTarget(secure, 'http://mirror.example.org/list', trust(false))).toThrow(
      `${secure} cannot be read`,
    );
    expect(redirectTarget(secure, 'http://mirror.example.org/list', trust(true))).toMatch(/^http:/);
    expect(redirectTarget(secure, '/other', trust(false))).toBe('https://releases.example.org/other');
    expect(redirectTarget('http://a.example.org/x', 'http://b.example.org/x', trust(false))).toMatch(
      /^http:/,
    );
  });

  it('to nowhere are no empty file', async () => {
    answerTo('/old', 302, {});
    expect((await failure('/old')).message).toContain('was refused (HTTP 302)');
  });
});

describe('small files', () => {
  it('a web page in place of one is told, and not taken for a list', async () => {
    mirror.misbehave = misbehaviour.captivePortal();
    expect((await failure('/list')).message).toContain('gave a web page instead');
  });

  it('one that never ends is given up', async () => {
    const error = await failure('/list', 5);
    expect(error).toMatchObject({
      code: 'E_DOWNLOAD',
      why: 'it is larger than the 5 bytes that it may have',
    });
  });
});

describe('a server that sends a byte now and then', () => {
  const drips: NodeJS.Timeout[] = [];
  afterEach(() => drips.splice(0).forEach(clearInterval));
  const drip = (status: number, headers: Record<string, string>): void => {
    mirror.misbehave = (path, _request, response) => {
      if (path === '/list') return false;
      response.writeHead(status, headers);
      drips.push(setInterval(() => response.write('x'), 20));
      return true;
    };
  };

  it('is given up, and said to be slow', async () => {
    drip(200, {});
    await client.close();
    client = await openHttpClient({ retryPauseMs: 5, slowMs: 200 });
    const error = await failure('/slow');
    expect(error).toMatchObject({ code: 'E_DOWNLOAD', message: `${mirror.url}/slow was given up` });
    expect(error.why).toMatch(/^\d+ B came in \S+ m?s$/);
  });

  it('keeps nobody who is sent on, or refused', async () => {
    drip(302, { location: '/list' });
    expect((await client.getBytes(`${mirror.url}/old`, 1000)).length).toBeGreaterThan(0);
    drip(404, {});
    expect(await failure('/old')).toMatchObject({ code: 'E_NOT_FOUND' });
  });
});

describe('encrypted connections', () => {
  it('to a server without TLS say so in one line', async () => {
    mirror.files.clear();
    const url = `${mirror.url.replace('http:', 'https:')}/list`;
    const error = await client.getBytes(url, 1000).catch((caught: unknown) => caught as PxectlError);
    expect(error).toMatchObject({ code: 'E_DOWNLOAD', why: 'the server does not speak TLS there' });
  });

  it.each(['DEPTH_ZERO_SELF_SIGNED_CERT', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'CERT_HAS_EXPIRED'])(
    '%s is about the certificate, and not tried again',
    (code) => {
      const cause = Object.assign(new Error('not trusted'), { code });
      const error = connectionError(cause, 'https://example.org/', undefined) as PxectlError;
      expect(error.why).toBe('the certificate of the server is not trusted: not trusted');
      expect(error.next).toContain('NODE_EXTRA_CA_CERTS');
      expect(error.details?.['isRetryable']).toBe(false);
    },
  );
});
