import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ARCHITECTURES, koffiPackage, nodePackage, type PinnedPackage } from './pinned-packages.ts';
import { root, type Source, version } from './project.ts';

interface Component {
  readonly 'bom-ref': string;
  readonly name: string;
  readonly version: string;
  readonly scope?: string;
  readonly properties?: readonly unknown[];
}

interface Bom {
  readonly specVersion: string;
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[];
}

/**
 * What is in a release, as CycloneDX: npm's list of the lock file, less what is neither bundled nor installed, and Node itself. Without
 * the number and the time that npm makes up, so that the same source has the same list.
 * @param bundled folders of the packages that the bundle has taken in
 */
export function softwareBill(bundled: readonly string[], source: Source): object {
  const stdout = execFileSync('npm', ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'], {
    ...{ cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 },
  });
  const { components, dependencies, metadata, specVersion } = JSON.parse(stdout) as Bom;
  const taken = new Set(bundled.map(refOf));
  const installed = ['koffi', 'openpgp', ...ARCHITECTURES.map((one) => koffiPackage(one).name)];
  const shipped = components.filter((one) => taken.has(one['bom-ref']) || installed.includes(one.name));
  const refs = new Set(shipped.map((one) => one['bom-ref']));
  const missing = [...taken].filter((ref) => !refs.has(ref));
  if (missing.length > 0) throw new Error(`npm sbom does not list ${missing.join(', ')}`);

  const all = [
    ...shipped.map((one) => ({
      ...one,
      scope: taken.has(one['bom-ref']) ? 'required' : 'optional',
      properties: [],
    })),
    ...ARCHITECTURES.map((one) => nodeComponent(nodePackage(one))),
  ];
  const self = metadata.component['bom-ref'];
  const within = dependencies.filter(({ ref }) => refs.has(ref));
  return {
    $schema: `http://cyclonedx.org/schema/bom-${specVersion}.schema.json`,
    bomFormat: 'CycloneDX',
    specVersion,
    version: 1,
    metadata: {
      timestamp: new Date(source.epoch * 1000).toISOString(),
      component: { ...metadata.component, type: 'application', name: 'pxectl', version },
    },
    components: all,
    dependencies: [
      { ref: self, dependsOn: all.map((one) => one['bom-ref']) },
      ...within.map(({ ref, dependsOn = [] }) => ({
        ref,
        dependsOn: dependsOn.filter((one) => refs.has(one)),
      })),
    ],
  };
}

function refOf(folder: string): string {
  const { name, version } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Component;
  return `${name}@${version}`;
}

/** Node is a part of the executables alone; what it has in itself, its own list says. */
function nodeComponent({ name, version, integrity }: PinnedPackage): Component & Record<string, unknown> {
  return {
    'bom-ref': `${name}@${version}`,
    type: 'platform',
    name,
    version,
    scope: 'optional',
    description: 'Node.js, inside the single executable',
    purl: `pkg:npm/${name}@${version}`,
    cpe: `cpe:2.3:a:nodejs:node.js:${version}:*:*:*:*:*:*:*`,
    licenses: [{ license: { id: 'MIT' } }],
    hashes: [
      { alg: 'SHA-512', content: Buffer.from(integrity.replace('sha512-', ''), 'base64').toString('hex') },
    ],
  };
}
