import { dataProblems } from './data-schema.ts';

// run by the build: a data file that doctor could not read must not be shipped
const problems = dataProblems();
for (const problem of problems) process.stderr.write(`knowledge/data/${problem}\n`);
if (problems.length > 0) process.exitCode = 1;
