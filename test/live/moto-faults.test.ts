import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { AwsAdapter } from '../../src/adapters/aws/aws.ts';
import { exitCodeOf } from '../../src/model/exit-code.ts';
import { gapsIn, type Report } from '../../src/model/report.ts';
import type { AwsOperation, OperationRule } from '../../src/ports/aws.ts';
import { operations } from '../../src/ports/aws-operations.ts';
import { liveDescribe } from './live.ts';
import { type LabEnvironment, labEnvironment } from './moto/environment.ts';
import { type FaultKind, type Moto, motoAvailable, startMoto } from './moto/moto.ts';
import {
  type Dependencies,
  faultyAt,
  inParallel,
  judgedIds,
  labCredentials,
  openAws,
  resultsOf,
  runOn,
  statusesOf,
  traceDependencies,
} from './moto/runs.ts';

/** Statuses with which a deployment can be READY. */
const favourable = ['pass', 'attested', 'waived', 'not-applicable'];

/**
 * Lists of which no other answer tells how long they are: one that is cut short of what was asked for, and has lost its
 * token, is a shorter list, and nobody can tell. What is lost of the first two can only make a verdict worse:
 * test/checks/backup/lost-rows.test.ts.
 */
const uncounted: readonly AwsOperation[] = [
  'autoscaling:DescribeScalingActivities',
  'backup:ListBackupPlans',
  'backup:ListRecoveryPointsByBackupVault',
  'ec2:GetManagedPrefixListEntries',
  'efs:DescribeAccessPoints',
  'secretsmanager:ListSecrets',
];

/** What is asked beside what a check needs, and which check does without the answer. */
const spared: Readonly<Record<string, readonly string[]>> = {
  'autoscaling:DescribeScalingActivities': ['monitoring/alarm-on-health'],
  'cloudwatch:DescribeAlarmHistory': ['monitoring/alarm-on-health'],
  'secretsmanager:ListSecrets': ['soul-documents/server-side-read-only'],
};

liveDescribe('one fault in what AWS answers', motoAvailable(), () => {
  let moto: Moto;
  let lab: LabEnvironment;
  let good: AwsAdapter;
  let goodReport: Report;
  let dependencies: Dependencies;
  let called: AwsOperation[];
  const start = new Date();

  beforeAll(async () => {
    Object.assign(process.env, labCredentials);
    moto = await startMoto();
    lab = labEnvironment(moto, await moto.state());
    good = openAws(lab);
    dependencies = await traceDependencies(async () => {
      goodReport = await runOn(lab, good, () => start);
    });
    // What is asked in its place is then known too, and meets no fault that was planted for another operation.
    await moto.fault({ operation: 'secretsmanager:ListSecrets', fault: 'AccessDenied' });
    await runWith('secretsmanager:ListSecrets');
    await moto.clearFaults();
    called = good.counts().map(({ operation }) => operation as AwsOperation);
  });
  afterEach(() => moto.clearFaults());
  afterAll(async () => {
    good.close();
    await moto.stop();
  });

  /** A run in which one operation alone meets the fault that is in force. */
  const runWith = async (
    operation: AwsOperation,
    callSeconds?: number,
    onCut?: () => void,
    pageRows?: number,
  ): Promise<Report> => {
    const live = openAws(lab, callSeconds, pageRows);
    try {
      return await runOn(lab, faultyAt(operation, good, live, onCut), () => start);
    } finally {
      live.close();
    }
  };

  const dependsOn = (check: string, operation: AwsOperation): boolean =>
    dependencies.get(check)?.has(operation) === true && !spared[operation]?.includes(check);

  /** Every way in which the report of such a run says more than it may, or less than it could. */
  const faultsOf = (operation: AwsOperation, kind: FaultKind, report: Report): string[] => {
    const [before, after] = [statusesOf(goodReport), statusesOf(report)];
    const wrong = judgedIds.flatMap((id) => {
      const [was, is] = [before[id] ?? '', after[id] ?? ''];
      if (!dependsOn(id, operation)) return is === was ? [] : [`${id} became ${is}`];
      return favourable.includes(is) ? [`${id} is ${is}`] : [];
    });
    if (report.verdict === 'READY' || exitCodeOf(report.verdict) === 0) wrong.push('the verdict is READY');
    return wrong.map((text) => `${operation} ${kind}: ${text}`);
  };

  it('starts from a run that passes every check and calls operations that checks depend on', () => {
    const statuses = Object.entries(statusesOf(goodReport));
    expect(statuses.filter(([, status]) => !favourable.includes(status))).toEqual([]);
    // READY it cannot be: no instance is reached here.
    expect(gapsIn(goodReport.subject)).toContain('a host key was not verified');
    expect(called.length).toBeGreaterThan(30);
    const depended = new Set([...dependencies.values()].flatMap((set) => [...set]));
    expect(called.filter((operation) => !depended.has(operation))).toEqual([]);
  });

  const kinds = ['AccessDenied', 'Throttling', '500', 'html', 'empty', '{}', 'truncate'] as const;
  describe.each(kinds)('%s', (kind) => {
    it('makes unknown what depends on the operation, and nothing else', async () => {
      await moto.fault({ operation: '*', fault: kind });
      // Each operation meets some of them, and each of them some operations; `npm run flaws:live` looks at every pair.
      const every = kind === 'AccessDenied' || process.env['CLAWCHECK_EVERY_FLAW'] !== undefined;
      const asked = called.filter((_, i) => every || (i + kinds.indexOf(kind)) % 3 === 0);
      const reports = await inParallel(asked, (operation) => runWith(operation));
      const wrong = asked.flatMap((operation, i) => faultsOf(operation, kind, reports[i] as Report));
      expect(wrong).toEqual([]);
    }, 300_000);
  });

  it('names the action that was refused', async () => {
    await moto.fault({ operation: '*', fault: 'AccessDenied' });
    const wrong = await inParallel(called, async (operation) => {
      const rule: OperationRule = operations[operation];
      const action = rule.action === undefined ? operation : rule.action;
      const report = await runWith(operation);
      return (
        [...resultsOf(report).values()]
          .filter(({ id }) => dependsOn(id, operation))
          // There is no host here either, and a check that asks it may name that first.
          .filter(({ reason }) => reason?.code !== 'unreachable' && (reason?.action ?? null) !== action)
          .map(({ id, reason }) => `${operation}: ${id} names ${reason?.action} (${reason?.code})`)
      );
    });
    expect(wrong.flat()).toEqual([]);
  }, 300_000);

  /** Which operations are cut when each list is of pages of `size` and the token is lost, and what is wrong then. */
  const withoutToken = async (size: number, pageRows?: number) => {
    await moto.pageSize(size);
    await moto.fault({ operation: '*', fault: 'drop-token' });
    const cut = new Set<AwsOperation>();
    const reports = await inParallel(called, (operation) =>
      runWith(operation, 20, () => void cut.add(operation), pageRows),
    );
    await moto.pageSize(null);
    const wrong = called
      .map((operation, i) => ({ operation, texts: faultsOf(operation, 'drop-token', reports[i] as Report) }))
      .filter(({ operation, texts }) => cut.has(operation) && texts.length > 0);
    return { cut, wrong };
  };

  it('is noticed in every list that is cut at a full page and has lost its token', async () => {
    // As AWS pages: as many as are asked for.
    const { cut, wrong } = await withoutToken(1000, 2);
    expect(wrong.flatMap(({ texts }) => texts)).toEqual([]);
    expect(uncounted.filter((operation) => !cut.has(operation))).toEqual([]);
  }, 300_000);

  it('is noticed when a list is cut anywhere and its token is lost, where anything counts it', async () => {
    const { cut, wrong } = await withoutToken(1);
    expect(wrong.filter(({ operation }) => !uncounted.includes(operation)).flatMap(({ texts }) => texts)).toEqual([]);
    expect(wrong.map(({ operation }) => operation)).toEqual(uncounted);
    expect(cut.size).toBeGreaterThan(10);
  }, 300_000);

  it('ends a call that hangs at its deadline', async () => {
    const sample = called.filter((_, i) => i % 9 === 0);
    for (const operation of sample) await moto.fault({ operation, fault: 'hang' });
    const reports = await inParallel(sample, (operation) => runWith(operation, 1));
    expect(sample.flatMap((operation, i) => faultsOf(operation, 'hang', reports[i] as Report))).toEqual([]);
    const codes = reports.flatMap((report, i) =>
      [...resultsOf(report).values()]
        .filter(({ id }) => dependencies.get(id)?.has(sample[i] as AwsOperation))
        .map(({ reason }) => reason?.code),
    );
    expect(new Set(codes)).toContain('timeout');
  }, 120_000);
});
