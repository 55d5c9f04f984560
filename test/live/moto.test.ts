import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { registry } from '../../checks/index.ts';
import { allPages } from '../../src/adapters/aws/aws.ts';
import { type AnyClient, type LoadedService, loadService } from '../../src/adapters/aws/clients.ts';
import type { AwsOperation, InputOf, OperationRule, OutputOf, ServiceName } from '../../src/ports/aws.ts';
import { operations } from '../../src/ports/aws-operations.ts';
import { allChecks } from '../../src/runner/plan.ts';
import { liveDescribe } from './live.ts';
import { moreCalls, sampleInputs } from './moto/calls.ts';
import { besideDeployment, type Moto, type MotoState, motoAvailable, startMoto } from './moto/moto.ts';

const allowed = Object.keys(operations) as AwsOperation[];
const knownChecks = allChecks(registry).map(({ id }) => id);

liveDescribe('the moto lab', motoAvailable(), () => {
  let moto: Moto;
  let state: MotoState;

  beforeAll(async () => {
    moto = await startMoto();
    state = await moto.state();
  });
  afterEach(() => moto.reset());
  afterAll(() => moto.stop());

  const clients = new Map<string, Promise<{ service: LoadedService; client: AnyClient }>>();
  const clientOf = (name: ServiceName, maxAttempts: number) => {
    const key = `${name} ${maxAttempts}`;
    const credentials = { accessKeyId: 'lab', secretAccessKey: 'lab' };
    const made =
      clients.get(key) ??
      loadService(name).then((service) => ({
        service,
        client: service.newClient({ region: moto.region, endpoint: moto.url, credentials, maxAttempts }),
      }));
    clients.set(key, made);
    return made;
  };
  /** One request of the real SDK client. */
  const send = async (operation: AwsOperation, input: object, maxAttempts = 1): Promise<object> => {
    const [name, command] = operation.split(':') as [ServiceName, string];
    const { service, client } = await clientOf(name, maxAttempts);
    return client.send(await service.newCommand(command, input), { abortSignal: AbortSignal.timeout(10_000) });
  };
  const ask = async <O extends AwsOperation>(operation: O, input?: InputOf<O>): Promise<OutputOf<O>> =>
    (await send(operation, (input ?? sampleInputs[operation](state)) as object)) as OutputOf<O>;
  /** Answers about the deployment, or the names of errors, as text. Nothing in them ticks. */
  const allAnswers = async () => {
    const calls = allowed.map((operation) => [operation, sampleInputs[operation](state) as object] as const);
    const found = new Map<string, string>();
    for (const [operation, input] of [...calls, ...moreCalls.map((call) => call(state))]) {
      const answer = await send(operation, input).catch((error: Error) => ({ error: error.name }));
      found.set(`${operation} ${JSON.stringify(input)}`, JSON.stringify({ ...answer, $metadata: undefined }));
    }
    return found;
  };

  describe('the allow-list', () => {
    it.each(allowed)('answers %s with the members that clawcheck demands', async (operation) => {
      const rule: OperationRule = operations[operation];
      const answer = (await ask(operation)) as Record<string, unknown>;
      for (const member of rule.members) {
        expect(answer[member], member).toBeDefined();
        expect(answer[member], member).not.toBeNull();
      }
    });

    it('answers every list the same when it comes in pages of one', async () => {
      const whole = new Map<string, unknown>();
      for (const operation of allowed) {
        whole.set(operation, await allPages(operation, sampleInputs[operation](state) as object, send));
      }
      await moto.pageSize(1);
      let followed = 0;
      for (const operation of allowed) {
        const rule: OperationRule = operations[operation];
        await moto.calls({ clear: true });
        const paged = await allPages(operation, sampleInputs[operation](state) as object, send);
        const requests = (await moto.calls()).length;
        if (requests > 1) followed += 1;
        for (const member of rule.joined ?? rule.members) {
          const [all, joined] = [whole.get(operation), paged].map(
            (answer) => (answer as Record<string, unknown>)[member],
          );
          expect(joined, `${operation} ${member}`).toEqual(all);
        }
      }
      expect(followed).toBeGreaterThan(15);
    });

    it('keeps on record what was called, and nothing of its own', async () => {
      await moto.calls({ clear: true });
      await ask('autoscaling:DescribeAutoScalingGroups');
      await ask('backup:GetBackupPlan');
      expect(await moto.calls()).toEqual([
        {
          service: 'autoscaling',
          action: 'DescribeAutoScalingGroups',
          parameters: { AutoScalingGroupNames: [state.ids.group] },
        },
        { service: 'backup', action: 'GetBackupPlan', parameters: { BackupPlanId: state.ids.plan } },
      ]);
    });
  });

  describe('the good deployment', () => {
    it('runs its instances in private subnets of two zones as the template says', async () => {
      const { Reservations } = await ask('ec2:DescribeInstances');
      const instances = Reservations?.flatMap((reservation) => reservation.Instances ?? []) ?? [];
      expect(instances).toHaveLength(2);
      expect(new Set(instances.map((instance) => instance.SubnetId))).toEqual(new Set(state.ids.subnets));
      for (const instance of instances) {
        expect(instance.MetadataOptions).toMatchObject({
          State: 'applied',
          HttpTokens: 'required',
          HttpPutResponseHopLimit: 1,
        });
        expect(instance.PublicIpAddress).toBeUndefined();
        expect(instance.IamInstanceProfile?.Arn).toContain(state.ids.instanceProfile);
        expect(instance.NetworkInterfaces?.map((one) => one.Association)).toEqual([undefined]);
        expect(instance.NetworkInterfaces?.[0]?.Groups?.map((one) => one.GroupId)).toEqual([state.ids.securityGroup]);
        expect(instance.BlockDeviceMappings).toHaveLength(1);
      }
      const { Volumes } = await ask('ec2:DescribeVolumes');
      const own = Volumes?.filter((volume) =>
        volume.Attachments?.some((one) => state.ids.instances.includes(one.InstanceId ?? '')),
      );
      expect(own?.map((volume) => volume.Encrypted)).toEqual([true, true]);
    });

    it('lets the role read its own secret and no other', async () => {
      const { EvaluationResults } = await ask('iam:SimulatePrincipalPolicy');
      expect(EvaluationResults?.map((row) => row.EvalDecision)).toEqual(['allowed', 'implicitDeny', 'implicitDeny']);
    });

    it('encodes policy documents as the API documents it', async () => {
      const { RoleDetailList } = await ask('iam:GetAccountAuthorizationDetails');
      const role = RoleDetailList?.find(({ RoleName }) => RoleName === state.ids.role);
      const version = await ask('iam:GetPolicyVersion');
      for (const text of [
        role?.RolePolicyList?.[0]?.PolicyDocument,
        role?.AssumeRolePolicyDocument,
        version.PolicyVersion?.Document,
      ]) {
        expect(text).toMatch(/^%7B%22/);
        expect(JSON.parse(decodeURIComponent(text ?? ''))).toHaveProperty('Statement');
      }
    });

    it('has neighbours that are not it', async () => {
      const { AutoScalingGroups } = await ask('autoscaling:DescribeAutoScalingGroups', {});
      expect(AutoScalingGroups).toHaveLength(2);
      const { SecretList } = await ask('secretsmanager:ListSecrets');
      expect(SecretList?.length).toBeGreaterThanOrEqual(5);
    });
  });

  describe('the flaws', () => {
    it('name checks of the catalogue, each flaw once', async () => {
      const flaws = await moto.flaws();
      expect(flaws.length).toBeGreaterThanOrEqual(45);
      expect(new Set(flaws.map((flaw) => flaw.id)).size).toBe(flaws.length);
      for (const { id, expects, trap } of flaws) {
        expect(id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
        expect(trap, id).not.toBe('');
        for (const check of expects) expect(knownChecks, id).toContain(check);
      }
      expect(flaws.filter(({ expects }) => expects.length === 0).map(({ id }) => id)).toEqual(besideDeployment);
    });

    // That each of them is seen, and that none changes more than it should, moto-run.test.ts shows.
    it('are taken back by a reset', async () => {
      const good = await allAnswers();
      for (const flaw of ['role-admin', 'role-wildcard-secret', 'boundary-blocks-own']) await moto.plant(flaw);
      expect(await allAnswers()).not.toEqual(good);
      await moto.reset();
      expect(await allAnswers()).toEqual(good);
      expect((await moto.state()).flaws).toEqual([]);
    });

    it.each([
      ['role-wildcard-secret', ['allowed', 'allowed', 'implicitDeny']],
      ['role-notresource', ['allowed', 'implicitDeny', 'allowed']],
      ['role-notaction', ['allowed', 'allowed', 'allowed']],
      ['role-admin', ['allowed', 'allowed', 'allowed']],
      ['role-managed-new-default-version', ['allowed', 'allowed', 'allowed']],
      ['role-cannot-read-own', ['explicitDeny', 'explicitDeny', 'explicitDeny']],
      ['boundary-blocks-own', ['implicitDeny', 'implicitDeny', 'implicitDeny']],
    ])('%s shows in the policy simulator', async (flaw, decisions) => {
      await moto.plant(flaw);
      const { EvaluationResults } = await ask('iam:SimulatePrincipalPolicy');
      expect(EvaluationResults?.map((row) => row.EvalDecision)).toEqual(decisions);
    });

    it('refuses one that does not exist', async () => {
      await expect(moto.plant('no-such-flaw')).rejects.toThrow('no such flaw');
    });
  });

  describe('the faults', () => {
    const wireForms: AwsOperation[] = [
      'ec2:DescribeInstances',
      'autoscaling:DescribeAutoScalingGroups',
      'backup:ListRestoreJobs',
      'logs:DescribeLogGroups',
    ];

    it.each(wireForms)('refuse %s with the code of the service', async (operation) => {
      await moto.fault({ operation, fault: 'AccessDenied' });
      await expect(ask(operation)).rejects.toMatchObject({
        name: expect.stringMatching(/^(AccessDenied|AccessDeniedException|UnauthorizedOperation)$/),
        $metadata: { httpStatusCode: 403 },
      });
    });

    it.each(wireForms)('throttle %s once, and the client tries again', async (operation) => {
      await moto.fault({ operation, fault: 'Throttling', times: 1 });
      await moto.calls({ clear: true });
      await send(operation, sampleInputs[operation](state) as object, 2);
      expect((await moto.calls()).map((call) => call.fault)).toEqual(['Throttling', undefined]);
    });

    it.each(wireForms)('spoil the answer of %s', async (operation) => {
      const rule: OperationRule = operations[operation];
      for (const fault of ['500', 'html', 'empty', '{}', 'truncate'] as const) {
        await moto.fault({ operation, fault });
        const outcome = await ask(operation).then(
          (answer) => (answer as Record<string, unknown>)[rule.members[0] ?? ''],
          () => undefined,
        );
        expect(outcome, fault).toBeUndefined();
        await moto.clearFaults();
      }
    });

    it('drop the token, so that a list ends early', async () => {
      await moto.pageSize(1);
      await moto.fault({ operation: 'backup:ListRecoveryPointsByBackupVault', fault: 'drop-token' });
      const cut = await ask('backup:ListRecoveryPointsByBackupVault');
      expect(cut.RecoveryPoints).toHaveLength(1);
      expect(cut.NextToken).toBeUndefined();
    });

    it('hang until they are cleared', async () => {
      await moto.fault({ operation: 'ec2:DescribeVolumes', fault: 'hang' });
      let answered = false;
      const hanging = ask('ec2:DescribeVolumes').then(() => {
        answered = true;
      });
      await vi.waitFor(async () => {
        expect((await moto.calls()).map((call) => call.fault)).toContain('hang');
      });
      await ask('ec2:DescribeAddresses');
      expect(answered).toBe(false);
      await moto.clearFaults();
      await hanging;
      expect(answered).toBe(true);
    });
  });
});
