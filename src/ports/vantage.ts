/** Something that listens somewhere: a TCP port, or a DNS server that is asked over UDP. */
export interface Destination {
  readonly protocol: 'tcp' | 'dns-over-udp';
  readonly host: string;
  readonly port: number;
  readonly family: 'ipv4' | 'ipv6';
}

/** The network that this machine stands in: what answers from here. */
export interface VantagePort {
  /**
   * Whether anything answers within `seconds`: a connection, a refusal, a datagram. What answers is not looked at, and
   * nothing but the question of DNS is sent. Never rejects but for a run that was stopped.
   */
  answers(destination: Destination, seconds: number): Promise<boolean>;
}
