import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DashboardToken, dashboardToken } from '../../../src/control/dashboard/dashboard-token.ts';
import { WrongTokens } from '../../../src/control/dashboard/wrong-tokens.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pxectl-token-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('the token of the dashboard', () => {
  it('is made once, for its user alone, and anew where the file holds something else', async () => {
    const path = join(folder, 'dashboard-token');
    const { text } = await dashboardToken(path);
    expect(text).toMatch(/^[\w-]{22}$/);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await dashboardToken(path)).text).toBe(text);
    await writeFile(path, 'admin\n');
    const other = await dashboardToken(path);
    expect(other.text).not.toBe(text);
    expect(await readFile(path, 'utf8')).toBe(`${other.text}\n`);
  });

  it('is not what a browser keeps, and each port has a cookie of its own', () => {
    const token = new DashboardToken('a'.repeat(22));
    const cookie = token.setCookie(8080);
    expect(cookie).toMatch(/^pxectl-8080=[\w-]{43}; Path=\/ui\/; HttpOnly; SameSite=Strict; Max-Age=\d+$/);
    expect(cookie).not.toContain(token.text);
    const [pair = ''] = cookie.split(';');
    expect(token.isInCookies(`a=b; ${pair}`, 8080)).toBe(true);
    expect(token.isInCookies(pair, 8081)).toBe(false);
    expect(token.isInCookies(`pxectl-8080=${token.text}`, 8080)).toBe(false);
    expect(token.isInCookies(undefined, 8080)).toBe(false);
    expect(new DashboardToken('b'.repeat(22)).isInCookies(pair, 8080)).toBe(false);
    // whoever serves in its place while it is down is handed the cookie: it is worth nothing at the next start
    expect(new DashboardToken('a'.repeat(22)).isInCookies(pair, 8080)).toBe(false);
    expect(token.isToken('a'.repeat(22))).toBe(true);
    expect(token.isToken('a'.repeat(21))).toBe(false);
  });

  it('has whoever sent five wrong ones in a minute wait, and nobody else', () => {
    let nowMs = 0;
    const wrong = new WrongTokens(() => nowMs);
    for (let count = 0; count < 5; count += 1) {
      expect(wrong.mayTry('192.168.1.60')).toBe(true);
      wrong.add('192.168.1.60');
    }
    expect(wrong.mayTry('192.168.1.60')).toBe(false);
    expect(wrong.mayTry('192.168.1.61')).toBe(true);
    nowMs = 60_000;
    expect(wrong.mayTry('192.168.1.60')).toBe(true);
  });
});
