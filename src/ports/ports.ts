import type { AwsPort } from './aws.ts';
import type { ComposioPort } from './composio.ts';
import type { FilesPort } from './files.ts';
import type { GatewayPort } from './gateway.ts';
import type { GitPort } from './git.ts';
import type { HostPort } from './host.ts';
import type { SignaturesPort } from './signatures.ts';
import type { VantagePort } from './vantage.ts';
import type { WaitingPort } from './waiting.ts';

/** All input and output of a run. Live adapters, a recording, or a test stand behind it. */
export interface Ports {
  readonly aws: AwsPort;
  readonly git: GitPort;
  readonly files: FilesPort;
  readonly composio: ComposioPort;
  readonly signatures: SignaturesPort;
  readonly vantage: VantagePort;
  /** Default: the clock of this machine. */
  readonly waiting?: WaitingPort;
  /**
   * Connects and verifies the host key. Throws `ProbeError`, or `UntrustedError` when the key is another than the
   * trusted one.
   */
  openHost(target: HostTarget, signal: AbortSignal): Promise<HostPort>;
  openGateway(host: HostPort, signal: AbortSignal): GatewayPort;
}

export interface HostTarget {
  readonly address: string;
  /** Host keys that AWS vouches for (console output), beside those of the environment file. `SHA256:…` */
  readonly fingerprints: readonly string[];
}
