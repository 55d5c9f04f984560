import { area } from '../../src/model/check.ts';

export default area({
  title: 'Credentials',
  why: 'What the agent can read, whoever talks it into something can read.',
  checks: {},
});
