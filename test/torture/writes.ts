import fs, { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { registry } from '../../checks/index.ts';
import { readRecording } from '../../src/adapters/recording/folder.ts';
import { executeOnce, noProgress } from '../../src/cli/execute.ts';
import { loadScenario } from '../../src/demo/scenario.ts';
import type { Report } from '../../src/model/report.ts';
import { renderHtml } from '../../src/report/html.ts';
import { renderJson } from '../../src/report/json.ts';
import { renderText } from '../../src/report/text.ts';
import { fixtures, goodEnvironment, goodOthers, now, scenarioPorts } from '../support/rig.ts';
import type { Pick } from './torture.ts';

/** What a run calls to write its reports and its recording. */
const written = [
  'openSync',
  'writeSync',
  'fsyncSync',
  'closeSync',
  'readFileSync',
  'renameSync',
  'mkdirSync',
  'writeFileSync',
] as const;
type Call = (typeof written)[number];
type Original = (...given: unknown[]) => unknown;

interface WriteFault {
  readonly name: string;
  /** Only of these calls; default: of all. */
  readonly of?: readonly Call[];
  /** Nothing is lost: the run goes on as if nothing had been. */
  readonly harmless?: boolean;
  apply(original: Original, given: unknown[]): unknown;
}

const failing = (code: string): WriteFault => ({
  name: code,
  apply(original, given) {
    // What is closed is closed, whatever is said of it.
    if (original === originals.closeSync) original(...given);
    throw Object.assign(new Error(`${code}: a fault`), { code });
  },
});

const faults: readonly WriteFault[] = [
  ...['ENOSPC', 'EACCES', 'EROFS', 'EDQUOT', 'EIO', 'EMFILE'].map(failing),
  {
    name: 'a short write',
    of: ['writeSync'],
    harmless: true,
    apply: (original, [file, bytes, at]) =>
      original(file, bytes, at, Math.ceil(((bytes as Buffer).length - Number(at)) / 2)),
  },
  { name: 'a write of nothing', of: ['writeSync'], apply: () => 0 },
  {
    name: 'a write that claims more than it wrote',
    of: ['writeSync'],
    apply(original, [file, bytes, at]) {
      const rest = (bytes as Buffer).length - Number(at);
      original(file, bytes, at, rest >> 1);
      return rest;
    },
  },
  {
    name: 'half a file, then a full disk',
    of: ['writeFileSync'],
    apply(original, [path, text, options]) {
      original(path, String(text).slice(0, String(text).length / 2), options);
      throw Object.assign(new Error('ENOSPC: a fault'), { code: 'ENOSPC' });
    },
  },
  {
    name: 'half a file, and no word of it',
    of: ['writeFileSync'],
    apply: (original, [path, text, options]) => original(path, String(text).slice(0, String(text).length / 2), options),
  },
  {
    name: 'other bytes than were written',
    of: ['readFileSync'],
    apply(original, given) {
      const bytes = Buffer.from(original(...given) as Buffer);
      bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
      return bytes;
    },
  },
];

const originals = Object.fromEntries(written.map((name) => [name, fs[name]])) as unknown as Readonly<
  Record<Call, Original>
>;

/** Runs `work` while every call about `folder`, by path or by handle, goes through `tap`. */
async function tapped<T>(
  folder: string,
  tap: (call: Call, original: Original, given: unknown[]) => unknown,
  work: () => Promise<T>,
): Promise<T> {
  const own = new Set<unknown>();
  let within = false;
  const replaced = fs as unknown as Record<string, Original>;
  for (const name of written) {
    replaced[name] = (...given) => {
      const [first] = given;
      if (!(typeof first === 'string' ? first.startsWith(folder) : own.has(first))) return originals[name](...given);
      // Node writes a file by these calls too, and asks for ever where nothing is written.
      if (within) return originals[name](...given);
      within = name === 'writeFileSync';
      let answer: unknown;
      try {
        answer = tap(name, originals[name], given);
      } finally {
        within = false;
      }
      if (name === 'openSync') own.add(answer);
      if (name === 'closeSync') own.delete(first);
      return answer;
    };
  }
  syncBuiltinESMExports();
  try {
    return await work();
  } finally {
    Object.assign(fs, originals);
    syncBuiltinESMExports();
  }
}

export interface WriteOutcome {
  readonly call: string;
  readonly fault: string;
  readonly persistent: boolean;
  readonly violations: readonly string[];
}

const files = ['r.json', 'r.html', 'r.txt'];
const scenario = loadScenario(fixtures, [], now);

/** A run of the good deployment that writes three reports and a recording. */
async function runInto(folder: string): Promise<{ complete: boolean; said: string; report: Report }> {
  const environment = goodEnvironment();
  const path = join(fixtures, 'good', 'clawcheck.yaml');
  const loaded = { path, environment, others: goodOthers(), checks: [], directory: fixtures, sha256: '0'.repeat(64) };
  const said: string[] = [];
  const { write } = process.stderr;
  process.stderr.write = ((text: string) => said.push(text) > 0) as typeof write;
  try {
    const { complete, report } = await executeOnce(
      {
        loaded,
        registry,
        selection: { areas: [], checks: [] },
        timeoutMs: 60_000,
        output: { output: files.map((name) => join(folder, name)), quiet: true },
        record: join(folder, 'recording'),
        open: () => ({ ...scenarioPorts(scenario, environment), mode: 'live', clock: () => now, close() {} }),
      },
      new AbortController().signal,
      noProgress,
    );
    return { complete, report, said: said.join('') };
  } finally {
    process.stderr.write = write;
  }
}

/** What is in the folder that must not be: a file that is not whole, a recording that cannot be read, or a leftover. */
function leftIn(folder: string, report: Report): string[] {
  const whole: Record<string, string> = {
    'r.json': renderJson(report),
    'r.html': renderHtml(report),
    'r.txt': renderText(report, { width: 100, color: false, verbose: false }),
  };
  return readdirSync(folder).flatMap((name) => {
    if (name === 'recording') {
      try {
        readRecording(join(folder, name));
        return [];
      } catch {
        return ['a recording that cannot be read'];
      }
    }
    if (whole[name] === undefined) return [`${name} is left`];
    return readFileSync(join(folder, name), 'utf8') === whole[name] ? [] : [`${name} is not whole`];
  });
}

/**
 * Every call by which a run writes, every fault, once and from then on. The run has to say that something was not written
 * (which is exit code 73, never a verdict's), and what stands there then is whole or absent.
 */
export async function tortureWrites(pick: Pick): Promise<WriteOutcome[]> {
  const parent = mkdtempSync(join(tmpdir(), 'clawcheck-writes-'));
  try {
    const folder = (n: number | string) => {
      const path = join(parent, String(n));
      originals.mkdirSync(path);
      return path;
    };
    const good = folder('good');
    const calls: Call[] = [];
    const note = (call: Call, original: Original, given: unknown[]) => {
      calls.push(call);
      return original(...given);
    };
    const { complete, said } = await tapped(good, note, () => runInto(good));
    if (!complete || said !== '') throw new Error(`without a fault: ${said}`);
    // The order of different calls is not fixed: which of its own kind a call is, from 0.
    const timeOf = (i: number) => calls.slice(0, i).filter((one) => one === calls[i]).length;
    const trials = calls.flatMap((call, i) =>
      faults
        .filter(({ of }) => !of || of.includes(call))
        .flatMap((fault) => [false, true].map((persistent) => ({ call, at: timeOf(i), fault, persistent }))),
    );
    const outcomes: WriteOutcome[] = [];
    for (const { call, at, fault, persistent } of pick(trials)) {
      const into = folder(outcomes.length);
      let n = -1;
      const tap = (name: Call, original: Original, given: unknown[]) => {
        if (name === call) n += 1;
        const hit = name === call && (persistent ? n >= at : n === at);
        return hit ? fault.apply(original, given) : original(...given);
      };
      const ran = await tapped(into, tap, () => runInto(into));
      const names = [...files, 'recording'];
      const missing = names.filter((name) => !existsSync(join(into, name)));
      const violations = [
        ...leftIn(into, ran.report),
        ...(ran.report.verdict === 'READY' ? [] : [`the verdict is ${ran.report.verdict}`]),
        ...(n < at ? ['the fault was not injected'] : []),
        ...(ran.complete !== (fault.harmless === true)
          ? [`the run says that ${ran.complete ? 'all' : 'not all'} was written`]
          : []),
        ...(ran.complete && missing.length > 0 ? [`${missing.join(', ')} is missing`] : []),
        ...(ran.complete !== (ran.said === '') ? [`it says ${JSON.stringify(ran.said)}`] : []),
        ...(/^(clawcheck: [\x20-\x7e]*\n)*$/.test(ran.said) ? [] : ['what it says is not one clear line each']),
      ];
      outcomes.push({ call: `${call} (the one after ${at} others)`, fault: fault.name, persistent, violations });
      rmSync(into, { recursive: true });
    }
    return outcomes;
  } finally {
    rmSync(parent, { recursive: true, force: true });
  }
}
