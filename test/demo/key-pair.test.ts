import ssh2 from 'ssh2';
import { expect, it } from 'vitest';
import { makeKeyPair } from '../../src/demo/key-pair.ts';

it('makes keys that can all be read', () => {
  const broken = Array.from({ length: 3000 }, () => ssh2.utils.parseKey(makeKeyPair().private)).filter(
    (key) => key instanceof Error,
  );
  expect(broken).toEqual([]);
});
