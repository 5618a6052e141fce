import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../src/platform/processes.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** runs when the page is there; what it found replaces the page, and is printed as text */
const RUN_AXE = `axe.run({ resultTypes: ['violations'] }).then(({ violations, passes }) => {
  const found = violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
  document.documentElement.textContent = 'AXE' + btoa(JSON.stringify({ found, passed: passes.length })) + 'END';
})`;

/** What axe-core finds wrong in an HTML page that needs nothing else, as Chromium shows it. */
export async function axeFindings(
  html: string,
  scheme: 'light' | 'dark',
): Promise<{ readonly found: unknown[]; readonly passed: number }> {
  const folder = await mkdtemp(join(tmpdir(), 'pxectl-axe-'));
  try {
    // the policy of the page lets no script run, and so not this one
    const page = html.replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, '');
    const scripts = `<script>${AXE}</script><script>${RUN_AXE}</script></body>`;
    await writeFile(
      join(folder, 'page.html'),
      page.replace('</body>', () => scripts),
    );
    const { stdout, stderr } = await run(
      'chromium',
      [
        ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--dump-dom'],
        ...[`--user-data-dir=${folder}/profile`, '--virtual-time-budget=30000', '--window-size=400,900'],
        `--blink-settings=preferredColorScheme=${scheme === 'dark' ? 0 : 1}`,
        `file://${folder}/page.html`,
      ],
      { timeoutMs: 90_000 },
    );
    const [, told] = /AXE([\w+/=]*)END/.exec(stdout) ?? [];
    if (told === undefined) throw new Error(`axe told nothing: ${stderr.slice(-2000)}`);
    return JSON.parse(Buffer.from(told, 'base64').toString('latin1')) as { found: unknown[]; passed: number };
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
