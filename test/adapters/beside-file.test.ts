import { expect, it } from 'vitest';
import { besideFile } from '../../src/adapters/live.ts';

it.each([
  ['keys/id_ed25519', '/etc/clawcheck/keys/id_ed25519'],
  ['./known_hosts', '/etc/clawcheck/known_hosts'],
  ['../known_hosts', '/etc/known_hosts'],
  ['/srv/key', '/srv/key'],
  ['~/.ssh/id_ed25519', '~/.ssh/id_ed25519'],
  ['%d/.ssh/known_hosts', '%d/.ssh/known_hosts'],
  ['none', 'none'],
])('the file %s of the environment file /etc/clawcheck/clawcheck.yaml is %s', (written, found) => {
  expect(besideFile('/etc/clawcheck', written)).toBe(found);
});
