import { check, type Finding, judgeAll } from '../../src/model/check.ts';
import { instances } from '../../src/probes/aws/instances.ts';
import { launchVersions } from '../../src/probes/aws/launch-versions.ts';
import { metadataDefaults } from '../../src/probes/aws/metadata-defaults.ts';

export default check({
  title: 'The metadata service demands IMDSv2',
  failureTitle: 'The metadata service can be asked without a session token',
  why: 'With IMDSv1 one forged web request of the agent hands out the credentials of the role.',
  trap: 'The instances of today are read, not the template of the next one, and an option that is not applied yet counts.',
  remediation:
    'Set MetadataOptions HttpTokens=required and HttpPutResponseHopLimit=1 in the launch template, and replace the instances (or change them with modify-instance-metadata-options).',
  needs: { instances, launchVersions, metadataDefaults },
  judge({ instances, launchVersions, metadataDefaults }, { environment }) {
    const { hopLimit } = environment.credentials;
    const expected = `tokens required, hop limit at most ${hopLimit}`;
    const within = (limit: number | undefined) => typeof limit === 'number' && limit >= 1 && limit <= hopLimit;
    const findings: Finding<'instances' | 'launchVersions' | 'metadataDefaults'>[] = [
      ...instances.map(({ InstanceId, MetadataOptions: options }) => ({
        fact: 'instances' as const,
        subject: InstanceId,
        expected: `${expected}, applied`,
        observed: `tokens ${word(options?.HttpTokens)}, hop limit ${word(options?.HttpPutResponseHopLimit)}, ${word(options?.State)}`,
        ok:
          options?.HttpTokens === 'required' && options.State === 'applied' && within(options.HttpPutResponseHopLimit),
      })),
      ...launchVersions
        .filter(({ next }) => next)
        .map(({ subject, usedBy, data: { MetadataOptions: options } }) => {
          const tokens = options?.HttpTokens ?? metadataDefaults.HttpTokens;
          const named = options?.HttpPutResponseHopLimit ?? metadataDefaults.HttpPutResponseHopLimit;
          // Where neither names one the image decides: what instances of this very version got is what the next gets.
          const got = instances
            .filter(({ InstanceId }) => usedBy.includes(InstanceId))
            .map((i) => i.MetadataOptions?.HttpPutResponseHopLimit ?? Number.NaN);
          const hops = named ?? (got.length > 0 ? Math.max(...got) : undefined);
          const ofInstances = named === undefined && hops !== undefined ? ' (as its instances got)' : '';
          const inherited = options?.HttpTokens ? '' : ' (default of the account)';
          return {
            fact: 'launchVersions' as const,
            subject,
            expected,
            observed: `tokens ${word(tokens)}${inherited}, hop limit ${word(hops)}${ofInstances}`,
            ok: tokens === 'required' && within(hops),
          };
        }),
    ];
    const seen = (fact: 'instances' | 'launchVersions') => findings.some((f) => f.fact === fact);
    // Either without the other says nothing about the next instance, or about those that run.
    return judgeAll(seen('instances') && seen('launchVersions') ? findings : []);
  },
});

function word(value: string | number | undefined): string {
  return value === undefined ? 'not set' : String(value);
}
