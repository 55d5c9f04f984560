import { secretRules } from './secret-patterns.ts';

/**
 * A pattern of `secret-patterns.ts` for text in memory. Between brackets, POSIX takes a backslash and a leading `]` as
 * they are, and grep never looks across a line.
 */
export function expressionOf(pattern: string): RegExp {
  let out = '';
  for (let i = 0; i < pattern.length; i += 1) {
    const char = pattern[i] ?? '';
    if (char === '\\') {
      out += pattern.slice(i, i + 2);
      i += 1;
    } else if (char !== '[') out += char;
    else {
      const negated = pattern[i + 1] === '^';
      const first = i + (negated ? 2 : 1);
      const end = pattern.indexOf(']', first + 1);
      const set = pattern.slice(first, end).replaceAll(/[\\\][]/g, (c) => `\\${c}`);
      out += `[${negated ? '^\\n' : ''}${set}]`;
      i = end;
    }
  }
  return new RegExp(out, 'm');
}

const expressions = secretRules.map(({ id, pattern }) => [id, expressionOf(pattern)] as const);

/** The text with none of these forms in it, and after a NUL each, for every form that was there, a made-up value. */
export function withMadeUpSecrets(text: string): string {
  const found = secretsIn(text);
  let out = text.replaceAll('\u0000', ' ');
  for (const [, expression] of expressions) out = out.replaceAll(new RegExp(expression, 'gm'), ' ');
  const madeUp = secretRules.filter(({ id }) => found.includes(id)).map(({ sample }) => sample());
  return [out, ...madeUp].join('\u0000');
}

/** The ids of the forms of credentials that a text holds. Never the text: what is found must not be repeated. */
export function secretsIn(text: string): readonly string[] {
  return expressions.filter(([, expression]) => expression.test(text)).map(([id]) => id);
}
