import { readdirSync } from 'node:fs';

/** What stands in the list beside every page; every document of the repository is in one of these. */
export const GROUPS: readonly { readonly title: string; readonly files: readonly string[] }[] = [
  {
    title: 'Begin',
    files: ['README.md', 'docs/install.md', 'docs/machines.md', 'docs/upgrade.md', 'CHANGELOG.md'],
  },
  {
    title: 'When it does not boot',
    files: ['docs/troubleshooting.md', 'docs/errors.md', 'docs/boot-story.md', 'docs/firmware-matrix.md'],
  },
  {
    title: 'Use',
    files: [
      'docs/commands.md',
      'docs/config.md',
      'docs/images.md',
      'docs/seeds.md',
      'docs/power.md',
      'docs/watch.md',
      'docs/dashboard.md',
      'docs/history.md',
      'docs/metrics.md',
      'docs/api.md',
    ],
  },
  {
    title: 'How it works',
    files: ['docs/architecture.md', 'docs/engines.md', 'docs/security.md', 'docs/bench.md'],
  },
  { title: 'Take part', files: ['CONTRIBUTING.md', 'docs/release.md', ...decisions()] },
];

export const SITE_DOCUMENTS: readonly string[] = GROUPS.flatMap(({ files }) => files);

function decisions(): readonly string[] {
  return readdirSync('docs/decisions')
    .sort()
    .map((name) => `docs/decisions/${name}`);
}

/** Where a file of the repository lies in the site: docs/ is its top; undefined: nowhere. */
export function siteName(file: string): string | undefined {
  if (file === 'README.md') return 'index.html';
  const name = file.startsWith('docs/') ? file.slice('docs/'.length) : file.toLowerCase();
  if (SITE_DOCUMENTS.includes(file)) return name.replace(/\.md$/, '.html');
  if (file === 'docs/schemas') return 'schemas/index.html';
  return file.startsWith('docs/') ? name : undefined;
}
