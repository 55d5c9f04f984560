import { area } from '../../src/model/check.ts';

export default area({
  title: 'Backup and recovery',
  why: 'A backup that was never restored is a hope.',
  checks: {},
});
