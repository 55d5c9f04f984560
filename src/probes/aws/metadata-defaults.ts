import type { InstanceMetadataDefaultsResponse } from '@aws-sdk/client-ec2';
import { awsProbe } from '../../model/probe.ts';
import { launchVersions } from './launch-versions.ts';

/**
 * What the account sets for the metadata service of new instances, where their template does not. Not asked where every
 * template says both whether tokens are required and how far they travel: then nothing is left to the account.
 */
export const metadataDefaults = awsProbe({
  id: 'aws/metadata-defaults',
  needs: { launchVersions },
  async gather(aws, { launchVersions }): Promise<InstanceMetadataDefaultsResponse> {
    const left = launchVersions.filter(({ next }) => next).map(({ data }) => data.MetadataOptions);
    if (left.every((options) => options?.HttpTokens && options.HttpPutResponseHopLimit !== undefined)) return {};
    const { AccountLevel } = await aws.read('ec2:GetInstanceMetadataDefaults', {});
    return AccountLevel ?? {};
  },
});
