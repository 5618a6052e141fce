import { createHash, type Hash } from 'node:crypto';
import { readFile, realpath } from 'node:fs/promises';
import { pack, type Pack } from 'tar-stream';
import { engineError } from '../../model/errors.ts';
import { findProgram, run } from '../../platform/processes.ts';
import { installHint } from '../../platform/install-hint.ts';

/** One file of an image that is made from this machine's own programs. */
export interface HostFile {
  /** path in the image */
  readonly path: string;
  /** path on this machine */
  readonly source: string;
}

/** Programs of the image; the shell is what the health check runs. */
const PROGRAMS = ['dnsmasq', 'nginx', 'sh'] as const;

const FOLDERS = ['tmp', 'run', 'var/log/nginx', 'var/lib/nginx', 'pxectl'];

/** nobody is whom nginx and dnsmasq drop to; both look users up by name */
const SMALL_FILES: Readonly<Record<string, string>> = {
  'etc/passwd': 'root:x:0:0:root:/:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n',
  'etc/group': 'root:x:0:\ndip:x:30:\nnogroup:x:65534:\n',
};

/**
 * The programs of this machine that the engine needs, with the libraries they load.
 * @throws PxectlError E_IMAGE_BUILD without dnsmasq; nginx may be missing
 */
export async function hostFiles(): Promise<HostFile[]> {
  const files = new Map<string, HostFile>();
  for (const name of PROGRAMS) {
    const program = await findProgram(name);
    if (program === undefined) {
      if (name === 'nginx') continue;
      throw engineError('E_IMAGE_BUILD', {
        what: `the image cannot be made from this machine: ${name} is not installed`,
        next: installHint(['dnsmasq', 'nginx']),
      });
    }
    const folder = name === 'sh' ? '/bin' : '/usr/sbin';
    files.set(`${folder}/${name}`, { path: `${folder}/${name}`, source: await realpath(program) });
    for (const library of await librariesOf(program)) {
      files.set(library, { path: library, source: await realpath(library) });
    }
  }
  return [...files.values()].sort((a, b) => a.path.localeCompare(b.path));
}

/** The libraries and the loader that `ldd` names. */
async function librariesOf(program: string): Promise<string[]> {
  const { stdout } = await run('ldd', [program], { timeoutMs: 10_000 });
  return stdout.split('\n').flatMap((line) => {
    const found = /(?<!\S)(\/[^\s(]+) \(0x/.exec(line)?.[1];
    return found === undefined ? [] : [found];
  });
}

/** A tag of the image's content: the same programs give the same tag, and it is not made twice. */
export async function contentTag(files: readonly HostFile[]): Promise<string> {
  const hash: Hash = createHash('sha256');
  for (const file of files) hash.update(file.path).update(await readFile(file.source));
  return hash.digest('hex').slice(0, 16);
}

/** The root file system of the image as a tar stream. */
export function packHostFiles(files: readonly HostFile[]): Pack {
  const archive = pack();
  void (async () => {
    try {
      for (const folder of FOLDERS) archive.entry({ name: `${folder}/`, type: 'directory', mode: 0o755 });
      for (const [name, content] of Object.entries(SMALL_FILES))
        archive.entry({ name, mode: 0o644 }, content);
      for (const file of files) {
        const content = await readFile(file.source);
        await new Promise<void>((resolve, reject) => {
          const name = file.path.replace(/^\//, '');
          archive.entry({ name, mode: 0o755 }, content, (error) => (error ? reject(error) : resolve()));
        });
      }
      archive.finalize();
    } catch (error) {
      archive.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  })();
  return archive;
}
