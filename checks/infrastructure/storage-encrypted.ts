import { check, type Finding, judgeAll } from '../../src/model/check.ts';
import { defaultEncryption } from '../../src/probes/aws/default-encryption.ts';
import { fileSystem } from '../../src/probes/aws/file-system.ts';
import { instances } from '../../src/probes/aws/instances.ts';
import { launchVersions } from '../../src/probes/aws/launch-versions.ts';
import { disksOf, imageSnapshots, namesRoot, templateSnapshots, volumes } from '../../src/probes/aws/volumes.ts';

export default check({
  title: 'All storage is encrypted at rest',
  failureTitle: 'Some storage is not encrypted at rest',
  why: 'A snapshot or a disk that leaves the account takes with it whatever the agent has seen.',
  trap: 'The first volume of today is read, not the others and not the template of the next instance; an unset flag counts as encrypted.',
  remediation:
    'Turn on EBS encryption by default for the region, set Encrypted=true for every device of the launch template, and replace volumes and file systems that are not encrypted: encryption cannot be added later.',
  needs: { instances, volumes, launchVersions, templateSnapshots, imageSnapshots, fileSystem, defaultEncryption },
  judge({ instances, volumes, launchVersions, templateSnapshots, imageSnapshots, fileSystem, defaultEncryption }) {
    const expected = 'encrypted';
    const say = (is: boolean) => (is ? 'encrypted' : 'not encrypted');
    const ofVolumes = volumes.map(({ id, on, encrypted: ok }): Finding<'volumes'> => {
      return { fact: 'volumes', subject: `${id} on ${on}`, expected, observed: say(ok), ok };
    });
    const ofSnapshots = templateSnapshots.map(({ id, on, encrypted: ok }): Finding<'templateSnapshots'> => {
      return { fact: 'templateSnapshots', subject: `${id} of ${on}`, expected, observed: say(ok), ok };
    });
    const byDefault = defaultEncryption
      ? 'encrypted by default of the account'
      : 'not set, and no default of the account';
    const ofTemplates = launchVersions
      .filter(({ next }) => next)
      .flatMap(({ subject, data }): Finding<'launchVersions'>[] => {
        const named = disksOf(data).map(({ DeviceName, Ebs }) => {
          const fromSnapshot = templateSnapshots.some(({ id, encrypted }) => id === Ebs?.SnapshotId && encrypted);
          const unset = fromSnapshot ? 'encrypted as its snapshot' : byDefault;
          return {
            fact: 'launchVersions' as const,
            subject: `${subject} ${DeviceName}`,
            expected,
            observed: Ebs?.Encrypted === undefined ? unset : say(Ebs.Encrypted),
            ok: Ebs?.Encrypted ?? (fromSnapshot || defaultEncryption === true),
          };
        });
        // What the template does not name comes from the image as the image has it, unless the account encrypts it.
        if (namesRoot(data, instances)) return named;
        const ofImage = imageSnapshots.filter(({ on }) => on === subject);
        const byImage = ofImage.length > 0 && ofImage.every(({ encrypted }) => encrypted);
        return [
          ...named,
          {
            fact: 'launchVersions',
            subject: `${subject} root device`,
            expected,
            observed: byImage ? 'encrypted as the snapshot of its image' : byDefault,
            ok: byImage || defaultEncryption === true,
          },
        ];
      });
    const ofFiles: Finding<'fileSystem'> = {
      fact: 'fileSystem',
      subject: fileSystem.FileSystemArn,
      expected,
      observed: fileSystem.Encrypted === undefined ? 'not said' : say(fileSystem.Encrypted),
      ok: fileSystem.Encrypted === true,
    };
    if (volumes.length === 0 || ofTemplates.length === 0) return judgeAll<'volumes'>([]);
    return judgeAll([...ofVolumes, ...ofTemplates, ...ofSnapshots, ofFiles]);
  },
});
