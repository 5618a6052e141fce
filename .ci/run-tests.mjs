// Runs the test suites named on the command line one after the other and sums them up.
// The last line is plain: "N passed, N failed" (", N skipped" where there are any).
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';

const suites = process.argv.slice(2);
const sums = { passed: 0, failed: 0, skipped: 0 };
mkdirSync('.cache', { recursive: true });

for (const suite of suites) {
  const report = `.cache/test-${suite}.json`;
  rmSync(report, { force: true });
  const startedAt = Date.now();
  console.log(`\n== ${suite}`);
  const args = [
    'vitest',
    'run',
    '--project',
    suite,
    '--passWithNoTests',
    '--reporter=default',
    '--reporter=json',
  ];
  const { status } = spawnSync('npx', [...args, `--outputFile.json=${report}`], { stdio: 'inherit' });
  const counted = count(report);
  // a suite that broke before its tests ran (syntax error, failing hook) has failed too
  if (status !== 0 && counted.failed === 0) counted.failed = 1;
  for (const key of Object.keys(sums)) sums[key] += counted[key];
  console.log(`== ${suite}: ${Math.round((Date.now() - startedAt) / 1000)} s`);
}

const skipped = sums.skipped > 0 ? `, ${sums.skipped} skipped` : '';
console.log(`\n${sums.passed} passed, ${sums.failed} failed${skipped}`);
process.exit(sums.failed > 0 || sums.passed === 0 ? 1 : 0);

function count(report) {
  try {
    const json = JSON.parse(readFileSync(report, 'utf8'));
    return { passed: json.numPassedTests, failed: json.numFailedTests, skipped: json.numPendingTests };
  } catch {
    return { passed: 0, failed: 0, skipped: 0 };
  }
}
