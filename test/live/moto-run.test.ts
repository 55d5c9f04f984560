import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { registry } from '../../checks/index.ts';
import { decidedByAws, testingAwsPage } from '../../scripts/testing-aws-page.ts';
import { gapsIn, type Report } from '../../src/model/report.ts';
import { operations } from '../../src/ports/aws-operations.ts';
import { reportSchema } from '../../src/report/schema.ts';
import { probesOf } from '../../src/runner/gather.ts';
import { allChecks } from '../../src/runner/plan.ts';
import { clawcheck } from '../support/cli.ts';
import { liveDescribe } from './live.ts';
import { type LabEnvironment, labEnvironment, writeEnvironment } from './moto/environment.ts';
import { besideDeployment, type Flaw, type Moto, type MotoState, motoAvailable, startMoto } from './moto/moto.ts';
import { judgedIds, labCredentials, liveRun, statusesOf } from './moto/runs.ts';
import { sampled } from './sample.ts';

/** For two instances, two roles, five secrets and two backup plans, with another environment in the same account. */
const mostCalls = 60;

liveDescribe('clawcheck on the moto lab', motoAvailable(), () => {
  let moto: Moto;
  let state: MotoState;
  let lab: LabEnvironment;
  let goodReport: Report;

  beforeAll(async () => {
    Object.assign(process.env, labCredentials);
    moto = await startMoto();
    state = await moto.state();
    lab = labEnvironment(moto, state);
    goodReport = await liveRun(lab);
  });
  afterEach(() => moto.reset());
  afterAll(() => moto.stop());

  describe('as a command', () => {
    let folder: string;

    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'clawcheck-moto-'));
    });
    beforeEach(() => void writeEnvironment(folder, moto, state));
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    const run = async () => {
      const args = ['run', '--env', 'prod', '--config', 'clawcheck.yaml', '--format', 'json'];
      const { code, stdout, stderr } = await clawcheck(args, { cwd: folder, env: labCredentials });
      expect(stdout, stderr).not.toBe('');
      return { code, report: reportSchema.parse(JSON.parse(stdout)) };
    };

    it('reports every check once, judges what AWS shows and leaves the rest unknown', async () => {
      await moto.calls({ clear: true });
      const { code, report } = await run();
      const checks = report.areas.flatMap((area) => area.checks);
      expect(checks.map(({ id }) => id)).toEqual(allChecks(registry).map(({ id }) => id));
      expect(report.mode).toBe('simulated');
      expect(report.subject).toMatchObject({
        account: state.account,
        autoScalingGroup: state.ids.groupArn,
        mismatches: [],
      });
      expect(checks.filter(({ status }) => status === 'fail').map(({ id }) => id)).toEqual([]);
      const seen = checks.filter(({ id }) => judgedIds.includes(id));
      expect(seen.filter(({ status }) => status !== 'pass' && status !== 'attested')).toEqual([]);
      for (const { id, check } of allChecks(registry)) {
        const far = [...probesOf([check.needs])].some(({ kind }) => ['host', 'gateway', 'git'].includes(kind));
        if (far && !decidedByAws(check))
          expect(['unknown', 'attested'], id).toContain(checks.find((one) => one.id === id)?.status);
      }
      const unknown = checks.some(({ status }) => status === 'unknown');
      expect(unknown).toBe(true);
      expect(report.verdict).toBe('INCOMPLETE');
      expect(code).toBe(21);
      expect(report.calls.reduce((sum, { count }) => sum + count, 0)).toBe((await moto.calls()).length);
    });

    it('says NOT_READY with exit code 20 for a planted flaw', async () => {
      await moto.plant('sg-ssh-open');
      const { code, report } = await run();
      expect(code).toBe(20);
      expect(report.verdict).toBe('NOT_READY');
    });

    it('judges nothing, with exit code 22, when the account is not the one that was asked about', async () => {
      writeEnvironment(folder, moto, { ...state, account: '210987654321' });
      const { code, report } = await run();
      expect(code).toBe(22);
      expect(report.verdict).toBe('UNTRUSTED');
      expect([report.counts.pass, report.counts.fail, report.counts.attested]).toEqual([0, 0, 0]);
    });
  });

  it('finds every check of the good deployment passed', () => {
    const wrong = goodReport.areas.flatMap(({ checks }) =>
      checks.filter(({ status }) => status !== 'pass' && status !== 'attested'),
    );
    expect(wrong.map(({ id, status, reason, evidence }) => ({ id, status, reason, evidence }))).toEqual([]);
    // READY it cannot be: no instance is reached here.
    expect(gapsIn(goodReport.subject)).toContain('a host key was not verified');
  });

  it('notices each flaw by exactly the checks that should', async () => {
    const good = statusesOf(goodReport);
    const wrong: string[] = [];
    for (const flaw of sampled(await moto.flaws(), ({ expects }) => expects)) {
      await moto.plant(flaw.id);
      const report = await liveRun(lab);
      const changed = Object.entries(statusesOf(report)).filter(([id, status]) => status !== good[id]);
      const seen = Object.fromEntries(changed);
      const wanted = expectedOf(flaw);
      for (const id of new Set([...Object.keys(seen), ...Object.keys(wanted)])) {
        if (seen[id] !== wanted[id])
          wrong.push(`${flaw.id}: ${id} is ${seen[id] ?? 'as before'}, not ${wanted[id] ?? 'as before'}`);
      }
      if (Object.keys(wanted).length > 0 && report.verdict === 'READY') wrong.push(`${flaw.id}: READY`);
      await moto.reset();
    }
    expect(wrong).toEqual([]);
    // As long as it takes: a flaw is seconds on an idle machine, and all of them are more than a hundred.
  }, 3_600_000);

  it('says the same with others like it in the account and the VPC', async () => {
    for (const id of besideDeployment) await moto.plant(id);
    expect(statusesOf(await liveRun(lab))).toEqual(statusesOf(goodReport));
  });

  it('is described by docs/testing-aws.md', async () => {
    const page = testingAwsPage(await moto.flaws());
    expect(readFileSync('docs/testing-aws.md', 'utf8'), 'node scripts/run-ts.mjs scripts/testing-aws.ts').toBe(page);
  });

  it('only reads, asks nothing twice, and asks little', async () => {
    await moto.calls({ clear: true });
    await liveRun(lab);
    const calls = await moto.calls();
    const names = calls.map(({ service, action }) => `${service}:${action}`);
    expect(names.filter((name) => !Object.hasOwn(operations, name))).toEqual([]);
    const keys = calls.map(({ service, action, parameters }) => JSON.stringify([service, action, parameters]));
    expect(keys.filter((key, i) => keys.indexOf(key) !== i)).toEqual([]);
    expect(calls.length).toBeLessThanOrEqual(mostCalls);
    expect(calls.length).toBeGreaterThan(20);
  });

  it('asks no more about a fleet than about two instances', async () => {
    const fleet = await startMoto({ instances: 6 });
    try {
      const report = await liveRun(labEnvironment(fleet, await fleet.state()));
      expect(statusesOf(report)).toEqual(statusesOf(goodReport));
      expect(report.calls).toEqual(goodReport.calls);
    } finally {
      await fleet.stop();
    }
  }, 120_000);

  it('says the same when every list comes in pages of one', async () => {
    const start = new Date();
    const whole = await liveRun(lab, () => start);
    await moto.pageSize(1);
    await moto.calls({ clear: true });
    const paged = await liveRun(lab, () => start);
    expect(withoutCalls(paged)).toEqual(withoutCalls(whole));
    expect((await moto.calls()).length).toBeGreaterThan(mostCalls);
  });
});

/** The statuses that a flaw gives to the checks that are judged here. */
function expectedOf({ expects, unknown }: Flaw): Record<string, string> {
  const judged = expects.filter((id) => judgedIds.includes(id));
  return Object.fromEntries(judged.map((id) => [id, unknown.includes(id) ? 'unknown' : 'fail']));
}

/** What a report says, without how many calls it took. */
function withoutCalls({ calls: _, ...report }: Report): unknown {
  return report;
}
