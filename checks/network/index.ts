import { area } from '../../src/model/check.ts';
import noPublicIngress from './no-public-ingress.ts';

export default area({
  title: 'Network',
  why: 'A closed network bounds what a mistake or an attacker can do.',
  checks: {
    'no-public-ingress': noPublicIngress,
  },
});
