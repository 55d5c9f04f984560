import { all, any, not, type Tri } from './iam-match.ts';

/** The rule of a composite alarm, as CloudWatch's grammar has it. */
export type AlarmRule =
  | { readonly is: 'state'; readonly state: string; readonly alarm: string }
  | { readonly is: 'constant'; readonly value: boolean }
  | { readonly is: 'not'; readonly of: AlarmRule }
  | { readonly is: 'and' | 'or'; readonly of: readonly AlarmRule[] };

const tokens =
  /\s*(?:([()])|(AND|OR|NOT|TRUE|FALSE)\b|(ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*(?:"([^"]*)"|([^\s()"]+))\s*\))/y;

/** Undefined for what is not of the grammar, such as the newer `AT_LEAST`. Names are as written: a name or an ARN. */
export function parseAlarmRule(text: string): AlarmRule | undefined {
  const words: (string | AlarmRule)[] = [];
  tokens.lastIndex = 0;
  const trimmed = text.trim();
  while (tokens.lastIndex < trimmed.length) {
    const [found, parenthesis, word, state, quoted, bare] = tokens.exec(trimmed) ?? [];
    if (found === undefined) return undefined;
    words.push(
      state === undefined ? ((parenthesis ?? word) as string) : { is: 'state', state, alarm: quoted ?? bare ?? '' },
    );
  }
  const next = () => words[0];
  const chain = (operator: 'AND' | 'OR', part: () => AlarmRule | undefined): AlarmRule | undefined => {
    const parts: AlarmRule[] = [];
    for (;;) {
      const one = part();
      if (!one) return undefined;
      parts.push(one);
      if (next() !== operator) break;
      words.shift();
    }
    const [only] = parts;
    return parts.length === 1 ? only : { is: operator === 'AND' ? 'and' : 'or', of: parts };
  };
  const either = (): AlarmRule | undefined => chain('OR', () => chain('AND', single));
  function single(): AlarmRule | undefined {
    const word = words.shift();
    if (typeof word === 'object') return word;
    if (word === 'TRUE' || word === 'FALSE') return { is: 'constant', value: word === 'TRUE' };
    if (word === 'NOT') {
      const of = single();
      return of && { is: 'not', of };
    }
    if (word !== '(') return undefined;
    const inner = either();
    return words.shift() === ')' ? inner : undefined;
  }
  const rule = either();
  return words.length === 0 ? rule : undefined;
}

/** The alarms that a rule names. */
export function alarmsIn(rule: AlarmRule): readonly string[] {
  if (rule.is === 'state') return [rule.alarm];
  if (rule.is === 'constant') return [];
  return rule.is === 'not' ? alarmsIn(rule.of) : rule.of.flatMap(alarmsIn);
}

/** Whether a rule holds while one alarm is in a state, whatever the others are in: `maybe` where it hangs on them. */
export function holdsWith(rule: AlarmRule, state: string, isIt: (alarm: string) => boolean): Tri {
  switch (rule.is) {
    case 'constant':
      return rule.value ? 'yes' : 'no';
    case 'state':
      if (!isIt(rule.alarm)) return 'maybe';
      return rule.state === state ? 'yes' : 'no';
    case 'not':
      return not(holdsWith(rule.of, state, isIt));
    default: {
      const parts = rule.of.map((part) => holdsWith(part, state, isIt));
      return rule.is === 'and' ? all(...parts) : any(...parts);
    }
  }
}
