import { check, type Finding, judgeAll, undetermined } from '../../src/model/check.ts';
import { count, some } from '../../src/model/text.ts';
import { selfAudit } from '../../src/probes/host/self-audit.ts';

export default check({
  title: "The gateway's own audit is clean",
  failureTitle: "The gateway's own audit has critical findings",
  why: 'The gateway knows dangers of its own configuration that nothing else looks for.',
  trap: 'The exit code of the audit counts, which is always 0, or findings were suppressed on the host.',
  remediation:
    'Run openclaw security audit as the agent user, and mend what it calls critical; what is accepted goes into gateway.acceptedAuditFindings, not into suppressions on the host.',
  needs: { audit: selfAudit },
  judge({ audit }, { environment, now }) {
    if (!audit) return undetermined('not_configured', 'gateway.selfAudit is off: the audit was not run');
    const { findings, summary } = audit;
    const critical = findings.filter(({ severity }) => severity === 'critical');
    const today = now.toISOString().slice(0, 10);
    const seen = [...new Set(critical.map(({ id }) => id))].map((id): Finding<'audit'> => {
      const accepted = environment.gateway.acceptedAuditFindings.find(({ finding }) => finding === id);
      const suppressed = critical.some((one) => one.id === id && one.suppressed);
      const ok = accepted !== undefined && accepted.expires >= today;
      const until = accepted && (ok ? `accepted until ${accepted.expires}` : `accepted only until ${accepted.expires}`);
      return {
        fact: 'audit',
        subject: id,
        expected: 'not critical, or accepted in the environment file',
        observed: until ?? (suppressed ? 'critical, and hidden by the configuration on the host' : 'critical'),
        ok,
      };
    });
    const warned = findings.filter(({ severity }) => severity === 'warn').map(({ id }) => id);
    return judgeAll([
      ...seen,
      {
        fact: 'audit',
        subject: 'openclaw security audit',
        expected: 'no critical finding that is not accepted',
        observed: `${summary.critical} critical, ${count(summary.warn, 'warning')}${warned.length > 0 ? `: ${some(warned)}` : ''}`,
        ok: seen.every(({ ok }) => ok),
      },
    ]);
  },
});
