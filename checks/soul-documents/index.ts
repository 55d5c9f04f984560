import { area } from '../../src/model/check.ts';
import cannotRemount from './cannot-remount.ts';
import documentsPresent from './documents-present.ts';
import encryptedInTransit from './encrypted-in-transit.ts';
import matchesGit from './matches-git.ts';
import mountedReadOnly from './mounted-read-only.ts';
import noSecondRulebook from './no-second-rulebook.ts';
import reviewedChanges from './reviewed-changes.ts';
import runtimeSeparate from './runtime-separate.ts';
import serverSideReadOnly from './server-side-read-only.ts';
import writeFails from './write-fails.ts';

export default area({
  title: 'Soul documents',
  why: 'An agent that can rewrite its own rules has none.',
  checks: {
    'mounted-read-only': mountedReadOnly,
    'write-fails': writeFails,
    'documents-present': documentsPresent,
    'no-second-rulebook': noSecondRulebook,
    'runtime-separate': runtimeSeparate,
    'cannot-remount': cannotRemount,
    'server-side-read-only': serverSideReadOnly,
    'encrypted-in-transit': encryptedInTransit,
    'reviewed-changes': reviewedChanges,
    'matches-git': matchesGit,
  },
});
