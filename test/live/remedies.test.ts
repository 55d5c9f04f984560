import { spawn, spawnSync } from 'node:child_process';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { remedies } from '../../src/remedies/index.ts';
import type { Remedy } from '../../src/remedies/remedy.ts';
import { liveDescribe } from './live.ts';
import { type LabEnvironment, labEnvironment } from './moto/environment.ts';
import { type Moto, type MotoState, motoAvailable, startMoto } from './moto/moto.ts';
import { labCredentials, liveRun, statusesOf } from './moto/runs.ts';

const hasCli = spawnSync('aws', ['--version'], { timeout: 60_000 }).status === 0;
// Each takes some seconds: `npm run test:remedies` tries all, the suite two.
const most = process.env['CLAWCHECK_ALL_REMEDIES'] ? undefined : 2;

/** What has to be there before a remedy, or to be looked up for it: shell that sets names. */
const lookUp: Readonly<Record<string, string>> = {
  'infrastructure/environments-separate': `aws iam create-role --role-name staging --assume-role-policy-document '{}'
    aws iam create-instance-profile --instance-profile-name staging
    aws iam add-role-to-instance-profile --instance-profile-name staging --role-name staging
    OWN_PROFILE=staging INSTANCE="$(aws autoscaling describe-auto-scaling-groups --auto-scaling-group-names openclaw-staging \
      --query 'AutoScalingGroups[0].Instances[0].InstanceId' --output text)"`,
  'backup/restore-test-exists': `RECOVERY_POINT_ARN="$(aws backup list-recovery-points-by-backup-vault \
      --backup-vault-name "$VAULT" --query 'RecoveryPoints[0].RecoveryPointArn' --output text)"`,
};

liveDescribe('the commands of the check pages', motoAvailable(), () => {
  let moto: Moto;
  let state: MotoState;
  let lab: LabEnvironment;
  let good: Record<string, string>;
  const tried = Object.entries(remedies)
    .flatMap(([id, remedy]) => (remedy.tried.lab === 'moto' ? [{ id, remedy, flaw: remedy.tried.flaw }] : []))
    .slice(0, most);

  beforeAll(async () => {
    Object.assign(process.env, labCredentials);
    moto = await startMoto();
    state = await moto.state();
    lab = labEnvironment(moto, state);
    good = statusesOf(await liveRun(lab));
  });
  afterAll(() => moto.stop());

  const follow = async (id: string, { commands }: Remedy) => {
    const { ids, region } = state;
    const names = {
      GROUP: ids.group,
      TARGET_GROUP: ids.targetGroup,
      INSTANCE: ids.instances[1],
      SECURITY_GROUP: ids.securityGroup,
      LOG_GROUP: ids.logGroups[1],
      ALARM: ids.alarm,
      TOPIC: ids.topic,
      FUNCTION_ARN: ids.functionArn,
      ROTATION_FUNCTION_ARN: ids.functionArn,
      TRAIL: ids.trail.split('/').at(-1),
      ACCOUNT: state.account,
      BUDGET: ids.budget,
      EMAIL: 'on-call@example.com',
      SUBNET: ids.subnets[1],
      RANGE: '10.40.0.0/16',
      SECRET: ids.secrets.gateway,
      MONITORING_SECRET: ids.secrets.monitoring,
      ROLE: ids.role,
      ROLE_ARN: ids.roleArn,
      POLICY: 'extra',
      IAM_USER: 'openclaw-bot',
      FILE_SYSTEM: ids.fileSystem,
      FILE_SYSTEM_ARN: ids.fileSystemArn,
      WORKSPACE_ACCESS_POINT_ARN: ids.accessPoints.workspace,
      RUNTIME_ACCESS_POINT_ARN: ids.accessPoints.runtime,
      VAULT: ids.vault,
      PLAN: ids.plan,
      BACKUP_ROLE_ARN: ids.backupRoleArn,
      KILL_SWITCH: ids.killSwitch,
      UNIT: 'openclaw-gateway.service',
    };
    const env = { PATH: process.env['PATH'], HOME: '/nonexistent', ...labCredentials, ...names };
    const place = { AWS_DEFAULT_REGION: region, AWS_ENDPOINT_URL: moto.url };
    const { [id]: first } = lookUp;
    // Once for all of them where something is looked up first, as at a prompt.
    for (const command of first === undefined ? commands : [[first, ...commands].join('\n')]) {
      const child = spawn('bash', ['-euc', command], {
        env: { ...env, ...place },
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      let said = '';
      child.stderr.on('data', (part) => {
        said += part;
      });
      const code = await new Promise((resolve) => child.on('close', resolve));
      expect([command, code, said]).toEqual([command, 0, '']);
    }
  };

  it.skipIf(!hasCli).each(tried)('mend $id', async ({ id, remedy, flaw }) => {
    await moto.reset();
    state = await moto.state();
    lab = labEnvironment(moto, state);
    await moto.plant(flaw);
    expect(statusesOf(await liveRun(lab))[id]).toBe('fail');
    await follow(id, remedy);
    // As before the flaw: `attested` where a person's word is a part of the check.
    expect(statusesOf(await liveRun(lab))[id]).toBe(good[id]);
    expect(['pass', 'attested']).toContain(good[id]);
  });
});
