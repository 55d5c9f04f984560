import type { Readable } from 'node:stream';
import { ProbeError } from '../../model/reason.ts';

/** What answers may come to, in bytes. */
export interface Limits {
  /**
   * One answer. A page of CloudWatch Logs has at most 1 MB (FilterLogEvents), one of any other service that is asked is
   * cut off by a number of items: the largest is 100 users, roles and policies of IAM with all their documents, a few
   * MB by the quotas of IAM.
   */
  readonly answer: number;
  /** All answers that are on their way: what the process holds of them. As many as are asked for at once have 1 MB each. */
  readonly atOnce: number;
  /** All answers of a run: some hundred MB of memory when they are read. An account with 5000 roles stays below. */
  readonly run: number;
}

const megabyte = 1024 * 1024;
const most: Limits = { answer: 16 * megabyte, atOnce: 24 * megabyte, run: 128 * megabyte };
/** How far the clocks may be apart before nothing that depends on a time is believed. */
const largestSkewMs = 60_000;

/** What the domains of AWS end in, over all partitions and with dual-stack endpoints. */
const awsDomains = [
  'amazonaws.com',
  'api.aws',
  'amazonaws.com.cn',
  'api.amazonwebservices.com.cn',
  'amazonaws.eu',
  'api.amazonwebservices.eu',
];

interface Request {
  readonly protocol?: string;
  readonly hostname?: string;
}

interface Response {
  readonly statusCode?: number;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  body?: unknown;
}

/**
 * What AWS never says to what is asked here, and the SDK takes for success: a proxy has changed the answer, or it is a
 * part of one (RFC 9110, 15.3.4 and 15.3.7).
 */
const notWhole = [203, 206];

type Next = (args: { request: unknown }) => Promise<{ response: unknown }>;

/** A middleware of the SDK, in the form that every client takes. */
export type WireGuard = (next: Next) => Next;

/** What a body ends with. The SDK appends a hint to the message of what has no `$metadata`. */
class AnswerTooLarge extends Error {
  override readonly name = 'AnswerTooLarge';
  readonly $metadata = {};
}

/**
 * Sits between the SDK and the connection, one for all clients of a run. Refuses to ask anyone but AWS in a run that
 * is not a simulation, notes a clock that differs from that of AWS, takes no part for the whole, and cuts off answers
 * without end.
 * @param direct whether only AWS itself may be asked
 */
export function wireGuard(direct: boolean, limits: Limits = most): WireGuard {
  let received = 0;
  const flowing = new Map<Readable, number>();
  const cut = (body: Readable) => {
    flowing.delete(body);
    body.destroy(new AnswerTooLarge());
  };
  const read = (body: Readable): Promise<Uint8Array> =>
    new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      flowing.set(body, 0);
      body.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        const size = (flowing.get(body) ?? 0) + chunk.length;
        flowing.set(body, size);
        received += chunk.length;
        if (size > limits.answer || received > limits.run) cut(body);
        const held = [...flowing.values()].reduce((sum, one) => sum + one, 0);
        // The largest goes: what floods the others takes none of them along.
        if (held > limits.atOnce) cut(largestOf(flowing));
      });
      body.on('end', () => resolve(Buffer.concat(chunks)));
      body.on('error', reject);
      body.on('close', () => {
        flowing.delete(body);
        reject(new Error('the connection was closed before the answer came to its end'));
      });
    });
  return (next) => async (args) => {
    if (direct && !leadsToAws(args.request as Request)) {
      throw new ProbeError('wrong_subject', 'an AWS configuration file leads to another endpoint than that of AWS', {
        next: 'Remove endpoint_url from the profile, or set aws.endpoint: the run is then a simulation.',
      });
    }
    const sent = Date.now();
    const result = await next(args);
    const response = result.response as Response;
    if (notWhole.includes(response.statusCode ?? 0)) {
      throw new ProbeError(
        'bad_response',
        `what answers for AWS says that its answer is not whole (HTTP ${response.statusCode})`,
        {
          next: 'Look for a proxy between this machine and AWS.',
        },
      );
    }
    const skewMs = skewOf(response.headers?.['date'], sent, Date.now());
    if (Math.abs(skewMs) > largestSkewMs) {
      throw new ProbeError(
        'clock_skew',
        `the clock of this machine is ${Math.round(Math.abs(skewMs) / 1000)} s ${skewMs > 0 ? 'behind' : 'ahead of'} that of AWS`,
        { next: 'Set the clock of this machine (NTP), then run again.' },
      );
    }
    if (isReadable(response.body)) response.body = await read(response.body);
    return result;
  };
}

/** How far AWS's clock is ahead of ours, at least, in milliseconds. Its `Date` has whole seconds; without one, 0. */
export function skewOf(date: string | undefined, sent: number, received: number): number {
  const theirs = Date.parse(date ?? '');
  if (Number.isNaN(theirs)) return 0;
  if (theirs > received) return theirs - received;
  if (theirs + 1000 < sent) return theirs + 1000 - sent;
  return 0;
}

function largestOf<T>(sizes: ReadonlyMap<T, number>): T {
  return [...sizes].reduce((one, other) => (other[1] > one[1] ? other : one))[0];
}

function leadsToAws({ protocol, hostname = '' }: Request): boolean {
  return protocol === 'https:' && awsDomains.some((domain) => hostname.toLowerCase().endsWith(`.${domain}`));
}

function isReadable(body: unknown): body is Readable {
  return typeof body === 'object' && body !== null && 'pipe' in body;
}
