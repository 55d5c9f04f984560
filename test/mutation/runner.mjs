// A test runner for Stryker: the project's own tests of pure judgements, in one process, with no worker and no file
// loaded anew for a mutant. What would take seconds a mutant takes milliseconds.
import { mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { commonTokens, declareClassPlugin, declareValuePlugin, PluginKind } from '@stryker-mutator/api/plugin';
import {
  DryRunStatus,
  determineHitLimitReached,
  TestStatus,
  toMutantRunResult,
} from '@stryker-mutator/api/test-runner';
import { bundle } from './bundle.mjs';

class InProcessRunner {
  static inject = [commonTokens.options];

  constructor(options) {
    this.tests = options.inProcess.tests;
    // Where the mutated code looks for the mutant that is active.
    this.state = globalThis.__stryker__ ??= {};
    this.loads = 0;
  }

  capabilities() {
    return { reloadEnvironment: true };
  }

  async init() {
    this.folder = mkdtempSync(resolve('node_modules/.cache/clawcheck-mutation-'));
    this.outfile = join(this.folder, 'world.mjs');
    await bundle(this.tests, this.outfile);
  }

  async dispose() {
    rmSync(this.folder, { recursive: true, force: true });
  }

  async load() {
    // Two loads must not see each other's modules; the query makes them two.
    this.loads += 1;
    this.world = await import(`${pathToFileURL(this.outfile).href}?load=${this.loads}`);
  }

  async dryRun() {
    this.state.activeMutant = undefined;
    this.state.currentTestId = undefined;
    this.state.mutantCoverage = { static: {}, perTest: {} };
    await this.load();
    const tests = [];
    for (const test of this.world.collected) {
      this.state.currentTestId = test.name;
      tests.push(await result(test));
      this.state.currentTestId = undefined;
    }
    return { status: DryRunStatus.Complete, tests, mutantCoverage: this.state.mutantCoverage };
  }

  async mutantRun({ activeMutant, testFilter, hitLimit, mutantActivation, reloadEnvironment }) {
    this.state.hitCount = hitLimit === undefined ? undefined : 0;
    this.state.hitLimit = hitLimit;
    this.state.mutantCoverage = undefined;
    this.state.activeMutant = mutantActivation === 'static' ? activeMutant.id : undefined;
    try {
      if (reloadEnvironment || !this.world) await this.load();
    } catch (error) {
      const tests = [
        { id: 'load', name: 'load', timeSpentMs: 0, status: TestStatus.Failed, failureMessage: `${error}` },
      ];
      return toMutantRunResult({ status: DryRunStatus.Complete, tests });
    }
    this.state.activeMutant = activeMutant.id;
    const wanted = testFilter && new Set(testFilter);
    const tests = [];
    for (const test of this.world.collected) {
      if (wanted && !wanted.has(test.name)) continue;
      tests.push(await result(test));
      if (tests.at(-1).status === TestStatus.Failed) break;
    }
    this.state.activeMutant = undefined;
    // What was loaded with a mutant in it must not serve the next one.
    if (reloadEnvironment) this.world = undefined;
    const timeout = determineHitLimitReached(this.state.hitCount, hitLimit);
    return toMutantRunResult(timeout ?? { status: DryRunStatus.Complete, tests });
  }
}

async function result({ name, run }) {
  const start = performance.now();
  const done = (more) => ({ id: name, name, timeSpentMs: performance.now() - start, ...more });
  try {
    await run();
    return done({ status: TestStatus.Success });
  } catch (error) {
    return done({ status: TestStatus.Failed, failureMessage: String(error?.message ?? error) });
  }
}

// Texts for people: what a check says about what it saw. Other tests hold them (golden reports, inertness); no verdict
// depends on them. A text is what has a space in it and is not compared with anything.
const proseKeys = new Set(['title', 'failureTitle', 'why', 'remediation', 'expected', 'observed', 'subject', 'empty']);

function isProse(node) {
  switch (node.type) {
    case 'StringLiteral':
      return /\s/.test(node.value);
    case 'TemplateLiteral':
      return node.quasis.some(({ value }) => /\s/.test(value.raw));
    case 'ConditionalExpression':
      return isProse(node.consequent) && isProse(node.alternate);
    case 'LogicalExpression':
      return isProse(node.right);
    default:
      return false;
  }
}

/** Whether a judgement may hang on the text: it is compared, looked for, or split by. */
function isUsed({ parentPath }) {
  if (parentPath.isBinaryExpression()) return parentPath.node.operator !== '+';
  if (!parentPath.isCallExpression()) return false;
  const method = parentPath.node.callee.property?.name;
  return ['includes', 'startsWith', 'endsWith', 'split', 'replaceAll', 'replace', 'has', 'indexOf'].includes(method);
}

const ignorer = {
  shouldIgnore(path) {
    // `{ empty: 'a text' }`: without it, the text is another one.
    const [only, ...others] = path.isObjectExpression() ? path.node.properties : [];
    if (only?.key?.name === 'empty' && others.length === 0) return 'a text for people';
    const named = path.isObjectProperty() ? path.node.key.name : path.isVariableDeclarator() && path.node.id.name;
    return proseKeys.has(named) || (isProse(path.node) && !isUsed(path)) ? 'a text for people' : undefined;
  },
};

export const strykerPlugins = [
  declareClassPlugin(PluginKind.TestRunner, 'in-process', InProcessRunner),
  declareValuePlugin(PluginKind.Ignore, 'prose', ignorer),
];
