import { simulatedActions } from '../../judging/role-powers.ts';
import { awsProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import { accountDetails } from './account-details.ts';
import { instanceRoles } from './instance-roles.ts';
import { type RolePolicies, readRole, roleNameOf } from './role-policies.ts';
import { guardedSecrets } from './secrets.ts';
import { type SimulatedReads, simulatePowers, simulateReads } from './simulation.ts';

/** What the policy simulation says of the instance roles reading each secret. */
export const instanceSimulation = awsProbe({
  id: 'aws/instance-simulation',
  needs: { instanceRoles, guardedSecrets },
  gather(aws, { instanceRoles, guardedSecrets }): Promise<readonly SimulatedReads[]> {
    return Promise.all(instanceRoles.map(({ arn }) => simulateReads(aws, arn, guardedSecrets)));
  },
});

/** The role of the Lambda function that carries alerts. */
export const alertRole = awsProbe({
  id: 'aws/alert-role',
  needs: { accountDetails },
  async gather(aws, { accountDetails }, { environment }): Promise<RolePolicies> {
    const { alertFunction } = environment.monitoring;
    if (!alertFunction) {
      throw new ProbeError('not_configured', 'the environment file names no function that carries alerts', {
        next: 'Set monitoring.alertFunction.',
      });
    }
    const { Role } = await aws.read('lambda:GetFunctionConfiguration', { FunctionName: alertFunction });
    return readRole(aws, accountDetails, roleNameOf(Role));
  },
});

/** What the policy simulation says of the alerting role reading each secret. */
export const alertSimulation = awsProbe({
  id: 'aws/alert-simulation',
  needs: { alertRole, guardedSecrets },
  gather(aws, { alertRole, guardedSecrets }): Promise<SimulatedReads> {
    return simulateReads(aws, alertRole.arn, guardedSecrets);
  },
});

/** What the policy simulation says that each instance role may do, of a few things that none should. */
export const simulatedPowers = awsProbe({
  id: 'aws/simulated-powers',
  needs: { instanceRoles },
  gather(aws, { instanceRoles }) {
    const simulated = instanceRoles.map(async ({ arn }) => ({
      role: arn,
      allowed: await simulatePowers(aws, arn, simulatedActions),
    }));
    return Promise.all(simulated);
  },
});
