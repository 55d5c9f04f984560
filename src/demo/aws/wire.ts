import type { IncomingHttpHeaders } from 'node:http';
import type { AnyServiceName } from '../../ports/aws.ts';
import type { OperationShape } from './shapes.ts';
import type { Plain } from './values.ts';

/** A request as it came, with its whole body. */
export interface WireRequest {
  readonly method: string;
  /** Path and query, still encoded. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The service that the request was signed for. */
  readonly service: AnyServiceName | undefined;
}

/** A request that was understood. */
export interface WireCall {
  readonly operation: OperationShape;
  readonly input: Record<string, Plain>;
}

/** A service's refusal, as it goes on the wire. */
export interface WireFailure {
  readonly code: string;
  readonly message: string;
  readonly status: number;
}

export interface WireReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** One of the protocols that AWS services speak. */
export interface Protocol {
  /** Throws `WireError` for an operation that is not allowed or an input that does not fit its schema. */
  read(request: WireRequest): Promise<WireCall>;
  /** `output` fits the operation's output schema. */
  write(operation: OperationShape, output: Record<string, Plain>, requestId: string): WireReply;
  fail(failure: WireFailure, requestId: string): WireReply;
}

/** The code for everything that the answering function has no recorded answer for. */
export const notRecorded = 'NotRecorded';

/** What is answered instead of an output: a service's error code and the HTTP status. */
export class WireError extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.name = 'WireError';
    this.code = code;
    this.status = status;
  }
}
