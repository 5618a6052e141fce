import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { PackageSource } from '../../src/images/loaders/package-source.ts';
import { imageLibraries } from './image-libraries.ts';
import { PACKAGE, type PackageArchitecture, type PackageParts, SERVICE } from './package-data.ts';
import { source } from './package-files.ts';
import { packTar, type TarEntry } from './tar.ts';

export interface OciOptions extends PackageParts {
  readonly architecture: PackageArchitecture;
  readonly outFolder: string;
  /** whose libraries */
  readonly libraries: PackageSource;
  /** hardly compressed, for tests */
  readonly isQuick?: boolean;
}

/** nobody's number anywhere, so that folders which are mounted can be given to it */
export const IMAGE_USER = 65532;

/** vfs_cap_data of capabilities(7), version 2, effective: CAP_NET_BIND_SERVICE (10) and CAP_NET_RAW (13) */
const FILE_CAPABILITIES = '\x01\0\0\x02' + '\0\x24\0\0' + '\0'.repeat(12);

export const ociName = ({ oci }: PackageArchitecture): string =>
  `${PACKAGE.name}-${PACKAGE.version}-oci-${oci}.tar`;

/** Makes the image of pxectl itself, which `docker load` and every OCI tool takes; says where. */
export async function buildOci(options: OciOptions): Promise<string> {
  const { architecture, date, outFolder } = options;
  const { files, packages } = await imageLibraries(architecture, options.libraries);
  const layers = await Promise.all([
    makeLayer([...rootFolders(), ...files.map(({ path, content }) => file(path, content, 0o755))], options),
    makeLayer(programEntries(options), options),
  ]);
  const created = date.toISOString();
  const config = jsonBlob({
    created,
    architecture: architecture.oci,
    os: 'linux',
    config: {
      User: `${IMAGE_USER}:${IMAGE_USER}`,
      // a container has one project, on a file system of the host
      Env: ['PATH=/usr/bin', `HOME=${SERVICE.stateFolder}`, 'PXECTL_STORE=off'],
      Entrypoint: ['/usr/bin/pxectl'],
      Cmd: ['up'],
      WorkingDir: SERVICE.configFolder,
      Volumes: { [SERVICE.stateFolder]: {} },
      StopSignal: 'SIGTERM',
      // Docker's own: other tools leave it out
      Healthcheck: {
        Test: ['CMD', '/usr/bin/pxectl', 'status', '--json'],
        Interval: 30e9,
        Timeout: 10e9,
        StartPeriod: 60e9,
        Retries: 3,
      },
      Labels: {
        'org.opencontainers.image.title': PACKAGE.name,
        'org.opencontainers.image.description': PACKAGE.description,
        'org.opencontainers.image.version': PACKAGE.version,
        'org.opencontainers.image.licenses': PACKAGE.licence,
        'org.pxectl.debian-packages': packages.join(', '),
      },
    },
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
    history: layers.map((_, index) => ({
      created,
      created_by: index === 0 ? 'libraries of Debian 12' : 'pxectl',
    })),
  });
  const manifest = jsonBlob({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...describe(config) },
    layers: layers.map((layer) => ({
      mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
      ...describe(layer),
    })),
  });
  const target = join(outFolder, ociName(architecture));
  const blobs = [config, manifest, ...layers].map((blob) => file(blobPath(blob), blob.bytes));
  const index = indexOf(manifest, architecture);
  writeFileSync(
    target,
    await packTar(
      [
        file('/oci-layout', json({ imageLayoutVersion: '1.0.0' })),
        file('/index.json', json(index)),
        // older Docker Engines read this list alone
        file(
          '/manifest.json',
          json([
            {
              Config: blobPath(config).slice(1),
              RepoTags: [imageTag()],
              Layers: layers.map((blob) => blobPath(blob).slice(1)),
            },
          ]),
        ),
        ...blobs,
      ],
      date,
    ),
  );
  return target;
}

/** What the image is called where it was loaded. */
export const imageTag = (): string => `${PACKAGE.name}:${PACKAGE.version}`;

interface Blob {
  readonly bytes: Buffer;
  readonly digest: string;
}

const sha256 = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const blob = (bytes: Buffer): Blob => ({ bytes, digest: sha256(bytes) });
const jsonBlob = (value: unknown): Blob => blob(json(value));
const describe = ({ bytes, digest }: Blob) => ({ digest, size: bytes.length });
const blobPath = ({ digest }: Blob): string => `/blobs/${digest.replace(':', '/')}`;

function indexOf(manifest: Blob, { oci }: PackageArchitecture): unknown {
  return {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: [
      {
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        ...describe(manifest),
        platform: { os: 'linux', architecture: oci },
        annotations: {
          'io.containerd.image.name': `docker.io/library/${imageTag()}`,
          'org.opencontainers.image.ref.name': PACKAGE.version,
        },
      },
    ],
  };
}

async function makeLayer(
  entries: readonly TarEntry[],
  { date, isQuick }: OciOptions,
): Promise<Blob & { readonly diffId: string }> {
  const bytes = await packTar(entries, date);
  return { ...blob(gzipSync(bytes, { level: isQuick === true ? 1 : 9 })), diffId: sha256(bytes) };
}

const file = (path: string, content: Uint8Array, mode = 0o644): TarEntry => ({
  path,
  mode,
  what: { kind: 'file', content },
});

function rootFolders(): readonly TarEntry[] {
  const folder = (path: string, mode: number, user = 0): TarEntry => ({
    path,
    mode,
    user,
    what: { kind: 'folder' },
  });
  const { configFolder, stateFolder, user } = SERVICE;
  return [
    folder('/tmp', 0o1777),
    folder('/run', 0o755),
    folder(configFolder, 0o755, IMAGE_USER),
    folder(stateFolder, 0o755, IMAGE_USER),
    { path: `${configFolder}/.pxectl`, mode: 0o777, what: { kind: 'link', to: stateFolder } },
    file(
      '/etc/passwd',
      Buffer.from(`root:x:0:0::/:/\n${user}:x:${IMAGE_USER}:${IMAGE_USER}::${stateFolder}:/\n`),
    ),
    file('/etc/group', Buffer.from(`root:x:0:\n${user}:x:${IMAGE_USER}:\n`)),
    file('/etc/nsswitch.conf', Buffer.from('hosts: files dns\n')),
  ];
}

/** With its capabilities in the file, whoever starts it may have these two and no more. */
const programEntries = ({ executable, licences }: PackageParts): readonly TarEntry[] => [
  {
    ...file('/usr/bin/pxectl', readFileSync(executable), 0o755),
    extended: { 'SCHILY.xattr.security.capability': FILE_CAPABILITIES },
  },
  file('/usr/share/doc/pxectl/LICENSE', Buffer.from(source('LICENSE'))),
  file('/usr/share/doc/pxectl/licences-of-parts', readFileSync(licences)),
];
