import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Deployment } from '../../src/demo/deployment.ts';
import { type Lab, labAvailable, startLab } from '../live/lab/lab.ts';
import { liveDescribe } from '../live/live.ts';
import { Cleanup, checksOf, configure, deploy, runOn } from './support.ts';

/**
 * A real sshd with a whole root of its own. What differs before and after is looked for from outside: every file with
 * its mode, owner, time and digest, every mount, every process.
 */
liveDescribe('P3: a run leaves the host as it was', labAvailable(), () => {
  const cleanup = new Cleanup();
  let lab: Lab;
  let deployment: Deployment;

  beforeAll(async () => {
    lab = await startLab({
      identity: { instanceId: 'i-0a1b2c3d4e5f60001', accountId: '123456789012', region: 'eu-west-1' },
    });
    cleanup.add(() => lab.stop());
    deployment = await deploy(cleanup);
    configure(deployment, {
      'ssh.user': lab.login,
      'ssh.hosts': [lab.host],
      'ssh.port': lab.port,
      'ssh.privateKeyFile': lab.privateKeyFile,
      'ssh.fingerprints': [lab.hostKeyFingerprint],
      'host.agentUser': lab.agentUser,
      'host.stateDirectory': `${lab.agentHome}/.openclaw`,
      'soulDocuments.workspace': lab.workspacePath,
      'soulDocuments.runtime': lab.runtimePath,
      'soulDocuments.documents': Object.keys(lab.documents),
      'credentials.scanPaths': [lab.agentHome],
      'network.approvedHosts': [{ host: lab.approved.address, port: lab.approved.port, tls: false }],
      'network.unapprovedHosts': [{ host: lab.unapproved[0]?.address, port: lab.unapproved[0]?.port, tls: false }],
      'network.timeoutSeconds': 1,
      'gateway.port': lab.gatewayPort,
      'gateway.startSeconds': 1,
    });
  });
  afterAll(() => cleanup.run());

  const write = (report: Awaited<ReturnType<typeof runOn>>['report']) =>
    checksOf(report).find(({ id }) => id === 'soul-documents/write-fails')?.status;

  it.each([
    ['read-only', 'pass'],
    // The one probe that is named: it tries to create a file, and what it could create it removes.
    ['read-write', 'fail'],
    // Where files can be created and not filled.
    ['full-blocks', 'fail'],
  ] as const)('with the workspace %s', async (workspace, status) => {
    await lab.change({ workspace });
    try {
      const before = await lab.manifest();
      const { report } = await runOn(deployment);
      expect(write(report)).toBe(status);
      expect(await lab.leftovers(before)).toEqual([]);
    } finally {
      await lab.change({ workspace: 'read-only' });
    }
  });

  it('also when it is killed in the middle, with no time to clean up', async () => {
    await lab.change({ workspace: 'read-write' });
    try {
      const before = await lab.manifest();
      for (const delay of [600, 1100]) {
        const { signal } = await runOn(deployment, { onSpawn: (_, kill) => setTimeout(() => kill('SIGKILL'), delay) });
        expect(signal).toBe('SIGKILL');
      }
      expect(await lab.leftovers(before, 20)).toEqual([]);
    } finally {
      await lab.change({ workspace: 'read-only' });
    }
  });

  describe('and the look from outside', () => {
    it('would have seen a file, and a process', async () => {
      const before = await lab.manifest();
      await lab.exec(['sh', '-c', `touch ${lab.agentHome}/left`]);
      expect((await lab.leftovers(before, 0)).join('\n')).toContain('left');
      await lab.exec(['rm', `${lab.agentHome}/left`]);
    });
  });
});
