import { readFile } from 'node:fs/promises';
import { format } from 'node:util';
import { JestAsymmetricMatchers, JestChaiExpect, JestExtend } from '@vitest/expect';
import * as chai from 'chai';

/**
 * The few words of vitest that tables of checks use, for running them thousands of times in one process: tests are
 * collected when their file is loaded, and run one by one by name.
 */
export interface InProcessTest {
  readonly name: string;
  run(): Promise<void>;
}

export const collected: InProcessTest[] = [];

type Body = (...args: never[]) => unknown;

let path: readonly string[] = [];
let before: (() => Promise<void>)[] = [];

export function describe(name: string, body: () => void): void {
  const [outerPath, outerBefore] = [path, before];
  [path, before] = [[...path, name], [...before]];
  body();
  [path, before] = [outerPath, outerBefore];
}
describe.each = each(describe);

export function it(name: string, body: Body): void {
  const prepare = before;
  const wanted = [...path, name].join(' > ');
  const alike = collected.filter((test) => test.name === wanted || test.name.startsWith(`${wanted} #`)).length;
  collected.push({
    name: alike === 0 ? wanted : `${wanted} #${alike}`,
    async run() {
      for (const step of prepare) await step();
      await (body as () => unknown)();
    },
  });
}
it.each = each(it);

export const test = it;

export function beforeAll(body: () => unknown): void {
  let done: Promise<unknown> | undefined;
  before.push(async () => {
    done ??= Promise.resolve().then(body);
    await done;
  });
}

function each(declare: (name: string, body: () => void) => void) {
  return (rows: readonly unknown[]) => (name: string, body: Body) => {
    for (const row of rows) {
      const values = (Array.isArray(row) ? row : [row]) as never[];
      const words = name.split('%').length - 1;
      declare(format(name, ...values.slice(0, words)), () => body(...values));
    }
  };
}

chai.use(JestExtend);
chai.use(JestChaiExpect);
chai.use(JestAsymmetricMatchers);
chai.use(({ Assertion }) => {
  Assertion.addMethod('toMatchFileSnapshot', async function (this: Chai.AssertionStatic, file: string) {
    expect(this._obj).toBe(await readFile(file, 'utf8'));
  });
});
export const expect = chai.expect as unknown as typeof import('vitest').expect;
