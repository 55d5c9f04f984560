/** The gateway on one host, over a connection forwarded to its loopback port. One connection for each protocol. */
export interface GatewayPort {
  /**
   * GET without credentials. The body is parsed only when the content type is JSON. Throws `ProbeError`: `not_found`
   * when nothing listens on the port, `timeout`, `truncated`, `bad_response`, `unreachable`.
   */
  get(path: string): Promise<GatewayResponse>;
  /**
   * One WebSocket RPC. Resolves with the payload of an `ok` answer. Throws `ProbeError`: `credentials` without a token,
   * `auth_failed`, `access_denied` (scope), `not_found` (this version does not know the method, or the thing named is not
   * there), `conflict` (an approval that was already decided), `bad_response`, `truncated`, `timeout`, `unreachable`.
   */
  rpc(method: string, params: Readonly<Record<string, unknown>>, options?: RpcOptions): Promise<unknown>;
}

export interface RpcOptions {
  readonly scopes?: readonly GatewayScope[];
  /** What the connection says it can do, such as `approvals`: decide on requests. Default: nothing. */
  readonly caps?: readonly string[];
  readonly timeoutMs?: number;
}

export type GatewayScope =
  | 'operator.read'
  | 'operator.write'
  | 'operator.approvals'
  | 'operator.pairing'
  | 'operator.admin';

export interface GatewayResponse {
  readonly status: number;
  readonly contentType: string;
  /** The parsed body, or undefined when it is not JSON. */
  readonly json: unknown;
  /** Milliseconds until the whole body was there. */
  readonly elapsedMs: number;
}
