import type { InstanceMetadataDefaultsResponse } from '@aws-sdk/client-ec2';
import { awsProbe } from '../../model/probe.ts';

/** What the account sets for the metadata service of new instances, where their template does not. */
export const metadataDefaults = awsProbe({
  id: 'aws/metadata-defaults',
  async gather(aws): Promise<InstanceMetadataDefaultsResponse> {
    const { AccountLevel } = await aws.read('ec2:GetInstanceMetadataDefaults', {});
    return AccountLevel ?? {};
  },
});
