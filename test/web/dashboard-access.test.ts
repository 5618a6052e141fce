import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect } from 'vitest';
import { run } from '../../src/platform/processes.ts';
import { DASHBOARD_CONFIG, fillPast } from '../support/dashboard-project.ts';
import { itNeeds } from '../support/external-tool.ts';
import { useProject } from '../support/test-project.ts';

const HOST = '192.168.1.50:8081';
const it = itNeeds('root', 'curl');
const project = useProject(
  'all',
  `${DASHBOARD_CONFIG}dashboard: { listen: lan, names: [pxe.example.org] }\n`,
);
beforeAll(async () => {
  await fillPast(project);
  await project.up();
});

async function curl(path: string, ...args: string[]) {
  const url = path.startsWith('http') ? path : `http://${HOST}${path}`;
  const { stdout } = await run('ip', [
    ...['netns', 'exec', project.network.namespace, 'curl', '-sS', '--max-time', '20', '-i', url, ...args],
  ]);
  const [head = '', body = ''] = stdout.split(/\r\n\r\n/, 2);
  return { status: Number(head.split(' ')[1]), head, body };
}
const post = (path: string, body: object, ...args: string[]) =>
  curl(path, '-H', 'content-type: application/json', '--data', JSON.stringify(body), ...args);
const ORIGIN = ['-H', `origin: http://${HOST}`];
const token = async () => (await readFile(project.layout.dashboardToken, 'utf8')).trim();
async function cookie(): Promise<string> {
  const { head } = await post('/ui/session', { token: await token() }, ...ORIGIN);
  return /^set-cookie: ([^;]+)/im.exec(head)?.[1] ?? '';
}
const ARM = { machines: ['node-1'], by: 'somebody' };

describe('the dashboard on the LAN', () => {
  it('is to look at without the token, and nothing more', async () => {
    expect((await curl('/ui/')).status).toBe(200);
    expect((await curl('/ui/api/v1/machines')).body).toContain('node-1');
    expect((await curl('/ui/session')).body).toBe('{"isHolder":false}\n');
    for (const path of ['arm', 'disarm', 'adopt', 'set', 'install', 'power']) {
      expect((await post(`/ui/api/v1/machines/${path}`, ARM, ...ORIGIN)).status, path).toBe(403);
    }
    expect((await post('/ui/api/v1/stop', {}, ...ORIGIN)).status).toBe(403);
    expect((await post('/ui/api/v1/reload', {}, ...ORIGIN)).status).toBe(403);
    expect((await curl('/ui/api/v1/plan?for=node-1')).body).not.toContain(await token());
  });

  it('gives a cookie for the token that no script reads and no other site sends, and takes changes with it', async () => {
    const { status, head } = await post('/ui/session', { token: await token() }, ...ORIGIN);
    expect(status).toBe(200);
    expect(head).toMatch(/^set-cookie: pxectl-8081=[\w-]{43}; Path=\/ui\/; HttpOnly; SameSite=Strict; /im);
    const held = ['-H', `cookie: ${await cookie()}`];
    expect((await curl('/ui/session', ...held)).body).toBe('{"isHolder":true}\n');
    expect((await post('/ui/api/v1/machines/arm', ARM, ...ORIGIN, ...held)).body).toContain('"isArmed":true');
    expect(
      (await post('/ui/api/v1/machines/disarm', { machines: ['node-1'] }, ...ORIGIN, ...held)).status,
    ).toBe(200);
    // for the command line alone
    expect((await post('/ui/api/v1/stop', {}, ...ORIGIN, ...held)).status).toBe(403);
    expect(
      (
        await post(
          '/ui/api/v1/machines/set',
          { machines: ['node-1'], values: ['image=local'] },
          ...ORIGIN,
          ...held,
        )
      ).status,
    ).toBe(403);
    const forged = ['-H', `cookie: pxectl-8081=${await token()}`];
    expect((await post('/ui/api/v1/machines/arm', ARM, ...ORIGIN, ...forged)).status).toBe(403);
  });

  it('refuses what a page of another server has a browser ask, with the cookie too', async () => {
    const held = ['-H', `cookie: ${await cookie()}`];
    const arm = async (...args: string[]) =>
      (await post('/ui/api/v1/machines/arm', ARM, ...held, ...args)).status;
    expect(await arm()).toBe(403);
    for (const origin of [
      'http://evil.example',
      'null',
      'http://192.168.1.50:8080',
      'https://192.168.1.50',
    ]) {
      expect(await arm('-H', `origin: ${origin}`), origin).toBe(403);
    }
    expect(await arm(...ORIGIN, '-H', 'sec-fetch-site: same-site')).toBe(403);
    expect(
      (await curl('/ui/api/v1/machines/arm', '--data', JSON.stringify(ARM), ...ORIGIN, ...held)).status,
    ).toBe(415);
    expect((await curl('/ui/api/v1/events', '-H', 'sec-fetch-site: cross-site')).status).toBe(403);
  });

  it('answers to its address and its names, and to no name that was made to lead here', async () => {
    for (const host of ['pxe.example.org', 'localhost:9000', '192.168.1.50']) {
      expect((await curl('/ui/', '-H', `host: ${host}`)).status, host).toBe(200);
    }
    for (const host of ['evil.example', '192.168.1.51:8081']) {
      expect((await curl('/ui/', '-H', `host: ${host}`)).status, host).toBe(403);
      expect((await curl('/ui/api/v1/machines', '-H', `host: ${host}`)).body).not.toContain('node-1');
    }
  });

  it('has whoever guesses wait; a cookie goes on being good', async () => {
    const held = ['-H', `cookie: ${await cookie()}`];
    const guess = async () => (await post('/ui/session', { token: 'a'.repeat(22) }, ...ORIGIN)).status;
    const answers: number[] = [];
    for (let count = 0; count < 6; count += 1) answers.push(await guess());
    expect(answers).toEqual([403, 403, 403, 403, 403, 429]);
    expect((await post('/ui/session', { token: await token() }, ...ORIGIN)).status).toBe(429);
    expect((await curl('/ui/session', ...held)).body).toBe('{"isHolder":true}\n');
  });

  it('is nowhere else: not where machines load, and not on loopback', async () => {
    for (const path of ['/ui/', '/ui/api/v1/machines', '/ui/session']) {
      expect((await curl(`http://192.168.1.50:8080${path}`)).status).toBe(404);
    }
    const loopback = await run('ip', [
      ...['netns', 'exec', project.network.namespace, 'curl', '-sS', 'http://127.0.0.1:8081/ui/'],
    ]);
    expect(loopback.exitCode).toBe(7);
  });

  it('has its token in no log and no event, and is told where it is', async () => {
    const { stdout } = await project.cli('status', '--json');
    const secret = await token();
    expect(secret).toMatch(/^[\w-]{22}$/);
    for (const text of [stdout, await project.log(), await readFile(project.layout.events, 'utf8')]) {
      expect(text).not.toContain(secret);
    }
    expect(await project.log()).toContain(`dashboard: http://${HOST}/ui/`);
  });

  it('follows the configuration: off and back, on loopback', async () => {
    await project.configure(`${DASHBOARD_CONFIG}dashboard: off\n`);
    expect((await project.cli('reload')).exitCode).toBe(0);
    const isThere = async (host: string) =>
      (await run('ip', ['netns', 'exec', project.network.namespace, 'curl', '-sS', `http://${host}/ui/`]))
        .exitCode === 0;
    expect(await isThere(HOST)).toBe(false);
    await project.configure(DASHBOARD_CONFIG);
    expect((await project.cli('reload')).exitCode).toBe(0);
    expect(await isThere(HOST)).toBe(false);
    expect(await isThere('127.0.0.1:8080')).toBe(true);
  });
});
