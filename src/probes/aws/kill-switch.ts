import { awsProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import type { AwsPort } from '../../ports/aws.ts';
import { reservedConcurrency } from './alert-function.ts';
import { demandOwner } from './demand.ts';

export interface KillSwitch {
  readonly kind: 'document' | 'function';
  readonly name: string;
  readonly active: boolean;
  /** Type of the document; undefined for a function. */
  readonly type: string | undefined;
  /** The systems that the document is for; none for a function. */
  readonly platforms: readonly string[];
  /** Of the document or the function. */
  readonly arn: string;
}

/** The configured SSM document, or else the Lambda function of that name; undefined when there is neither. */
export const killSwitch = awsProbe({
  id: 'aws/kill-switch',
  async gather(aws, _facts, { environment }): Promise<KillSwitch | undefined> {
    const name = environment.monitoring.killSwitch;
    if (name === undefined) {
      throw new ProbeError(
        'not_configured',
        'monitoring.killSwitch is not defined, so what stops the agent is not known',
      );
    }
    return (name.includes(':lambda:') ? undefined : await documentOf(aws, name)) ?? (await functionOf(aws, name));
  },
});

async function documentOf(aws: AwsPort, Name: string): Promise<KillSwitch | undefined> {
  const found = await aws.find('ssm:DescribeDocument', { Name });
  if (!found) return undefined;
  const { Name: name, Status, DocumentType, Owner, PlatformTypes = [] } = found.Document ?? {};
  if (!name || !Status || !DocumentType) throw new ProbeError('bad_response', 'an SSM document was described in part');
  demandOwner(aws.account, Owner, 'the document of the kill switch');
  const arn = name.startsWith('arn:')
    ? name
    : `arn:${partitionOf(aws)}:ssm:${aws.region}:${aws.account}:document/${name}`;
  return { kind: 'document', name, active: Status === 'Active', type: DocumentType, platforms: PlatformTypes, arn };
}

/** The part of AWS that a region belongs to. */
function partitionOf({ region }: AwsPort): string {
  return region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}

async function functionOf(aws: AwsPort, FunctionName: string): Promise<KillSwitch | undefined> {
  const found = await aws.find('lambda:GetFunctionConfiguration', { FunctionName });
  if (!found) return undefined;
  const { FunctionName: name, FunctionArn, State, LastUpdateStatus } = found;
  if (!name || !State) throw new ProbeError('bad_response', 'a Lambda function was described in part');
  demandOwner(aws.account, FunctionArn?.split(':')[4], 'the function of the kill switch');
  // With nothing reserved for it but 0 it is there, active, and never runs.
  const runs = (await reservedConcurrency(aws, FunctionName)) !== 0;
  const active = State === 'Active' && LastUpdateStatus === 'Successful' && runs;
  return { kind: 'function', name, active, type: undefined, platforms: [], arn: FunctionArn ?? '' };
}
