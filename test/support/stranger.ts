import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { HostRecords } from '../../src/ports/host.ts';

/**
 * What a part of the script says when a user without rights runs it, the gateway being process 1.
 * @param make makes a tree in the folder `$1`, as root
 * @param script looks at the tree in the place of the root directory
 */
export function saidByStranger(make: string, script: (root: string) => string): HostRecords {
  const at = mkdtempSync(join(tmpdir(), 'clawcheck-test-'));
  chmodSync(at, 0o755);
  try {
    const made = spawnSync('sh', ['-s', at], { input: make, encoding: 'utf8' });
    expect(`${made.status} ${made.stderr}`).toBe('0 ');
    const before = `need() { :; }; gateway_pid() { echo 1; }; say() { printf '%s %s\\n' "$1" "$2"; }
PATH=/usr/sbin:/usr/bin:/sbin:/bin
`;
    const user = ['--reuid', '12345', '--regid', '12345', '--clear-groups', 'sh', '-s'];
    const { stdout, stderr, status } = spawnSync('setpriv', user, {
      input: before + script(at),
      encoding: 'utf8',
      cwd: '/',
    });
    expect(`${status} ${stderr}`).toBe('0 ');
    return stdout
      .trim()
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]);
  } finally {
    rmSync(at, { recursive: true, force: true });
  }
}
