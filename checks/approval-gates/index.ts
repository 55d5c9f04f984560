import { area } from '../../src/model/check.ts';

export default area({
  title: 'Approval gates',
  why: 'Actions that cannot be undone wait for a human.',
  checks: {},
});
