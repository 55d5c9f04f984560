import { advisoriesAsOf, advisoriesFor, advisoriesMaxAgeDays } from '../../src/judging/gateway-advisories.ts';
import { compareVersions } from '../../src/judging/gateway-version.ts';
import { check, type Finding, judgeAll, undetermined } from '../../src/model/check.ts';
import { some } from '../../src/model/text.ts';
import { gatewayVersion } from '../../src/probes/gateway/version.ts';

const dayMs = 86_400_000;

export default check({
  title: 'The gateway has no known vulnerability',
  failureTitle: 'The gateway has a known vulnerability',
  why: 'Several published flaws of older versions give anyone the rights of an administrator.',
  trap: 'The version on the disk is read, while the process that runs is older.',
  remediation: 'Update the gateway to the current release and restart it: the running process is what counts.',
  needs: { version: gatewayVersion },
  judge({ version: { version, from } }, { environment, now }) {
    const { minimumVersion } = environment.gateway;
    const order = compareVersions(version, minimumVersion);
    if (order === undefined) return undetermined('bad_response', 'the version of the gateway cannot be compared');
    const open = advisoriesFor(version);
    const age = Math.floor((now.getTime() - Date.parse(advisoriesAsOf)) / dayMs);
    const table = `table of ${advisoriesAsOf}${age > advisoriesMaxAgeDays ? `, ${age} days old: it may lack newer ones` : ''}`;
    const subject = `the running gateway (${from})`;
    const findings: Finding<'version'>[] = [
      { fact: 'version', subject, expected: `${minimumVersion} or later`, observed: version, ok: order >= 0 },
      {
        fact: 'version',
        subject,
        expected: `no published vulnerability (${table})`,
        observed:
          open.length === 0
            ? `none known for ${version}`
            : `${open.length}: ${some(open.map(({ ids, what }) => `${ids[0]} (${what})`).reverse(), 3)}`,
        ok: open.length === 0,
      },
    ];
    return judgeAll(findings);
  },
});
