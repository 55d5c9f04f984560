// Writes everything that is derived from the declarations. A test fails when one of the files is stale.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { generatedFiles } from './generated-files.ts';

let code = false;
for (const [path, text] of generatedFiles()) {
  if (existsSync(path) && readFileSync(path, 'utf8') === text) continue;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  process.stdout.write(`${path}\n`);
  code ||= path.endsWith('.ts');
}
// Pages are made from that code.
if (code) execFileSync('npm', ['run', '--silent', 'generate'], { stdio: 'inherit' });
