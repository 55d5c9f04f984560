import { expect, it } from 'vitest';
import { say } from '../../src/cli/say.ts';

const written = (terminal: { isTTY: boolean; columns: number }) => {
  const parts: string[] = [];
  const stream = { ...terminal, write: (text: string) => parts.push(text) > 0 };
  say(stream as unknown as NodeJS.WriteStream, 'ok    node  it is as new as it has to be\n');
  return parts.join('');
};

it('breaks long lines on a terminal, and nowhere else', () => {
  expect(written({ isTTY: true, columns: 30 })).toBe('ok    node  it is as new as it\n            has to be\n');
  expect(written({ isTTY: true, columns: 80 })).toBe('ok    node  it is as new as it has to be\n');
  // A terminal that does not tell its width, and a pipe.
  expect(written({ isTTY: true, columns: 0 })).toBe('ok    node  it is as new as it has to be\n');
  expect(written({ isTTY: false, columns: 30 })).toBe('ok    node  it is as new as it has to be\n');
});
