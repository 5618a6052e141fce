import { describe, expect, it } from 'vitest';
import { refusalOf } from '../../../src/control/dashboard/request-guard.ts';

const NAMES = ['192.168.1.50', 'pxe.example.org'];
const get = (headers: Record<string, string>, isPage = false) =>
  refusalOf({ method: 'GET', headers, isPage }, NAMES)?.status ?? 'taken';
const post = (headers: Record<string, string>) =>
  refusalOf(
    { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, isPage: false },
    NAMES,
  )?.status ?? 'taken';

describe('who may ask the dashboard', () => {
  it.each([
    ...['127.0.0.1:8080', 'localhost', 'LOCALHOST:9000', '[::1]:8080'],
    ...['192.168.1.50:8081', 'pxe.example.org', 'pxe.example.org:443'],
  ])('whoever asks for %s', (host) => {
    expect(get({ host })).toBe('taken');
  });

  it.each([
    ...['evil.example', 'evil.example:8080', '127.0.0.1.evil.example', 'localhost.evil.example:8080', ''],
    ...['192.168.1.51', 'x192.168.1.50', '127.0.0.1:8080:1', 'localhost:', 'localhost@evil.example'],
    '127.0.0.1:123456',
  ])('not whoever asks for %s: that name was made to lead here', (host) => {
    expect(get({ host })).toBe(403);
    expect(get({ host }, true)).toBe(403);
    expect(post({ host, origin: `http://${host}` })).toBe(403);
  });

  it('no script of another page; a link is followed', () => {
    const host = '127.0.0.1:8080';
    for (const site of ['cross-site', 'same-site']) {
      expect(get({ host, 'sec-fetch-site': site })).toBe(403);
      expect(get({ host, 'sec-fetch-site': site }, true)).toBe('taken');
      expect(post({ host, 'sec-fetch-site': site, origin: 'http://127.0.0.1:8080' })).toBe(403);
    }
    expect(get({ host, 'sec-fetch-site': 'same-origin' })).toBe('taken');
  });

  it('a change comes from a page of the same name and port, and is JSON', () => {
    const host = '127.0.0.1:8080';
    expect(post({ host, origin: 'http://127.0.0.1:8080' })).toBe('taken');
    expect(post({ host: 'localhost:9000', origin: 'http://localhost:9000' })).toBe('taken');
    expect(post({ host: 'pxe.example.org', origin: 'https://pxe.example.org' })).toBe('taken');
    for (const origin of [
      'http://127.0.0.1:9000',
      'http://localhost:8080',
      'null',
      '',
      'http://evil.example',
    ]) {
      expect(post({ host, origin })).toBe(403);
    }
    expect(post({ host })).toBe(403);
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/jsonx', '']) {
      expect(post({ host, origin: 'http://127.0.0.1:8080', 'content-type': type })).toBe(415);
    }
  });
});
