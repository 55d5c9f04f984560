import { area } from '../../src/model/check.ts';

export default area({
  title: 'Network',
  why: 'A closed network bounds what a mistake or an attacker can do.',
  checks: {},
});
