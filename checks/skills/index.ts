import { area } from '../../src/model/check.ts';
import adversarialCases from './adversarial-cases.ts';
import allPass from './all-pass.ts';
import evalsOnPullRequest from './evals-on-pull-request.ts';
import inventoryMatches from './inventory-matches.ts';
import regressionsBlockMerge from './regressions-block-merge.ts';
import scheduledEvals from './scheduled-evals.ts';
import threeCasesEach from './three-cases-each.ts';

export default area({
  title: 'Skills',
  why: 'A skill without tests changes behaviour by accident.',
  checks: {
    'inventory-matches': inventoryMatches,
    'three-cases-each': threeCasesEach,
    'all-pass': allPass,
    'evals-on-pull-request': evalsOnPullRequest,
    'regressions-block-merge': regressionsBlockMerge,
    'scheduled-evals': scheduledEvals,
    'adversarial-cases': adversarialCases,
  },
});
