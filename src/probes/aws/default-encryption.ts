import { awsProbe } from '../../model/probe.ts';

/** Whether the account encrypts every new volume in the region. */
export const defaultEncryption = awsProbe({
  id: 'aws/default-encryption',
  async gather(aws): Promise<boolean> {
    const { EbsEncryptionByDefault } = await aws.read('ec2:GetEbsEncryptionByDefault', {});
    return EbsEncryptionByDefault === true;
  },
});
