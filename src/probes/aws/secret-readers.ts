import { simulatedActions } from '../../judging/role-powers.ts';
import { awsProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import { accountDetails } from './account-details.ts';
import { instanceRoles } from './instance-roles.ts';
import { type RolePolicies, readRole, roleNameOf } from './role-policies.ts';
import { allSecrets, readSecrets } from './secrets.ts';
import { type Simulation, simulate } from './simulation.ts';

/**
 * What the policy simulation says of the instance roles: reading each secret, and a few things that none should do.
 * Whoever asks for the secrets' part needs their list too, so where that cannot be read, the rest is asked alone.
 */
export const instanceSimulation = awsProbe({
  id: 'aws/instance-simulation',
  needs: { instanceRoles },
  async gather(aws, { instanceRoles }): Promise<readonly Simulation[]> {
    const secrets = await readSecrets(aws).catch((thrown) => {
      if (thrown instanceof ProbeError) return [];
      throw thrown;
    });
    return Promise.all(instanceRoles.map(({ arn }) => simulate(aws, arn, secrets, simulatedActions)));
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
  needs: { alertRole, allSecrets },
  gather(aws, { alertRole, allSecrets }): Promise<Simulation> {
    return simulate(aws, alertRole.arn, allSecrets);
  },
});
