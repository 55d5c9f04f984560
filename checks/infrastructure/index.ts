import { area } from '../../src/model/check.ts';
import noPublicIp from './no-public-ip.ts';
import runsInAsg from './runs-in-asg.ts';

export default area({
  title: 'Infrastructure',
  why: 'What is not replaced when it fails, or can be reached by anyone, is not ready to run unattended.',
  checks: {
    'runs-in-asg': runsInAsg,
    'no-public-ip': noPublicIp,
  },
});
