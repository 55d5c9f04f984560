import type { Finding, Observation } from '../model/check.ts';
import type { GateTrial, TrialAttempt } from '../probes/gateway/gate-trial.ts';

type F = Finding<'canary'>;

const pathOf = ({ kind, tool, agent }: GateTrial) =>
  kind === 'tool' ? `tool ${tool} of agent ${agent}, tried` : `commands of agent ${agent}, tried`;

/** What was tried went through only after it was allowed: one finding an attempt. */
export function trialFindings(trials: readonly GateTrial[]): F[] {
  return trials.flatMap((trial) => {
    const findings = trial.attempts.map((attempt) => attemptFinding(trial, attempt));
    return trial.leftBehind ? [...findings, leftover(trial)] : findings;
  });
}

function attemptFinding(trial: GateTrial, attempt: TrialAttempt): F {
  const base = { fact: 'canary' as const, subject: pathOf(trial) };
  const { answer, request, doneWhilePending, done, refused } = attempt;
  if (!request) {
    const observed = done
      ? 'done, and nobody was asked'
      : refused
        ? 'refused without asking'
        : 'not done, not asked for';
    return { ...base, expected: 'not done unless somebody allows it', observed, ok: !done };
  }
  if (doneWhilePending) {
    return {
      ...base,
      expected: 'not done while the request is pending',
      observed: 'done before the answer',
      ok: false,
    };
  }
  const answered = { deny: 'denied', expire: 'left to expire', 'allow-once': 'allowed once' }[answer];
  const observed = `${answered}: ${done ? 'done' : 'not done'}`;
  return {
    ...base,
    expected: answer === 'allow-once' ? 'done after that' : 'not done',
    observed,
    ok: allowed(attempt) || !done,
  };
}

const allowed = ({ answer, request }: TrialAttempt) => answer === 'allow-once' && request !== undefined;

/**
 * The controls: what was allowed was done, through the same gate that held it back before. One for commands and one for
 * tools, as far as they were tried; none where one of them is missing, because one gate says nothing about another.
 */
export function trialControls(trials: readonly GateTrial[]): Observation<'canary'>[] {
  const tried = trials.filter(({ attempts }) => !attempts.every(({ refused }) => refused));
  const kinds = [...new Set(tried.map(({ kind }) => kind))];
  const controls = kinds.map((kind) => controlOf(tried.filter((trial) => trial.kind === kind)));
  return controls.every((control) => control !== undefined) ? controls : [];
}

function controlOf(trials: readonly GateTrial[]): Observation<'canary'> | undefined {
  const trial = trials.find(({ attempts }) => attempts.some((attempt) => allowed(attempt) && attempt.done));
  if (!trial) return undefined;
  const held = trial.attempts.find(allowed)?.request?.id ?? '';
  const expected = 'the same action, allowed, is done';
  return { fact: 'canary', subject: pathOf(trial), expected, observed: `done after request ${held} was allowed once` };
}

/** Whether something was allowed and still not done: then that nothing was done before shows nothing. */
export function controlFailed(trials: readonly GateTrial[]): boolean {
  return trials.some(({ attempts }) => attempts.some((attempt) => allowed(attempt) && !attempt.done));
}

/** Gates that did not hold or did not ask, for the check of the configuration: it is in force only if it acts. */
export function openGates(trials: readonly GateTrial[]): F[] {
  return trialFindings(trials).filter(({ ok }) => !ok);
}

/** Each decision of the trial, as the gateway recorded it. */
export function trialRecords(trials: readonly GateTrial[]): F[] {
  const wanted = {
    deny: ['denied', 'deny', 'runtime', 'user'],
    expire: ['expired', 'none', 'system', 'timeout'],
    'allow-once': ['allowed', 'allow-once', 'runtime', 'user'],
  } as const;
  return trials.flatMap((trial) =>
    trial.attempts.flatMap(({ request, answer, decision }): F[] => {
      if (!request) return [];
      const [status, word, resolver, reason] = wanted[answer];
      const at = decision?.resolvedAtMs;
      const observed = decision
        ? `${decision.status}, ${at === undefined ? 'no time' : new Date(at).toISOString()}, decided by ${decision.resolver}`
        : 'not in the history';
      const ok =
        decision !== undefined &&
        decision.status === status &&
        decision.decision === word &&
        decision.resolver === resolver &&
        decision.reason === reason &&
        at !== undefined;
      const expected = `${status}, with time and decider (${resolver})`;
      return [{ fact: 'canary', subject: `request ${request.id} of ${pathOf(trial)}`, expected, observed, ok }];
    }),
  );
}

/** Where an attempt waited for a person. */
export function trialRequests(trials: readonly GateTrial[]): F[] {
  return trials.flatMap((trial): F[] => {
    const [first] = trial.attempts;
    if (!first || (!first.request && !first.done)) return [];
    const observed = first.request ? `request ${first.request.id}` : 'none: it was done at once';
    return [{ fact: 'canary', subject: pathOf(trial), expected: 'raises a request', observed, ok: !!first.request }];
  });
}

function leftover(trial: GateTrial): F {
  const observed = 'an empty file named clawcheck-* stayed in /tmp of the gateway; remove it';
  return { fact: 'canary', subject: pathOf(trial), expected: 'nothing is left behind', observed, ok: true };
}
