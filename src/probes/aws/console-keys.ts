import { awsProbe } from '../../model/probe.ts';
import { instances } from './instances.ts';

/**
 * SSH host key fingerprints that each running instance printed on its console while it started (cloud-init does so),
 * by instance id. AWS vouches for the console, so a replaced instance needs no trust on first use. An instance whose
 * console holds none has an empty list: the buffer may have rolled over, or the image prints none.
 */
export const consoleKeys = awsProbe({
  id: 'aws/console-keys',
  needs: { instances },
  async gather(aws, { instances }): Promise<Readonly<Record<string, readonly string[]>>> {
    const running = instances.filter((i) => i.State?.Name === 'running');
    const read = running.map(async ({ InstanceId }) => {
      const { Output } = await aws.read('ec2:GetConsoleOutput', { InstanceId });
      return [InstanceId, fingerprintsIn(Buffer.from(Output ?? '', 'base64').toString('latin1'))] as const;
    });
    return Object.fromEntries(await Promise.all(read));
  },
});

/** Only what stands between cloud-init's own markers counts: anything else on the console may be text of anyone. */
export function fingerprintsIn(output: string): string[] {
  const block = /-----BEGIN SSH HOST KEY FINGERPRINTS-----([\s\S]*?)-----END SSH HOST KEY FINGERPRINTS-----/;
  const [, inside = ''] = block.exec(output) ?? [];
  return [...inside.matchAll(/\bSHA256:[A-Za-z0-9+/]{43}(?![A-Za-z0-9+/=])/g)].map(([fingerprint]) => fingerprint);
}
