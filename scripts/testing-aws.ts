// Writes docs/testing-aws.md from the flaws of the moto lab, the checks and the allow-list. Needs the lab's Python.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { testingAwsPage } from './testing-aws-page.ts';

const flaws = execFileSync('python3', ['test/live/moto/flaws.py', '--list'], { encoding: 'utf8' });
writeFileSync('docs/testing-aws.md', testingAwsPage(JSON.parse(flaws)));
process.stdout.write('docs/testing-aws.md\n');
