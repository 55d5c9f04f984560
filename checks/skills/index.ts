import { area } from '../../src/model/check.ts';
import allPass from './all-pass.ts';
import threeCasesEach from './three-cases-each.ts';

export default area({
  title: 'Skills',
  why: 'A skill without tests changes behaviour by accident.',
  checks: {
    'three-cases-each': threeCasesEach,
    'all-pass': allPass,
  },
});
