import { area } from '../../src/model/check.ts';
import restoreTestExists from './restore-test-exists.ts';

export default area({
  title: 'Backup and recovery',
  why: 'A backup that was never restored is a hope.',
  checks: {
    'restore-test-exists': restoreTestExists,
  },
});
