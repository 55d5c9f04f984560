import type { Address } from '@aws-sdk/client-ec2';
import { awsProbe } from '../../model/probe.ts';

/** Every Elastic IP address of the account in the region, attached or not. */
export const elasticAddresses = awsProbe({
  id: 'aws/elastic-addresses',
  async gather(aws): Promise<readonly Address[]> {
    const { Addresses } = await aws.read('ec2:DescribeAddresses', {});
    return Addresses ?? [];
  },
});
