import fc from 'fast-check';
import { expect, it } from 'vitest';
import { contentTypeOf } from '../../../../src/server/http/content-type.ts';
import { readTarget } from '../../../../src/server/http/request-target.ts';

it.each([
  ['/boot.ipxe?mac=52:54:00:00:00:01', '/boot.ipxe'],
  ['http://192.168.1.50:8080/a/b', '/a/b'],
  ['//images///x', '/images/x'],
  ['/a%20b/%C3%BC', '/a b/ü'],
  ['/seed/x/', '/seed/x/'],
  ['/', '/'],
  ['/a#b', '/a'],
  ['/%2e%2e/%2e%2e/etc', '/../../etc'],
])('%s is %s', (url, path) => {
  expect(readTarget(url)?.path).toBe(path);
});

it.each(['*', 'x', '/%', '/%ff', '/%c3'])('refuses %s', (url) => {
  expect(readTarget(url)).toBeUndefined();
});

it('reads the query', () => {
  expect(readTarget('/boot.ipxe?mac=52:54:00:00:00:01&x=%20')?.query.get('mac')).toBe('52:54:00:00:00:01');
});

it('takes the token of an order out of the path, whatever it is: paths are told in events', () => {
  expect(readTarget('/seed/52-54-00-00-00-01/token-0a1b/user-data')).toMatchObject({
    path: '/seed/52-54-00-00-00-01/user-data',
    token: '0a1b',
  });
  expect(readTarget('/seed/52-54-00-00-00-01/%74oken-x/')).toMatchObject({
    path: '/seed/52-54-00-00-00-01/',
    token: 'x',
  });
  expect(readTarget('/report/52-54-00-00-00-01/token-0a1b')).toMatchObject({
    path: '/report/52-54-00-00-00-01',
    token: '0a1b',
  });
  expect(readTarget('/images/token-0a1b/linux')?.path).toBe('/images/token-0a1b/linux');
});

it('gives a path or nothing for any text', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 60 }), (url) => {
      const target = readTarget(url);
      if (target !== undefined) expect(target.path.startsWith('/')).toBe(true);
    }),
  );
});

it.each([
  ['/loaders/ipxe/snponly-x64.efi', 'application/efi'],
  ['/images/x/live.ISO', 'application/vnd.efi-iso'],
  ['/disk.img', 'application/vnd.efi-img'],
  ['/boot.ipxe', 'text/plain'],
  ['/images/x/vmlinuz', 'application/octet-stream'],
  ['/a.b/constructor', 'application/octet-stream'],
  ['/x.constructor', 'application/octet-stream'],
])('%s is served as %s', (path, type) => {
  expect(contentTypeOf(path)).toBe(type);
});
