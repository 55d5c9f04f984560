import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mountOf } from '../../../src/judging/mounts.ts';
import { ProbeError } from '../../../src/model/reason.ts';
import type { HostRecords } from '../../../src/ports/host.ts';
import { agentMounts } from '../../../src/probes/host/mounts.ts';
import { goodEnvironment, now } from '../../support/rig.ts';

const canMount = spawnSync('unshare', ['--mount', 'true']).status === 0;

/** Runs the script in a mount namespace of its own, with its own shell in the place of the gateway. */
function look(workspace: string, runtime: string): HostRecords {
  const environment = goodEnvironment({ 'soulDocuments.workspace': workspace, 'soulDocuments.runtime': runtime });
  const before = `need() { :; }; gateway_pid() { echo $$; }; say() { printf '%s %s\\n' "$1" "$2"; }
mkdir -p "$1" "$2"; for at in "$1" "$2"; do mount -t tmpfs -o ro none "$at" || exit 1; done
`;
  const { stdout, status } = spawnSync('unshare', ['--mount', 'sh', '-s', workspace, runtime], {
    input: before + agentMounts.script(environment),
    encoding: 'utf8',
  });
  expect(status).toBe(0);
  return stdout
    .trim()
    .split('\n')
    .map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]);
}

describe.skipIf(!canMount)('the mount table of the gateway', () => {
  it.each(['plain', 'with a space', 'a\\b'])('names the mount of a directory called %j', (name) => {
    const folder = mkdtempSync(join(tmpdir(), 'clawcheck-test-'));
    try {
      const [workspace, runtime] = [join(folder, name), join(folder, `${name} too`)];
      const context = { environment: goodEnvironment(), others: [], now, nonce: '', signal: AbortSignal.abort() };
      const mounts = agentMounts.parse(look(workspace, runtime), context);
      if (mounts instanceof ProbeError) throw mounts;
      expect(mountOf(mounts.seen, workspace)).toMatchObject({ target: workspace, type: 'tmpfs', readOnly: true });
      expect(mountOf(mounts.seen, runtime)?.target).toBe(runtime);
      expect(mounts.twins.map(({ target }) => target)).toContain(workspace);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
