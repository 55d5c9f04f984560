import { afterAll, beforeAll, expect, it } from 'vitest';
import { outcomes } from '../drills/support.ts';
import { configFile, gatewayConfig, gatewayHost, gatewayUnit, startHostModel } from './drills/gateway.ts';
import { type LiveStage, must, startLiveStage } from './drills/stage.ts';
import { gatewayRequirement } from './lab/gateway-process.ts';
import { labAvailable } from './lab/lab.ts';
import { liveDescribe } from './live.ts';
import { type Behaviour, motoAvailable } from './moto/moto.ts';

const missing = [labAvailable(), motoAvailable(), gatewayRequirement()].find(({ ok }) => !ok);

/** AWS does nothing by itself: the gateway takes longer to start than a lab's instance to be replaced. */
const quiet: Behaviour = { alarmAfter: null, replaceAfter: null };

const documents = (run: string): Behaviour => ({
  ...quiet,
  documents: {
    'openclaw-kill-switch': { run, healing: 'suspend' },
    'openclaw-resume': { run: 'systemctl start openclaw-gateway', healing: 'resume' },
  },
});

interface Case {
  readonly drill: string;
  readonly name: string;
  readonly behaviour?: Behaviour;
  readonly gated?: boolean;
  readonly seen: Readonly<Record<string, string>>;
  readonly reason?: RegExp;
  /** What a run says afterwards about the check that the drill is for. */
  readonly judged?: RegExp;
}

const cases: readonly Case[] = [
  {
    drill: 'approval-gates',
    name: 'a command waits for a person',
    seen: { surfaced: 'pass', record: 'pass', blocked: 'pass', control: 'pass' },
  },
  {
    drill: 'test-interaction',
    name: 'the sessions are logged',
    behaviour: { ...quiet, ships: true },
    seen: { answered: 'pass', logged: 'pass' },
  },
  {
    drill: 'test-interaction',
    name: 'the sessions are not logged',
    seen: { answered: 'pass', logged: 'fail' },
    reason: /not so: the marker is found in every session log/,
  },
  {
    drill: 'kill-switch',
    name: 'the switch kills it',
    behaviour: documents('systemctl kill openclaw-gateway'),
    seen: { working: 'pass', stopped: 'pass', 'stays-down': 'pass' },
    judged: /^pass: .*nothing listens and no process is left/,
  },
  {
    drill: 'kill-switch',
    name: 'the switch only drains it',
    behaviour: documents('setsid -f systemctl stop openclaw-gateway >/dev/null 2>&1 </dev/null'),
    seen: { working: 'pass', stopped: 'fail' },
    // Either it is not gone as long as is waited for it, or it is gone too late.
    reason: /not so: the agent is stopped at once, with its work: (not within|.*\(after \d+ s, limit 5 s\))/,
    judged: /^fail: /,
  },
  {
    drill: 'kill-switch',
    name: 'a supervisor starts it again',
    behaviour: documents(
      'systemctl kill openclaw-gateway; setsid -f sh -c "sleep 5; systemctl start openclaw-gateway" >/dev/null 2>&1 </dev/null',
    ),
    seen: { working: 'pass', stopped: 'pass', 'stays-down': 'fail' },
    reason: /it was started again/,
  },
  {
    drill: 'approval-gates',
    name: 'the gate is not live',
    gated: false,
    seen: { blocked: 'fail' },
    reason: /not so: nothing is done unless a person allows it/,
  },
];

const environment = {
  'gateway.startSeconds': 240,
  'drills.killWithinSeconds': 5,
  'drills.holdSeconds': 15,
  'drills.resume': 'openclaw-resume',
  'monitoring.logArrivalSeconds': 20,
  'approvalGates.gates': [
    {
      action: 'Run a command on the instance',
      tool: 'exec',
      threshold: 'every command',
      approvers: ['ops-lead'],
      timeoutSeconds: 600,
      onTimeout: 'deny',
    },
  ],
};

/** They take many minutes: only with `npm run drills:live`. */
liveDescribe('drills on a real gateway', missing ?? { ok: true }, () => {
  let stage: LiveStage;
  beforeAll(async () => {
    stage = await startLiveStage(gatewayHost(), gatewayUnit, 1);
    for (const machine of stage.machines) await must(machine, startHostModel);
  }, 180_000);
  afterAll(() => stage?.stop());

  it.each(cases)('$drill, where $name', { timeout: 900_000 }, async (one) => {
    const { drill, behaviour = quiet, gated = true, seen, reason, judged } = one;
    const [machine] = stage.machines;
    if (!machine) throw new Error('there is no machine');
    if ((await must(machine, ['cat', configFile])) !== gatewayConfig(gated)) {
      await must(machine, ['systemctl', 'kill', 'openclaw-gateway']);
      await must(machine, ['sh', '-c', 'printf %s "$1" >"$2"', 'sh', gatewayConfig(gated), configFile]);
    }
    await stage.reset(behaviour, environment);
    const before = (await stage.moto.look()) as object;
    const { code, record, stderr } = await stage.drill(drill);
    const outcome = Object.values(seen).includes('fail') ? 'fail' : 'pass';
    expect([record?.outcome, outcomes(record)], stderr).toMatchObject([outcome, seen]);
    expect(code).toBe(outcome === 'pass' ? 0 : 20);
    if (reason) expect(record.reasons.join('\n')).toMatch(reason);
    else expect(record.reasons).toEqual([]);
    expect(record.steps.map(({ undo }) => undo)).not.toContain('failed');
    expect(await stage.moto.look()).toEqual(before);
    if (judged) expect(await stage.judged(`monitoring/${drill}`)).toMatch(judged);
  });
});
