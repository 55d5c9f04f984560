import type { Check, Judgement } from '../model/check.ts';
import type { Probe, ProbeContext } from '../model/probe.ts';
import { ProbeError, type Reason, reasons } from '../model/reason.ts';
import { inert } from '../model/text.ts';
import type { AwsPort } from '../ports/aws.ts';
import type { GatewayPort } from '../ports/gateway.ts';
import type { GitPort } from '../ports/git.ts';

type AnyProbe = Probe<unknown>;
type Facts = Readonly<Record<string, unknown>>;

/**
 * A probe of an extension with what keeps it from reaching further than it declared: it gets copies of facts, so that
 * what the checks of clawcheck judge stays as it was seen, and each call is held against its list.
 */
export function confinedProbe(probe: AnyProbe, needs: Readonly<Record<string, AnyProbe>>): AnyProbe {
  const { id, kind } = probe;
  const copy = (context: ProbeContext): ProbeContext => ({
    ...context,
    environment: structuredClone(context.environment),
    others: structuredClone(context.others),
    now: new Date(context.now),
  });
  const gathered = async <P>(port: P, facts: unknown, context: ProbeContext): Promise<unknown> => {
    const gather = (probe as { gather(port: P, facts: unknown, context: ProbeContext): unknown }).gather;
    try {
      return await gather.call(probe, port, structuredClone(facts), copy(context));
    } catch (thrown) {
      throw asOwn(thrown, id);
    }
  };
  const calls = probe.calls ?? [];
  switch (kind) {
    case 'aws':
      return { id, kind, needs, calls, gather: (aws, f, c) => gathered(confinedAws(aws, calls, id), f, c) };
    case 'git':
      return { id, kind, needs, calls, gather: (git, f, c) => gathered(confinedGit(git, calls, id), f, c) };
    case 'gateway':
      return { id, kind, needs, calls, gather: (port, f, c) => gathered(confinedGateway(port, calls, id), f, c) };
    case 'composio':
    case 'vantage':
    case 'files':
      return { id, kind, needs, calls: [], gather: gathered };
    case 'host':
      return {
        id,
        kind,
        needs: {},
        calls: [],
        as: probe.as,
        seconds: (environment) => secondsOf(probe.seconds(environment), id),
        script: (environment) => scriptOf(probe.script(structuredClone(environment)), id),
        parse(records, context) {
          try {
            return probe.parse(structuredClone(records), copy(context));
          } catch (thrown) {
            throw asOwn(thrown, id);
          }
        },
      };
  }
}

function secondsOf(seconds: number, id: string): number {
  if (!(seconds >= 1 && seconds <= 60)) throw new Error(`${id}: a script may take 1 to 60 seconds`);
  return seconds;
}

function scriptOf(script: unknown, id: string): string {
  if (typeof script !== 'string' || script.length > 16_384 || script.includes('\0'))
    throw new Error(`${id}: the script is not a text of at most 16384 characters`);
  return script;
}

/** Refuses what was not declared. Thrown as a defect, not as an answer: nothing of it may be judged. */
function refuse(id: string, call: string): never {
  throw new ProbeError('internal', `${id} called ${inert(call, 120)}, which it does not declare`, {
    next: 'Declare the call in the probe of the extension, or leave it out.',
  });
}

function confinedAws(aws: AwsPort, calls: readonly string[], id: string): AwsPort {
  const known = (operation: string) => calls.includes(operation) || refuse(id, operation);
  return {
    region: aws.region,
    account: aws.account,
    read: async (operation, input) => {
      known(operation);
      return structuredClone(await aws.read(operation, input));
    },
    find: async (operation, input) => {
      known(operation);
      return structuredClone(await aws.find(operation, input));
    },
    inRegion: (region) => confinedAws(aws.inRegion(region), calls, id),
  };
}

function confinedGit(git: GitPort, calls: readonly string[], id: string): GitPort {
  return {
    get: async (path) => {
      if (/(^|\/)\.\.?(\/|$)/.test(path) || !calls.some((prefix) => path.startsWith(prefix))) refuse(id, `GET ${path}`);
      return structuredClone(await git.get(path));
    },
  };
}

function confinedGateway(gateway: GatewayPort, calls: readonly string[], id: string): GatewayPort {
  return {
    get: async (path) => {
      if (!calls.includes(`GET ${path}`)) refuse(id, `GET ${path}`);
      return structuredClone(await gateway.get(path));
    },
    rpc: async (method, params, options) => {
      if (!calls.includes(`rpc ${method}`)) refuse(id, `rpc ${method}`);
      if (options?.scopes?.some((scope) => scope !== 'operator.read')) refuse(id, `rpc ${method} to write`);
      return structuredClone(await gateway.rpc(method, params, options));
    },
  };
}

/** What an extension threw: a `ProbeError` of the known form is taken as it is, inert; all else is its defect. */
function asOwn(thrown: unknown, id: string): ProbeError {
  if (thrown instanceof ProbeError && Object.hasOwn(reasons, thrown.reason)) {
    const { reason, message, next, action } = thrown;
    return new ProbeError(reason, inert(String(message)), {
      ...(next !== undefined && { next: inert(String(next)) }),
      ...(action !== undefined && { action: inert(String(action)) }),
    });
  }
  return defect(id, thrown);
}

function defect(id: string, thrown: unknown): ProbeError {
  if (process.env['CLAWCHECK_DEBUG'] === '1') console.error(`${id}:`, thrown);
  const kind = thrown instanceof Error ? thrown.name.replaceAll(/[^A-Za-z]/g, '') : typeof thrown;
  return new ProbeError('internal', `${id} of the extension failed with an unexpected ${kind}`, {
    next: 'Run again with CLAWCHECK_DEBUG=1 and mend the extension.',
  });
}

// biome-ignore lint/suspicious/noExplicitAny: a check of any facts
type AnyCheck = Check<any>;

/** A check of an extension that judges copies, and whose judgement is one, whatever it gives back or throws. */
export function confinedCheck(check: AnyCheck, id: string, needs: Readonly<Record<string, AnyProbe>>): AnyCheck {
  const { title, failureTitle, why, trap, remediation, attestable = false } = check;
  return {
    title,
    failureTitle,
    why,
    ...(trap !== undefined && { trap }),
    remediation,
    attestable,
    needs,
    judge(facts: Facts, context) {
      let judgement: unknown;
      try {
        judgement = check.judge(structuredClone(facts), structuredClone(context));
      } catch (thrown) {
        throw defect(id, thrown);
      }
      const wrong = faultIn(judgement, Object.keys(needs));
      if (wrong) throw new ProbeError('internal', `the judgement of ${id} ${wrong}`, { next: 'Mend the extension.' });
      return structuredClone(judgement) as Judgement<string>;
    },
  };
}

/** Why a value is no judgement, or undefined. JavaScript has no types to hold it to this. */
function faultIn(value: unknown, needs: readonly string[]): string | undefined {
  const { outcome, evidence, controls, reason, message } = (value ?? {}) as Record<string, unknown>;
  if (value instanceof Promise) return 'is a promise: it must be made at once, from facts alone';
  if (outcome !== 'pass' && outcome !== 'fail' && outcome !== 'undetermined')
    return 'is none of pass, fail, undetermined';
  const seen = [evidence, ...(outcome === 'pass' ? [controls] : [])];
  for (const list of seen) {
    if (!Array.isArray(list)) return 'has no list of evidence';
    for (const one of list as Record<string, unknown>[]) {
      const texts = [one?.['subject'], one?.['expected'], one?.['observed']];
      if (!texts.every((text) => typeof text === 'string')) return 'has evidence without subject, expected or observed';
      if (!needs.includes(one['fact'] as string)) return 'cites a fact that it does not need';
    }
  }
  if (outcome === 'fail' && (evidence as unknown[]).length === 0) return 'fails without evidence';
  if (outcome !== 'undetermined') return undefined;
  return Object.hasOwn(reasons, reason as Reason) && typeof message === 'string' ? undefined : 'has no known reason';
}
