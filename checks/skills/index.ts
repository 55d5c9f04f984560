import { area } from '../../src/model/check.ts';

export default area({
  title: 'Skills',
  why: 'A skill without tests changes behaviour by accident.',
  checks: {},
});
