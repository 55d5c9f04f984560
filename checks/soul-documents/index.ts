import { area } from '../../src/model/check.ts';

export default area({
  title: 'Soul documents',
  why: 'An agent that can rewrite its own rules has none.',
  checks: {},
});
