import Dockerode from 'dockerode';
import { PassThrough, Readable } from 'node:stream';
import { extract } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { ensureBuilt, ensureImage } from '../../../../src/engine/docker/docker-image.ts';
import { readDockerStream } from '../../../../src/engine/docker/docker-stream.ts';
import type { Config } from '../../../../src/model/config.ts';
import { startFakeDocker, type FakeRoutes } from '../../../support/engine/fake-docker.ts';

const silent = { onLine: () => undefined, onWarning: () => undefined };
const lines = (...values: object[]): string => values.map((value) => `${JSON.stringify(value)}\r\n`).join('');

async function withDocker<T>(
  routes: FakeRoutes,
  use: (docker: Dockerode, requests: { line: string; body: Buffer }[]) => Promise<T>,
): Promise<T> {
  const fake = await startFakeDocker(routes);
  try {
    return await use(new Dockerode({ socketPath: fake.socketPath }), fake.requests);
  } finally {
    await fake.close();
  }
}

describe('building the image', () => {
  it('sends a build context whose Dockerfile names the pinned release', async () => {
    const seen: string[] = [];
    const routes = {
      'POST /build': { body: lines({ stream: 'Step 1/4 : FROM debian' }, { stream: 'done\n' }) },
    };
    await withDocker(routes, async (docker, requests) => {
      const name = await ensureBuilt(docker, { ...silent, onLine: (line) => seen.push(line) });
      expect(name).toMatch(/^pxectl\/dnsmasq:[0-9a-f]{16}$/);
      const build = requests.find(({ line }) => line.startsWith('POST /build'));
      expect(build?.line).toContain(`t=${encodeURIComponent(name)}`);
      const archive = extract();
      Readable.from([build?.body ?? Buffer.alloc(0)]).pipe(archive);
      for await (const entry of archive) {
        expect(entry.header.name).toBe('Dockerfile');
        let text = '';
        for await (const chunk of entry) text += String(chunk);
        expect(text).toMatch(/^FROM debian:12\.\d+-slim$/m);
        expect(text).toContain('dnsmasq-base nginx-light');
      }
    });
    expect(seen).toEqual(['Step 1/4 : FROM debian', 'done']);
  });

  it('does not build an image that is there', async () => {
    await withDocker({ 'GET /images/': { body: '{"Id":"sha256:1"}' } }, async (docker, requests) => {
      await ensureBuilt(docker, silent);
      expect(requests.map(({ line }) => line.split(' ')[0])).toEqual(['GET']);
    });
  });

  it('notices an error inside a stream that began with status 200', async () => {
    const error = "The command '/bin/sh -c apt-get update' returned a non-zero code: 100";
    const routes = {
      'POST /build': { body: lines({ stream: 'Step 2/4' }, { errorDetail: { message: error }, error }) },
    };
    await withDocker(routes, async (docker) => {
      await expect(ensureBuilt(docker, silent)).rejects.toMatchObject({ code: 'E_IMAGE_BUILD', why: error });
    });
  });

  it('calls a full disk a full disk', async () => {
    const error = 'write /var/lib/docker/tmp/x: no space left on device';
    await withDocker({ 'POST /build': { body: lines({ error }) } }, async (docker) => {
      await expect(ensureBuilt(docker, silent)).rejects.toMatchObject({ code: 'E_DISK_FULL', why: error });
    });
  });

  it('says what to do when a configured image cannot be pulled', async () => {
    const config = {
      engineOptions: { docker: { image: 'registry.example/dnsmasq:1', buildFromHost: false } },
    };
    const routes = {
      'POST /images/create': {
        status: 500,
        body: JSON.stringify({ message: 'dial tcp: lookup registry.example: no such host' }),
      },
    };
    await withDocker(routes, async (docker) => {
      await expect(ensureImage(docker, config as Config, silent)).rejects.toMatchObject({
        code: 'E_IMAGE_BUILD',
        message: 'the image registry.example/dnsmasq:1 (engineOptions.docker.image) cannot be pulled',
        why: 'dial tcp: lookup registry.example: no such host',
        next: expect.stringContaining('buildFromHost: true') as string,
      });
    });
  });

  it('makes the image from this machine when told to, under a tag of its content', async () => {
    const config = { engineOptions: { docker: { buildFromHost: true } } };
    const routes = { 'POST /images/create': { body: lines({ status: 'sha256:abc' }) } };
    await withDocker(routes, async (docker, requests) => {
      const name = await ensureImage(docker, config as Config, silent);
      expect(name).toMatch(/^pxectl\/dnsmasq-from-host:[0-9a-f]{16}$/);
      const archive = extract();
      Readable.from([requests.at(-1)?.body ?? Buffer.alloc(0)]).pipe(archive);
      const names: string[] = [];
      for await (const entry of archive) {
        names.push(entry.header.name);
        entry.resume();
      }
      expect(names).toEqual(expect.arrayContaining(['usr/sbin/dnsmasq', 'bin/sh', 'etc/passwd']));
      expect(names.some((path) => /ld-linux|ld-musl/.test(path))).toBe(true);
    });
  });
});

describe('readDockerStream', () => {
  it('puts lines together that were cut anywhere', async () => {
    const stream = new PassThrough();
    const seen: string[] = [];
    const reading = readDockerStream(stream, (line) => seen.push(line));
    for (const character of lines({ stream: 'eins\n' }, { status: 'zwei' })) stream.write(character);
    stream.end();
    await reading;
    expect(seen).toEqual(['eins', 'zwei']);
  });
});
