// @ts-check
import { awsProbe, check, extension, facts, filesProbe, judgeAll, ProbeError } from 'clawcheck';

const { group } = facts;

// A fact of its own: what it calls is declared, and nothing else is let through.
const trails = awsProbe({
  id: 'custom-acme/trails',
  calls: { 'cloudtrail:DescribeTrails': 'known' },
  async gather(aws) {
    const { trailList = [] } = await aws.read('cloudtrail:DescribeTrails', {});
    return trailList;
  },
});

const runbook = filesProbe({
  id: 'custom-acme/runbook',
  async gather(files, _facts, { environment }) {
    const path = environment.backup.runbook;
    if (path === undefined) throw new ProbeError('not_configured', 'the environment file names no backup.runbook');
    const text = await files.read(path);
    if (text === undefined) throw new ProbeError('not_found', `there is no ${path}`);
    return { path, roles: /^## Roles$/m.test(text) };
  },
});

export default extension({
  name: 'acme',
  title: 'Rules of Acme',
  why: 'What our own auditors ask for, beyond the checks of clawcheck.',
  checks: {
    'two-zones': check({
      title: 'The group spans two zones',
      failureTitle: 'The group sits in one zone',
      why: 'A zone can fail as a whole.',
      remediation: 'Give the group subnets in a second zone.',
      needs: { group },
      judge({ group }) {
        const zones = group.AvailabilityZones ?? [];
        return judgeAll([
          {
            fact: 'group',
            subject: group.AutoScalingGroupARN,
            expected: 'at least 2 zones',
            observed: zones.join(', ') || 'none',
            ok: zones.length >= 2,
          },
        ]);
      },
    }),
    'trail-of-every-region': check({
      title: 'A trail of every region has files that can be validated',
      failureTitle: 'No trail of every region has files that can be validated',
      why: 'Without the digests, nobody can show that the trail was not changed.',
      remediation: 'Turn on the validation of log files for the multi-region trail.',
      needs: { trails },
      judge({ trails }) {
        const good = trails.filter((trail) => trail.IsMultiRegionTrail && trail.LogFileValidationEnabled);
        return judgeAll([
          {
            fact: 'trails',
            subject: 'trails of the account',
            expected: 'one of every region, with validation',
            observed: good.map(({ Name }) => Name).join(', ') || `none of ${trails.length}`,
            ok: good.length > 0,
          },
        ]);
      },
    }),
    'runbook-names-roles': check({
      title: 'The runbook has a section of roles',
      failureTitle: 'The runbook has no section of roles',
      why: 'At three in the morning, people have to know who decides.',
      remediation: 'Add a section "## Roles" to the runbook.',
      needs: { runbook },
      judge({ runbook }) {
        return judgeAll([
          {
            fact: 'runbook',
            subject: runbook.path,
            expected: 'a section of roles',
            observed: runbook.roles ? 'there is one' : 'there is none',
            ok: runbook.roles,
          },
        ]);
      },
    }),
  },
});
