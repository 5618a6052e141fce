import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { lintFiles } from '../../../../src/doctor/lint-files.ts';
import { run } from '../../../../src/platform/processes.ts';
import { itNeeds } from '../../../support/external-tool.ts';

const folder = mkdtempSync(join(tmpdir(), 'pxectl-web-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function lint(name: string, text: string) {
  const path = join(folder, name);
  writeFileSync(path, text);
  rmSync(`${path}.fixed`, { force: true });
  const { findings, readings, written } = await lintFiles([path], { fix: true, root: undefined });
  return {
    told: findings.map(({ id, severity }) => `${severity} ${id}`),
    first: findings[0]?.evidence[0]?.source,
    verdict: readings[0]?.verdict,
    limits: readings[0]?.limits.join('\n') ?? '',
    passedOver: readings[0]?.passedOver.map(({ example }) => example).join('\n') ?? '',
    written,
  };
}

const server = (inside: string, listen = 'listen 80;'): string =>
  `server {\n  ${listen}\n  root /srv/http;\n${inside}\n}\n`;

/** what it is, the text, what is told; `config-unreadable` is what the server itself refuses */
const NGINX: readonly (readonly [string, string, readonly string[]])[] = [
  [
    'a folder with a list of files',
    server('  autoindex on;\n  location / { try_files $uri $uri/ =404; }'),
    [],
  ],
  ['an alias with its slash', server('  location /boot/ { alias /srv/boot/; }'), []],
  [
    'an alias without it',
    server('  location /boot/ {\n    alias /srv/boot;\n  }'),
    ['error http-file-missing'],
  ],
  ['an alias of one file', server('  location = /boot.ipxe { alias /srv/boot/boot.ipxe; }'), []],
  [
    'a root that has the path of its location already',
    server('  location /boot/ {\n    root /srv/boot;\n  }'),
    ['warning http-file-missing'],
  ],
  ['a root of another name', server('  location /images/ { root /srv/boot; }'), []],
  ['all to https', server('  return 301 https://$host$request_uri;'), ['warning http-needs-tls']],
  [
    'all but the boot files to https',
    server('  location /boot/ { }\n  location /shop { return 301 https://shop.example; }'),
    ['info http-needs-tls'],
  ],
  ['nobody in', server('  location /boot/ {\n    deny all;\n  }'), ['error http-refused']],
  ['this computer alone', server('  allow 127.0.0.1;\n  deny all;'), ['error http-refused']],
  ['one network', server('  allow 192.168.1.0/24;\n  deny all;'), []],
  ['hidden files refused', server('  location ~ /\\.(?!well-known) { deny all; }'), []],
  ['a password', server('  auth_basic "boot";\n  auth_basic_user_file htpasswd;'), ['warning http-refused']],
  ['GET alone', server('  if ($request_method != GET) { return 405; }'), ['warning http-refused']],
  ['GET and HEAD alone', server('  if ($request_method !~ ^(GET|HEAD)$) { return 405; }'), []],
  ['no uploads', server('  location / { limit_except GET { deny all; } }'), []],
  ['a low rate', server('  limit_rate 200k;'), ['warning http-slow']],
  ['a high rate', server('  limit_rate 50m;'), []],
  [
    'a page for each missing file',
    server('  location / { try_files $uri /index.html; }'),
    ['warning http-file-missing'],
  ],
  [
    'a semicolon that is missing',
    'server {\n  listen 80\n  root /srv/http;\n}\n',
    ['error config-unreadable'],
  ],
  ['a brace that is missing', 'server {\n  location / {\n  root /srv;\n}\n', ['error config-unreadable']],
];

describe('nginx', () => {
  it.each(NGINX)('%s', async (_what, text, told) => {
    const result = await lint('site.nginx.conf', text);
    expect(result.told).toEqual(told);
    const isIll = told.some((one) => one.startsWith('error'));
    expect(result.verdict).toBe(isIll ? 'ill' : 'healthy');
  });

  it('the line of a semicolon that is missing is told, and mended', async () => {
    const { first, written } = await lint('semicolon.nginx.conf', 'server {\n  listen 80\n  root /srv;\n}\n');
    expect(first).toBe('semicolon.nginx.conf:2');
    expect(readFileSync(written[0] ?? '', 'utf8')).toContain('  listen 80;\n');
  });

  it('servers of which all speak TLS', async () => {
    const tls = 'listen 443 ssl;\n  ssl_certificate a.pem;\n  ssl_certificate_key a.key;';
    expect((await lint('tls.nginx.conf', server('', tls))).told).toEqual(['warning http-needs-tls']);
    const both = `${server('', tls)}${server('')}`;
    expect((await lint('both.nginx.conf', both)).told).toEqual([]);
  });

  it('what is not known, not given, or answered by a program gives no all-clear', async () => {
    const unknown = await lint('unknown.nginx.conf', server('  lua_need_request_body on;'));
    expect(unknown).toMatchObject({ verdict: 'not-understood', passedOver: 'lua_need_request_body on;' });
    const part = await lint(
      'part.nginx.conf',
      `include /etc/nginx/mime.types;\n${server('  include boot.d/*.conf;')}`,
    );
    expect(part).toMatchObject({ verdict: 'not-understood' });
    expect(part.limits).toBe('boot.d/*.conf, which nginx reads too, was not given');
    const passed = await lint(
      'pass.nginx.conf',
      server('  location / { proxy_pass http://127.0.0.1:8080; }'),
    );
    expect(passed.limits).toContain('line 4 passes requests on to a program');
  });

  itNeeds('nginx')(
    'nginx -t refuses what doctor calls unreadable, and takes the rest and each mended copy',
    async () => {
      mkdirSync(join(folder, 'logs'), { recursive: true });
      writeFileSync(join(folder, 'htpasswd'), '');
      const takes = async (text: string): Promise<boolean> => {
        const path = join(folder, 'whole.conf');
        writeFileSync(path, `pid ${folder}/nginx.pid;\nevents {}\nhttp {\naccess_log off;\n${text}\n}\n`);
        const { exitCode } = await run('nginx', ['-t', '-e', 'stderr', '-p', folder, '-c', path], {
          timeoutMs: 20_000,
        });
        return exitCode === 0;
      };
      for (const [name, text, told] of NGINX) {
        expect([name, await takes(text)]).toEqual([name, !told.includes('error config-unreadable')]);
        const { written } = await lint('mended.nginx.conf', text);
        for (const path of written)
          expect([name, await takes(readFileSync(path, 'utf8'))]).toEqual([name, true]);
      }
    },
    60_000,
  );

  itNeeds('nginx')(
    'an alias without its slash finds no file, and finds it mended',
    async () => {
      mkdirSync(join(folder, 'served'), { recursive: true });
      writeFileSync(join(folder, 'served/vmlinuz'), 'kernel');
      const status = async (text: string, name: string): Promise<number | undefined> => {
        const [path, socketPath] = [join(folder, `${name}.conf`), join(folder, `${name}.sock`)];
        writeFileSync(
          path,
          `daemon off;\nmaster_process off;\npid ${folder}/${name}.pid;\nerror_log stderr;\nevents {}\nhttp {\naccess_log off;\n${text.replace('listen 80;', `listen unix:${socketPath};`)}\n}\n`,
        );
        const nginx = spawn('nginx', ['-e', 'stderr', '-p', folder, '-c', path], { stdio: 'ignore' });
        try {
          await vi.waitUntil(() => existsSync(socketPath), { timeout: 20_000, interval: 20 });
          return await new Promise<number | undefined>((resolve, reject) => {
            get({ socketPath, path: '/boot/vmlinuz', agent: false }, (answer) => {
              answer.resume();
              resolve(answer.statusCode);
            }).on('error', reject);
          });
        } finally {
          nginx.kill('SIGKILL');
        }
      };
      const wrong = server(`  location /boot/ {\n    alias ${folder}/served;\n  }`);
      const { written } = await lint('alias.nginx.conf', wrong);
      expect(await status(wrong, 'wrong')).toBe(404);
      expect(await status(readFileSync(written[0] ?? '', 'utf8'), 'right')).toBe(200);
    },
    60_000,
  );
});

const host = (inside: string): string => `<VirtualHost *:80>\n${inside}\n</VirtualHost>\n`;
const OPEN = '  <Directory /srv/boot>\n    Require all granted\n  </Directory>';

const APACHE: readonly (readonly [string, string, readonly string[]])[] = [
  ['an alias that is opened', host(`  Alias /boot /srv/boot\n${OPEN}`), []],
  ['an alias without its slash', host(`  Alias /boot/ /srv/boot\n${OPEN}`), ['error http-file-missing']],
  ['an alias that nothing opens', host('  Alias /boot /srv/boot'), ['warning http-refused']],
  ['its own folder', host('  DocumentRoot /var/www/html'), []],
  [
    'all to https',
    host(`  DocumentRoot /var/www\n  Redirect permanent / https://x.example/`),
    ['warning http-needs-tls'],
  ],
  [
    'a folder refused',
    host(`  Alias /boot /srv/boot\n${OPEN}\n  <Location /boot/seeds>\n    Require all denied\n  </Location>`),
    ['error http-refused'],
  ],
  [
    'a section without its end',
    host('  <Directory /srv/boot>\n    Require all granted'),
    ['error config-unreadable'],
  ],
];

describe('Apache', () => {
  it.each(APACHE)('%s', async (_what, text, told) => {
    const result = await lint('site.apache.conf', text);
    expect(result.told).toEqual(told);
    expect(result.verdict).toBe(told.some((one) => one.startsWith('error')) ? 'ill' : 'healthy');
  });

  it('access rules of Apache 2.2 open nothing', async () => {
    const old = '  <Directory /srv/boot>\n    Order allow,deny\n    Allow from all\n  </Directory>';
    const { told, first } = await lint('old.apache.conf', host(`  Alias /boot /srv/boot\n${old}`));
    expect(told).toEqual(['warning http-refused']);
    expect(first).toBe('old.apache.conf:5');
  });

  itNeeds('apache2')(
    'apache2 -t refuses what doctor calls unreadable, and takes the rest',
    async () => {
      const modules = ['mpm_event', 'authz_core', 'alias']
        .map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`)
        .join('\n');
      for (const [name, text, told] of APACHE) {
        const path = join(folder, 'httpd.conf');
        const frame = `ServerName x\nServerRoot ${folder}\nErrorLog /dev/null\nPidFile ${folder}/apache.pid\nListen 127.0.0.1:1\n`;
        writeFileSync(path, `${frame}${modules}\n${text}`);
        const { exitCode } = await run('apache2', ['-t', '-f', path], { timeoutMs: 20_000 });
        expect([name, exitCode === 0]).toEqual([name, !told.includes('error config-unreadable')]);
      }
    },
    60_000,
  );
});
