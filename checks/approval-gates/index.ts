import { area } from '../../src/model/check.ts';
import approversAuthorised from './approvers-authorised.ts';
import blockedWithoutApproval from './blocked-without-approval.ts';
import decisionsRecorded from './decisions-recorded.ts';
import gatesDocumented from './gates-documented.ts';
import gatesEnforced from './gates-enforced.ts';
import ownersNamed from './owners-named.ts';
import requestSurfaces from './request-surfaces.ts';
import rolloutPlanned from './rollout-planned.ts';

export default area({
  title: 'Approval gates',
  why: 'Actions that cannot be undone wait for a human.',
  checks: {
    'gates-documented': gatesDocumented,
    'gates-enforced': gatesEnforced,
    'request-surfaces': requestSurfaces,
    'blocked-without-approval': blockedWithoutApproval,
    'approvers-authorised': approversAuthorised,
    'decisions-recorded': decisionsRecorded,
    'owners-named': ownersNamed,
    'rollout-planned': rolloutPlanned,
  },
});
