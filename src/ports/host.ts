import type { Duplex } from 'node:stream';
import type { ProbeError } from '../model/reason.ts';

/** Who runs a part of the script: the user of the SSH login, the agent's user (`sudo -n -u`), or root (`sudo -n`). */
export type HostRunAs = 'login' | 'agent' | 'root';

/** One part of the script, as a probe declares it. */
export interface HostProgram {
  /** Probe id; letters, digits, `/` and `-`. */
  readonly id: string;
  readonly as: HostRunAs;
  readonly script: string;
  readonly seconds: number;
}

/**
 * What one part answered: in order, `say KEY VALUE` as [KEY, VALUE]. Keys match /^[a-z][a-z0-9_.-]*$/. Values are
 * printable ASCII of at most 4,000 characters, or the part is an error: nothing else of the host's text gets through.
 */
export type HostRecords = readonly (readonly [key: string, value: string])[];

export interface HostPort {
  /** `user@address:port`, for messages. */
  readonly label: string;
  /** `SHA256:…` of the host key that was verified before authentication. */
  readonly hostKeyFingerprint: string;
  /**
   * Runs all parts side by side in one channel and waits for all. Each part has its own answer or its own error
   * (`tool_missing`, `timeout`, `truncated`, `access_denied` where sudo refuses, `bad_response`); if the channel
   * itself fails, every part has that error. Nothing outlives the call on the host.
   * @param first gets the records of the first part as soon as they have come, if they ever do before the rest; the whole
   * answer decides whether they count
   */
  run(
    programs: readonly HostProgram[],
    signal: AbortSignal,
    first?: (records: HostRecords) => void,
  ): Promise<ReadonlyMap<string, HostRecords | ProbeError>>;
  /**
   * A connection to a port on the host's own loopback, through the same SSH connection. Throws `ProbeError`:
   * `not_found` when nothing listens there, `access_denied` when sshd forbids forwarding, `timeout`, `unreachable`.
   */
  forward(port: number, signal: AbortSignal): Promise<Duplex>;
  close(): Promise<void>;
}

/** A host that can be asked again later, one part at a time. */
export interface HostShell {
  /** Throws the `ProbeError` of the part. The id of the part is new each time: a recording tells them apart by it. */
  run(program: HostProgram): Promise<HostRecords>;
}

/** A value from the environment file as one word of POSIX sh. */
export function quote(value: string): string {
  return `'${value.replaceAll("'", "'\\''")}'`;
}
