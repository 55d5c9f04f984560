import { area } from '../../src/model/check.ts';
import dailyPlanCoversEfs from './daily-plan-covers-efs.ts';
import recentRecoveryPoint from './recent-recovery-point.ts';
import recoveryRunbook from './recovery-runbook.ts';
import restoreMatchesSource from './restore-matches-source.ts';
import restoreTestExists from './restore-test-exists.ts';
import retention from './retention.ts';
import rtoRpo from './rto-rpo.ts';
import vaultProtected from './vault-protected.ts';

export default area({
  title: 'Backup and recovery',
  why: 'A backup that was never restored is a hope.',
  checks: {
    'daily-plan-covers-efs': dailyPlanCoversEfs,
    'recent-recovery-point': recentRecoveryPoint,
    retention,
    'vault-protected': vaultProtected,
    'restore-test-exists': restoreTestExists,
    'restore-matches-source': restoreMatchesSource,
    'rto-rpo': rtoRpo,
    'recovery-runbook': recoveryRunbook,
  },
});
