import type { Gate } from '../environment/gates-schema.ts';

const vague =
  /\b(important|sensitive|critical|risky|dangerous|high[- ]?stakes|significant|major|serious|(?:anything|everything)(?! (?:over|above|beyond|exceeding|more than|greater than|outside|other than|except)\b)|whatever|various|etc|some|certain|appropriate|necessary|(?:as|if|when|whenever|where) (?:needed|required)|relevant|if in doubt|case[- ]by[- ]case|discretion|depends|judge?ment|large amounts?|high[- ]value|reasonable|suspicious|unusual|stuff|things|not (?:yet )?(?:defined|decided)|to be (?:defined|decided|determined)|tb[acd]|todo)\b/i;
const nobody =
  /^(?:the )?(any(one|body)?|every(one|body)?|all|team|users?|staff|admins?|humans?|people|someone|somebody|unknown|n\/?a|tb[acd]|\*|[-?]+)$/i;
const shortest = 8;
/** Short, and says when. */
const enough = /\d|^\s*(?:always|each time|every time)\b/i;

/** Why a gate is too vague to be enforced or tested, one sentence a flaw; empty when it is specific. */
export function vaguenessOf(gate: Gate): readonly string[] {
  const reasons: string[] = [];
  for (const member of ['action', 'threshold'] as const) {
    const word = vague.exec(gate[member])?.[0];
    if (word !== undefined) reasons.push(`${member}: "${word.toLowerCase()}" is a matter of opinion`);
    else if (gate[member].trim().length < shortest && !(member === 'threshold' ? enough : /\d/).test(gate[member]))
      reasons.push(`${member}: too short to say what is meant`);
  }
  if (gate.tool === undefined && gate.pattern === undefined) {
    reasons.push('neither a tool nor a pattern: nothing that a rule could match');
  }
  for (const member of ['tool', 'pattern'] as const) {
    const value = gate[member];
    if (value !== undefined && !/[A-Za-z0-9]/.test(value)) reasons.push(`${member}: matches everything`);
  }
  if (gate.approvers.some((approver) => nobody.test(approver.trim()))) {
    reasons.push('approvers: names nobody in particular');
  }
  if (gate.onTimeout !== 'deny') reasons.push('onTimeout: an action that nobody approved would go on');
  return reasons;
}
