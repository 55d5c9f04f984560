import { area } from '../../src/model/check.ts';

export default area({
  title: 'Monitoring',
  why: 'A failure that nobody hears of lasts until a client notices.',
  checks: {},
});
