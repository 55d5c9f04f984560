import { describe, expect, it } from 'vitest';
import { asserts, type EvalCase, inputOf, isConstantScript, isReal, isRunOf } from '../../src/judging/eval-case.ts';

const evalCase = (more: Partial<EvalCase> = {}): EvalCase => ({
  from: 'evals/a/promptfooconfig.yaml',
  description: 'd',
  skill: 'a',
  kind: 'normal',
  commit: undefined,
  vars: { request: 'x' },
  asserts: [{ type: 'contains', value: 'y' }],
  threshold: undefined,
  exact: true,
  ...more,
});

describe('isReal', () => {
  it.each<[string, unknown]>([
    ['contains', { type: 'contains', value: 'yes' }],
    ['contains-any', { type: 'contains-any', value: ['a', 'b'] }],
    ['contains-all as one text', { type: 'contains-all', value: 'a, b' }],
    ['contains-any as one text, with a comma at the end', { type: 'icontains-any', value: 'a,' }],
    ['not-contains', { type: 'not-contains', value: 'secret' }],
    ['regex', { type: 'regex', value: '^Dear' }],
    ['regex for the empty answer', { type: 'regex', value: '^$' }],
    ['is-json', { type: 'is-json' }],
    ['equals with nothing: the answer has to be empty', { type: 'equals', value: '' }],
    ['llm-rubric', { type: 'llm-rubric', value: 'declines' }],
    ['javascript on the output', { type: 'javascript', value: 'output.length > 10' }],
    [
      'javascript on the answer in the context',
      { type: 'javascript', value: 'context.providerResponse.cached === false' },
    ],
    ['javascript that asks for an answer and more', { type: 'javascript', value: "output && output.includes('x')" }],
    ['javascript that asks for no answer', { type: 'javascript', value: 'output.length === 0' }],
    ['a regex that rules something out', { type: 'regex', value: '^(?!.*password)' }],
    ['a regex for a letter', { type: 'regex', value: '[a-z]' }],
    ['javascript in a file', { type: 'javascript', value: 'file://assert.js' }],
    ['python', { type: 'python', value: "'x' in output" }],
    ['a set with one that is real', { type: 'assert-set', assert: [{ type: 'contains', value: 'y' }] }],
    ['a relevance with a threshold', { type: 'answer-relevance', threshold: 0.7 }],
    ['a positive threshold', { type: 'similar', value: 'x', threshold: 0.8 }],
  ])('%s', (_, assertion) => expect(isReal(assertion)).toBe(true));

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['a text', 'contains'],
    ['without a type', { value: 'x' }],
    ['contains nothing', { type: 'contains', value: '' }],
    ['contains without a value', { type: 'contains' }],
    ['contains a space', { type: 'icontains', value: ' ' }],
    ['starts with nothing', { type: 'starts-with', value: '' }],
    ['contains any of nothing', { type: 'contains-any', value: [] }],
    ['contains any, one of them empty', { type: 'contains-any', value: ['a', ''] }],
    ['contains any of one text with nothing but commas', { type: 'icontains-any', value: ' ,' }],
    ['contains all of what is empty', { type: 'contains-all', value: ['', ' '] }],
    ['a regex for anything', { type: 'regex', value: '.*' }],
    ['an empty regex', { type: 'regex', value: '' }],
    ['a regex for anything, anchored', { type: 'regex', value: '^[\\s\\S]*$' }],
    ['a regex without a value', { type: 'regex' }],
    ['not equal to nothing', { type: 'not-equals', value: '' }],
    ['javascript on what the case itself says', { type: 'javascript', value: 'context.vars.a === 1' }],
    ['javascript true', { type: 'javascript', value: 'true' }],
    ['javascript return true', { type: 'javascript', value: 'return true;' }],
    ['javascript 1', { type: 'javascript', value: '1' }],
    ['javascript that only names the output in a comment', { type: 'javascript', value: 'true // output is fine' }],
    ['javascript that only names the output in a text', { type: 'javascript', value: "'output' === 'output'" }],
    ['javascript or true', { type: 'javascript', value: "output.includes('x') || true" }],
    ['javascript with a length that always fits', { type: 'javascript', value: 'output.length >= 0' }],
    ['a regex for any character', { type: 'regex', value: '.' }],
    ['a regex for anything but a space', { type: 'regex', value: '\\S+' }],
    ['javascript that asks for an answer', { type: 'javascript', value: 'output.length > 0' }],
    ['javascript that takes any answer', { type: 'javascript', value: 'return !!output;' }],
    [
      'javascript that asks for a text',
      { type: 'javascript', value: "typeof output === 'string' && output.trim() !== ''" },
    ],
    ['python that asks for an answer', { type: 'python', value: 'len(output) > 0' }],
    ['python True', { type: 'python', value: 'True' }],
    ['python or True', { type: 'python', value: "'x' in output or True" }],
    ['a script that is no text', { type: 'javascript', value: true }],
    ['weight 0', { type: 'contains', value: 'y', weight: 0 }],
    ['threshold 0', { type: 'llm-rubric', value: 'declines', threshold: 0 }],
    ['a relevance without a threshold', { type: 'answer-relevance' }],
    ['a faithfulness without a threshold', { type: 'context-faithfulness', value: 'x' }],
    ['a rubric without text', { type: 'llm-rubric', value: '' }],
    ['latency', { type: 'latency', threshold: 5000 }],
    ['cost', { type: 'cost', threshold: 1 }],
    ['why the model stopped', { type: 'finish-reason', value: 'stop' }],
    ['guardrails, which the provider need not have', { type: 'guardrails' }],
    ['an empty set', { type: 'assert-set', assert: [] }],
    ['a set of what is always true', { type: 'assert-set', assert: [{ type: 'contains', value: '' }] }],
    ['a set with threshold 0', { type: 'assert-set', threshold: 0, assert: [{ type: 'contains', value: 'y' }] }],
  ])('is not: %s', (_, assertion) => expect(isReal(assertion)).toBe(false));
});

describe('isConstantScript', () => {
  it.each([
    'module.exports = () => true;',
    'module.exports = (output, context) => true;',
    'module.exports = async (output) => {\n  // output is fine\n  return { pass: true, score: 1, reason: "output" };\n};',
    'export default function (output: string, context: Context): boolean {\n  return true;\n}',
    'export default (_output: string): boolean => true;',
    'export default output => ({ pass: true, score: 1 });',
    "module.exports = (output) => {\n  console.log(output);\n  return {\n    pass: true,\n    reason: 'x',\n  };\n};",
    'module.exports = (output, { vars }) => vars.ok === 1;',
    'def get_assert(output, context):\n    return True\n',
    'def get_assert(output, context) -> bool:\n    print(output)\n    return {"pass": True, "score": 1.0}\n',
    'def get_assert(output, context)\n  true\nend\n',
  ])('%j', (script) => expect(isConstantScript(script)).toBe(true));

  it.each([
    "module.exports = (output) => output.includes('x');",
    'module.exports = { check: (text) => /x/.test(text) };',
    "module.exports = (output) => {\n  if (output.includes('x')) return true;\n  return false;\n};",
    "module.exports = (output) => {\n  expect(output).toContain('x');\n  return true;\n};",
    'module.exports = ({ answer }) => answer === 1;',
    'module.exports = function () { return arguments[0] === "x"; };',
    "module.exports = require('./lib/check.js');",
    "export { default } from './lib/check.js';",
    'const all = (t) => t.every((one) => one);\nmodule.exports = (output) => all([output.length < 9]);',
    "def get_assert(output, context):\n    return True if 'x' in output else False\n",
    "def get_assert(output, context):\n    return {'score': 1.0, 'pass': 'x' in output}\n",
    "def get_assert(output, context)\n  output.include?('x')\nend\n",
    'export default (output: string) => ({ pass: output.length < 9, score: 1 });',
  ])('is not: %j', (script) => expect(isConstantScript(script)).toBe(false));
});

describe('asserts', () => {
  it('is false for an empty list, and for a case that passes with a score of 0', () => {
    expect(asserts(evalCase())).toBe(true);
    expect(asserts(evalCase({ asserts: [] }))).toBe(false);
    expect(asserts(evalCase({ threshold: 0 }))).toBe(false);
    expect(asserts(evalCase({ threshold: 0.5 }))).toBe(true);
  });

  it('is false where the only assertion is a script that answers the same to anything', () => {
    const script = { type: 'javascript', value: 'file://assert.js' };
    expect(asserts(evalCase({ asserts: [script] }))).toBe(true);
    const constant = [script.value];
    expect(asserts(evalCase({ asserts: [script], constant }))).toBe(false);
    expect(asserts(evalCase({ asserts: [{ type: 'assert-set', assert: [script] }], constant }))).toBe(false);
    expect(asserts(evalCase({ asserts: [script, { type: 'contains', value: 'y' }], constant }))).toBe(true);
  });
});

describe('inputOf', () => {
  it('is the same for the same vars in another order, and under another description', () => {
    expect(inputOf(evalCase({ vars: { a: 1, b: 2 } }))).toBe(
      inputOf(evalCase({ vars: { b: 2, a: 1 }, description: 'e' })),
    );
    expect(inputOf(evalCase({ vars: { a: 1 } }))).not.toBe(inputOf(evalCase({ vars: { a: '1' } })));
  });
});

describe('isRunOf', () => {
  it.each<[string, Partial<EvalCase>, Partial<EvalCase>, boolean]>([
    ['the same', {}, {}, true],
    ['keys in another order', { vars: { a: 1, b: 2 } }, { vars: { b: 2, a: 1 } }, true],
    ['a commit that the configuration does not know', {}, { commit: 'abc' }, true],
    ['another input', {}, { vars: { request: 'z' } }, false],
    ['one var more', {}, { vars: { request: 'x', more: 1 } }, false],
    ['another assertion', {}, { asserts: [{ type: 'contains', value: '' }] }, false],
    ['fewer assertions', {}, { asserts: [] }, false],
    ['another kind', {}, { kind: 'edge' }, false],
    ['another skill', {}, { skill: 'b' }, false],
    ['a threshold', {}, { threshold: 0 }, false],
    ['a rendered variable', { description: 'on {{env.SHA}} now' }, { description: 'on abc now' }, true],
    ['a rendered variable, other text', { description: 'on {{env.SHA}} now' }, { description: 'off abc now' }, false],
    ['parts that would overlap', { description: 'aba{{env.X}}ba' }, { description: 'aba' }, false],
    ['a template that promptfoo leaves', { description: '{{request}}' }, { description: 'x' }, false],
    ['a table, by the number of assertions', { exact: false }, { asserts: [{ type: 'equals', value: 'q' }] }, true],
    ['a table with fewer assertions', { exact: false }, { asserts: [] }, false],
  ])('%s', (_, configured, run, expected) => {
    expect(isRunOf(evalCase(configured), evalCase(run))).toBe(expected);
  });
});
