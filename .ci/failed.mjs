// Prints the test files that failed, one a line, from the JSON report of vitest whose path is given.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

const { testResults } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
for (const { name, status } of testResults) if (status !== 'passed') console.log(relative('.', name));
