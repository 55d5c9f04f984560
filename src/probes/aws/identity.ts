import { awsProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';

export interface Identity {
  /** 12 digits. */
  readonly account: string;
  /** ARN of the caller. */
  readonly principal: string;
}

/** Who we are, as STS says. Compared with the configured account before anything is judged. */
export const identity = awsProbe<Identity>({
  id: 'aws/identity',
  async gather(aws) {
    const { Account, Arn } = await aws.read('sts:GetCallerIdentity', {});
    if (!/^\d{12}$/.test(Account ?? '') || !Arn?.startsWith('arn:')) {
      throw new ProbeError('bad_response', 'STS answered without an account and a principal');
    }
    return { account: Account as string, principal: Arn };
  },
});
