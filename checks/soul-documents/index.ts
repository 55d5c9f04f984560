import { area } from '../../src/model/check.ts';
import encryptedInTransit from './encrypted-in-transit.ts';
import matchesGit from './matches-git.ts';
import noSecondRulebook from './no-second-rulebook.ts';
import reviewedChanges from './reviewed-changes.ts';
import serverSideReadOnly from './server-side-read-only.ts';
import writeFails from './write-fails.ts';

export default area({
  title: 'Soul documents',
  why: 'An agent that can rewrite its own rules has none.',
  checks: {
    'write-fails': writeFails,
    'no-second-rulebook': noSecondRulebook,
    'server-side-read-only': serverSideReadOnly,
    'encrypted-in-transit': encryptedInTransit,
    'reviewed-changes': reviewedChanges,
    'matches-git': matchesGit,
  },
});
