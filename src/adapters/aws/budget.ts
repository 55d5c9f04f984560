import { setTimeout as wait } from 'node:timers/promises';

/** How many calls of one operation may come at once, and how many a second after that. */
interface Limit {
  readonly burst: number;
  readonly perSecond: number;
}

/**
 * Below what AWS documents: EC2 fills the bucket of a reading action with 20 calls a second (Amazon EC2 Developer
 * Guide, "Request throttling"), FilterLogEvents takes 5 (CloudWatch Logs quotas), and what is asked once for each secret
 * takes 50 (Secrets Manager quotas). Where AWS names no number, the usual one has to do, and throttling lowers it.
 */
const usual: Limit = { burst: 50, perSecond: 10 };
const special: Readonly<Record<string, Limit>> = {
  'logs:FilterLogEvents': { burst: 5, perSecond: 4 },
  'secretsmanager:GetResourcePolicy': { burst: 40, perSecond: 25 },
};

/** Calls a second that are left to an operation however often it is throttled. */
const slowest = 0.5;

interface Bucket {
  readonly limit: Limit;
  perSecond: number;
  /** Below zero: calls that wait. */
  tokens: number;
  filledAt: number;
}

/**
 * What the calls to one account and region may take, shared by all runs that go on at once: a token bucket for each
 * operation, as AWS itself has them. A throttled call halves the operation's rate and empties its bucket, each
 * answered one gives a twentieth back, up to where it began.
 */
export class CallBudget {
  readonly #buckets = new Map<string, Bucket>();
  readonly #now: () => number;
  #calls = 0;
  #throttled = 0;

  /** @param now milliseconds of a clock that never goes back */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** How many calls were made so far. */
  get calls(): number {
    return this.#calls;
  }

  /** How many calls were throttled so far. */
  get throttledCalls(): number {
    return this.#throttled;
  }

  /** Waits until the operation may be called. @throws the reason of the signal */
  async take(operation: string, signal: AbortSignal): Promise<void> {
    const ms = this.reserve(operation);
    if (ms > 0) await wait(ms, undefined, { signal }).catch(() => signal.throwIfAborted());
    this.#calls += 1;
  }

  /** Takes a call of the operation. @returns milliseconds after which it may be made */
  reserve(operation: string): number {
    const bucket = this.#bucketOf(operation);
    bucket.tokens -= 1;
    return bucket.tokens >= 0 ? 0 : (-bucket.tokens / bucket.perSecond) * 1000;
  }

  answered(operation: string): void {
    const bucket = this.#bucketOf(operation);
    const { perSecond } = bucket.limit;
    bucket.perSecond = Math.min(perSecond, bucket.perSecond + perSecond / 20);
  }

  throttled(operation: string): void {
    const bucket = this.#bucketOf(operation);
    this.#throttled += 1;
    bucket.perSecond = Math.max(slowest, bucket.perSecond / 2);
    bucket.tokens = Math.min(bucket.tokens, 0);
  }

  #bucketOf(operation: string): Bucket {
    const now = this.#now();
    let bucket = this.#buckets.get(operation);
    if (!bucket) {
      const limit = special[operation] ?? usual;
      bucket = { limit, perSecond: limit.perSecond, tokens: limit.burst, filledAt: now };
      this.#buckets.set(operation, bucket);
    }
    const earned = ((now - bucket.filledAt) / 1000) * bucket.perSecond;
    bucket.tokens = Math.min(bucket.limit.burst, bucket.tokens + earned);
    bucket.filledAt = now;
    return bucket;
  }
}
