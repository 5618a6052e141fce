import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { fillTemplate } from '../../src/render/template-engine.ts';
import { completionScript, type Shell } from '../../src/cli/completion-script.ts';
import { buildProgram } from '../../src/cli/main.ts';
import { manPages } from '../manual/pages.ts';
import { type PackageParts, SERVICE } from './package-data.ts';
import { root } from './project.ts';

/** One thing that a package puts on a system. */
export interface PackagedFile {
  /** absolute */
  readonly path: string;
  readonly mode: number;
  readonly what:
    | { readonly kind: 'file'; readonly content: Buffer; readonly isConfig?: true; readonly isDoc?: true }
    /** taken as it is, without reading it */
    | { readonly kind: 'copy'; readonly source: string }
    | { readonly kind: 'folder' }
    | { readonly kind: 'link'; readonly to: string };
}

/** Where systems differ about the same file. */
export interface PackagePlaces {
  readonly zshCompletions: string;
  readonly docs: string;
}

/** What a package holds: `.deb` and `.rpm` are made of this one list. */
export function packageFiles(parts: PackageParts, places: PackagePlaces): readonly PackagedFile[] {
  const text = (path: string, content: string | Buffer, extra: { isConfig?: true; isDoc?: true } = {}) =>
    ({ path, mode: 0o644, what: { kind: 'file', content: Buffer.from(content), ...extra } }) as const;
  const doc = (name: string, content: string | Buffer) =>
    text(`${places.docs}/${name}`, content, { isDoc: true });
  const { configFolder, stateFolder } = SERVICE;
  return [
    { path: '/usr/bin/pxectl', mode: 0o755, what: { kind: 'copy', source: parts.executable } },
    text('/usr/lib/systemd/system/pxectl.service', serviceUnit()),
    text('/usr/lib/sysusers.d/pxectl.conf', own('service/sysusers.conf')),
    { path: configFolder, mode: 0o755, what: { kind: 'folder' } },
    text(`${configFolder}/pxectl.yaml`, own('service/pxectl.yaml'), { isConfig: true }),
    // state is beside its configuration: here it leads to where systems keep it
    { path: `${configFolder}/.pxectl`, mode: 0o777, what: { kind: 'link', to: stateFolder } },
    { path: stateFolder, mode: 0o755, what: { kind: 'folder' } },
    text('/usr/share/bash-completion/completions/pxectl', completion('bash')),
    text('/usr/share/fish/vendor_completions.d/pxectl.fish', completion('fish')),
    text(`${places.zshCompletions}/_pxectl`, `#compdef pxectl\n${completion('zsh')}`),
    ...manPages(parts.date.toISOString().slice(0, 10)).map((page) =>
      text(`/usr/share/man/man${page.file.split('.').at(-1)}/${page.file}.gz`, zip(page.text)),
    ),
    doc('README.md', source('README.md')),
    doc('licences-of-parts.gz', zip(readFileSync(parts.licences, 'utf8'))),
    ...readdirSync(join(root, 'docs'))
      .filter((name) => name.endsWith('.md'))
      .map((name) => doc(`docs/${name}`, source(`docs/${name}`))),
  ];
}

/** The unit of the service, with the same confinement as the units of `pxectl export systemd`. */
export function serviceUnit(): string {
  const hardening = source('templates/export/hardening.conf').trimEnd();
  return fillTemplate(own('service/pxectl.service.template'), { hardening });
}

/** gzip without the name and the time of the file. */
export const zip = (content: string): Buffer => gzipSync(content, { level: 9 });

export const source = (path: string): string => readFileSync(join(root, path), 'utf8');
const own = (path: string): string => readFileSync(join(import.meta.dirname, path), 'utf8');

const completion = (shell: Shell): string => `${completionScript(shell, buildProgram())}\n`;
