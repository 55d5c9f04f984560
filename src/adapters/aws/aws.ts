import type { Environment } from '../../environment/schema.ts';
import { ProbeError } from '../../model/reason.ts';
import type { AwsOperation, AwsPort, CallLog, InputOf, OperationRule, OutputOf } from '../../ports/aws.ts';
import { ruleOf } from '../../ports/aws-operations.ts';
import { type CallEnd, Deadlines } from './deadlines.ts';
import { classify, codeOf } from './errors.ts';
import { type Answer, AwsSessions } from './sessions.ts';
import { wireGuard } from './wire.ts';

const mostPages = 500;
/** How long one call may take, with its retries, unless said otherwise. */
export const awsCallSeconds = 20;

/** How often more a call is made that was throttled until the attempts of the SDK ran out. */
const throttledRounds = 2;

export interface AwsOptions {
  /** How long a call may take, with its retries. */
  readonly callSeconds?: number;
  /** Whether nobody but AWS itself may be asked, whatever a configuration file says. Default: no. */
  readonly direct?: boolean;
  /** What is shared with other runs. Default: nothing. */
  readonly sessions?: AwsSessions;
  /** How many items to ask for in a page. Default: as many as the service gives. */
  readonly pageRows?: number;
  /** Where calls are counted, by operation. Default: apart from all others. */
  readonly counts?: Map<string, number>;
}

export interface AwsAdapter extends AwsPort, CallLog {
  /** The secrets among the credentials that the run was given or fetched: none of them may be written. */
  secrets(): readonly string[];
  /** Lets the next calls look anew: whoever waits for a change asks the same again. */
  forget(): void;
  close(): void;
}

/**
 * AWS through SDK v3. Owns what the SDK leaves open: a deadline a call (its own timeouts only warn), page loops that
 * end, answers that lack a documented member, and each distinct call made once.
 */
export function liveAws(environment: Environment, signal: AbortSignal, options: AwsOptions = {}): AwsAdapter {
  const { callSeconds = awsCallSeconds, direct = false, sessions = new AwsSessions(), pageRows } = options;
  const { counts = new Map<string, number>() } = options;
  const answers = new Map<string, Promise<Answer | undefined>>();
  const elsewhere = new Map<string, AwsAdapter>();
  const guard = wireGuard(direct);
  const deadlines = new Deadlines(signal);
  const session = sessions.sessionOf(environment);
  const self = {};
  session.join(self);

  const count = (operation: AwsOperation, calls: number) => {
    counts.set(operation, (counts.get(operation) ?? 0) + calls);
  };

  const attempt = async (operation: AwsOperation, input: object): Promise<Answer | undefined> => {
    const rule = ruleOf(operation);
    try {
      await session.budget.take(operation, signal);
      count(operation, 1);
      const call = (end: CallEnd) => session.call(operation, input, guard, end);
      return demandSender(operation, rule, await deadlines.within(callSeconds * 1000, call));
    } catch (thrown) {
      if (signal.aborted && signal.reason instanceof ProbeError) throw signal.reason;
      if (rule.absent?.includes(codeOf(thrown))) return undefined;
      throw classify(thrown, operation, rule.action === undefined ? operation : rule.action);
    }
  };

  const send = async (operation: AwsOperation, input: object): Promise<Answer | undefined> => {
    for (let round = 0; ; round += 1) {
      try {
        return await attempt(operation, input);
      } catch (thrown) {
        const throttled = thrown instanceof ProbeError && thrown.reason === 'throttled';
        // The budget is lower now: the next round waits for it.
        if (!throttled || round === throttledRounds) throw thrown;
      }
    }
  };

  /** An answer counts with its calls in every run that rests on it, whichever of them made the calls. */
  const shared = async (key: string, operation: AwsOperation, input: object): Promise<Answer | undefined> => {
    let own = false;
    const { answer, calls } = await session.share(self, key, async () => {
      own = true;
      let calls = 0;
      const counted: Send = (...call) => {
        calls += 1;
        return send(...call);
      };
      const answer = await allPages(operation, input, counted, pageRows);
      return { answer, calls };
    });
    if (!own) count(operation, calls);
    return answer;
  };

  const findOnce = (operation: AwsOperation, input: object): Promise<Answer | undefined> => {
    const key = `${operation} ${JSON.stringify(input)}`;
    let answer = answers.get(key);
    if (!answer) {
      answer = shared(key, operation, input);
      answers.set(key, answer);
    }
    return answer;
  };

  return {
    region: environment.aws.region,
    account: environment.aws.account,
    async find<O extends AwsOperation>(operation: O, input: InputOf<O>) {
      return (await findOnce(operation, input as object)) as OutputOf<O> | undefined;
    },
    async read<O extends AwsOperation>(operation: O, input: InputOf<O>) {
      const answer = await findOnce(operation, input as object);
      if (!answer) {
        throw new ProbeError('not_found', `${operation} names something that does not exist`, {
          next: 'Compare the environment file with the deployment.',
        });
      }
      return answer as OutputOf<O>;
    },
    inRegion(region) {
      const there = { ...environment, aws: { ...environment.aws, region } };
      const port = elsewhere.get(region) ?? liveAws(there, signal, { ...options, sessions, counts });
      elsewhere.set(region, port);
      return port;
    },
    counts: () => [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([operation, count]) => ({ operation, count })),
    secrets: () => sessions.secrets,
    forget() {
      answers.clear();
      session.forget(self);
      for (const port of elsewhere.values()) port.forget();
    },
    close() {
      session.leave(self);
      for (const port of elsewhere.values()) port.close();
    },
  };
}

type Send = (operation: AwsOperation, input: object) => Promise<object | undefined>;

/**
 * Every page joined. The same token twice, too many pages or an absent member is an error: never a shorter list. A last
 * page as long as was asked for may have lost its token: then the list is read again in shorter pages, which cannot end
 * at the same place without one.
 * @param mostRows how many items to ask for in a page, where less than the service gives
 */
export async function allPages(
  operation: AwsOperation,
  input: object,
  send: Send,
  mostRows = Number.POSITIVE_INFINITY,
): Promise<Answer | undefined> {
  const rule = ruleOf(operation);
  if (!rule.pageSize) return (await walk(operation, rule, input, send))?.whole;
  const [param, limit] = rule.pageSize;
  const asked = Math.min(limit, mostRows);
  const read = await walk(operation, rule, { ...input, [param]: asked }, send);
  if (!read || rowsOf(rule, read.last) !== asked || asked === 1) return read?.whole;
  const again = await walk(operation, rule, { ...input, [param]: asked - 1 }, send);
  if (!again || rowsOf(rule, again.whole) !== rowsOf(rule, read.whole)) {
    throw new ProbeError('truncated', `${operation} ended at a full page, and shorter pages end elsewhere`);
  }
  return read.whole;
}

interface Read {
  readonly whole: Answer;
  readonly last: Answer;
}

async function walk(
  operation: AwsOperation,
  rule: OperationRule,
  input: object,
  send: Send,
): Promise<Read | undefined> {
  const first = (await send(operation, input)) as Answer | undefined;
  if (!first) return undefined;
  demandMembers(operation, rule, first);
  if (!rule.token) return { whole: first, last: first };
  const [tokenIn, tokenOut] = rule.token;
  demandToken(operation, rule, first);
  const joined: Answer = { ...first };
  const seen = new Set<unknown>();
  const contents = new Set<string>();
  let page = first;
  for (let pages = 1; page[tokenOut]; pages += 1) {
    const token = page[tokenOut];
    if (seen.has(token) || pages >= mostPages) {
      throw new ProbeError('truncated', `${operation} did not come to an end of its pages`);
    }
    seen.add(token);
    contents.add(contentOf(rule, page));
    const next = (await send(operation, { ...input, [tokenIn]: token })) as Answer | undefined;
    if (!next) throw new ProbeError('truncated', `${operation} lost what it listed between two pages`);
    demandMembers(operation, rule, next);
    demandToken(operation, rule, next);
    if (rowsOf(rule, next) > 0 && contents.has(contentOf(rule, next))) {
      throw new ProbeError('truncated', `${operation} answered one page in the place of another`);
    }
    for (const member of rule.joined ?? rule.members) {
      const [sofar, more] = [joined[member], next[member]];
      if (Array.isArray(more)) joined[member] = Array.isArray(sofar) ? [...sofar, ...more] : more;
      else if (isMap(more)) joined[member] = { ...(isMap(sofar) ? sofar : {}), ...more };
    }
    page = next;
  }
  delete joined[tokenOut];
  if (joined['IsTruncated'] === true) joined['IsTruncated'] = false;
  return { whole: joined, last: page };
}

/** What a page lists, as text. */
function contentOf(rule: OperationRule, page: Answer): string {
  return JSON.stringify((rule.joined ?? rule.members).map((member) => page[member]));
}

/** How many items an answer lists. */
function rowsOf({ joined, members }: OperationRule, answer: Answer): number {
  const lists = (joined ?? members).map((member) => answer[member]);
  return Math.max(0, ...lists.map((list) => (Array.isArray(list) ? list.length : 0)));
}

/**
 * Where AWS's own answer may be an empty object, as for a function that nothing is reserved for, only the request id
 * that AWS puts beside it tells it from that of a proxy.
 */
function demandSender(operation: string, { members }: OperationRule, answer: Answer): Answer {
  const { requestId } = answer['$metadata'] as { readonly requestId?: string };
  if (members.length > 0 || requestId) return answer;
  throw new ProbeError('bad_response', `${operation} was answered without the request id of AWS`, {
    next: 'Check whether a proxy or portal answers in the place of AWS.',
  });
}

function demandMembers(operation: string, rule: OperationRule, answer: Answer): void {
  const absent = rule.members.filter((member) => answer[member] === undefined || answer[member] === null);
  if (absent.length > 0) {
    throw new ProbeError('bad_response', `${operation} was answered without ${absent.join(', ')}`, {
      next: 'Check whether a proxy or portal answers in the place of AWS.',
    });
  }
}

/** Some services say beside the token whether there is more; without one, the rest of the list is lost. */
function demandToken(operation: string, { token }: OperationRule, answer: Answer): void {
  if (answer['IsTruncated'] === true && token && !answer[token[1]]) {
    throw new ProbeError('truncated', `${operation} says that there is more, and not where`);
  }
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
