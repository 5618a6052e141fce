// Runs test suites and sums them up. Usage: run-tests.mjs unit+cli+contract integration firmware
// Suites joined by + run side by side, the groups one after the other.
// The last line is plain: "N passed, N failed" (", N skipped" where there are any).
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';

const groups = process.argv.slice(2).map((group) => group.split('+'));
const sums = { passed: 0, failed: 0, skipped: 0 };
mkdirSync('.cache', { recursive: true });

for (const group of groups) await Promise.all(group.map((suite) => runSuite(suite, group.length > 1)));

const skipped = sums.skipped > 0 ? `, ${sums.skipped} skipped` : '';
console.log(`\n${sums.passed} passed, ${sums.failed} failed${skipped}`);
process.exit(sums.failed > 0 || sums.passed === 0 ? 1 : 0);

async function runSuite(suite, isQuiet) {
  const report = `.cache/test-${suite}.json`;
  rmSync(report, { force: true });
  const startedAt = Date.now();
  if (!isQuiet) console.log(`\n== ${suite}`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  // side by side, output waits until its suite is over
  const child = spawn('npx', ['vitest', 'run', '--project', suite, '--passWithNoTests', ...reporters], {
    stdio: ['ignore', isQuiet ? 'pipe' : 'inherit', isQuiet ? 'pipe' : 'inherit'],
  });
  const output = [];
  child.stdout?.on('data', (data) => output.push(data));
  child.stderr?.on('data', (data) => output.push(data));
  const status = await new Promise((resolve) => child.on('close', resolve));
  if (isQuiet) process.stdout.write(`\n== ${suite}\n${Buffer.concat(output).toString()}`);

  const counted = count(report);
  // a suite that broke before its tests ran (syntax error, failing hook) has failed too
  if (status !== 0 && counted.failed === 0) counted.failed = 1;
  for (const key of Object.keys(sums)) sums[key] += counted[key];
  console.log(`== ${suite}: ${Math.round((Date.now() - startedAt) / 1000)} s`);
}

function count(report) {
  try {
    const json = JSON.parse(readFileSync(report, 'utf8'));
    return { passed: json.numPassedTests, failed: json.numFailedTests, skipped: json.numPendingTests };
  } catch {
    return { passed: 0, failed: 0, skipped: 0 };
  }
}
