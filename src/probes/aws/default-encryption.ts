import { awsProbe } from '../../model/probe.ts';
import { instances } from './instances.ts';
import { launchVersions } from './launch-versions.ts';

/**
 * Whether the account encrypts every new volume in the region. Undefined, because nobody has to know it, where every
 * launch template names the root device and says of each of its devices whether it is encrypted.
 */
export const defaultEncryption = awsProbe({
  id: 'aws/default-encryption',
  needs: { instances, launchVersions },
  async gather(aws, { instances, launchVersions }): Promise<boolean | undefined> {
    const roots = new Set(instances.map(({ RootDeviceName }) => RootDeviceName));
    const said = launchVersions
      .filter(({ next }) => next)
      .every(({ data }) => {
        const disks = (data.BlockDeviceMappings ?? []).filter(({ Ebs, NoDevice }) => Ebs && NoDevice === undefined);
        const named = [...roots].every((root) => root && disks.some(({ DeviceName }) => DeviceName === root));
        return named && disks.every(({ Ebs }) => Ebs?.Encrypted !== undefined);
      });
    if (said) return undefined;
    const { EbsEncryptionByDefault } = await aws.read('ec2:GetEbsEncryptionByDefault', {});
    return EbsEncryptionByDefault === true;
  },
});
