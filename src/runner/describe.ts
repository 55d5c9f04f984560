import { type ProbeKind, type Source, sources } from '../model/probe.ts';
import type { HostRunAs } from '../ports/host.ts';
import { probesOf } from './gather.ts';
import { callsOf } from './outline.ts';
import type { PlannedCheck } from './plan.ts';

/** How one fact behind a check is seen. */
export interface DescribedProbe {
  readonly id: string;
  readonly kind: ProbeKind;
  /** Whose word it is. */
  readonly source: Source;
  /** Who runs it on the host; undefined for the other kinds. */
  readonly as: HostRunAs | undefined;
  /** What it may ask of its port; empty for the host and for files. */
  readonly calls: readonly string[];
}

/** All that the code declares about a check. */
export interface CheckDescription {
  readonly id: string;
  readonly area: string;
  readonly title: string;
  readonly failureTitle: string;
  readonly why: string;
  /** What passes wrongly where less is looked at; undefined where the author of a check names none. */
  readonly trap: string | undefined;
  readonly remediation: string;
  readonly attestable: boolean;
  readonly probes: readonly DescribedProbe[];
}

/** A flaw of the embedded deployment, by the name that `clawcheck demo --scenario` takes. */
export interface ShownBy {
  readonly scenario: string;
  readonly title: string;
  readonly status: string;
}

/** A check as its declarations describe it, with every probe that it leads to. */
export function describeCheck({ id, area, check }: PlannedCheck): CheckDescription {
  const { title, failureTitle, why, trap, remediation, attestable = false } = check;
  const probes = [...probesOf([check.needs])].map((probe) => ({
    id: probe.id,
    kind: probe.kind,
    source: sources[probe.kind],
    as: probe.kind === 'host' ? probe.as : undefined,
    calls: callsOf(probe),
  }));
  return { id, area, title, failureTitle, why, trap, remediation, attestable, probes: probes.sort(byId) };
}

const byId = (a: DescribedProbe, b: DescribedProbe) => (a.id < b.id ? -1 : 1);

/** Whether it asks nothing itself: its fact follows from others. */
export function follows({ kind, calls }: DescribedProbe): boolean {
  return (kind === 'aws' || kind === 'git' || kind === 'gateway') && calls.length === 0;
}

/** What a probe does, in a few words; empty where its fact follows from others. */
export function lookOf({ kind, as, calls }: DescribedProbe): string {
  switch (kind) {
    case 'aws':
    case 'git':
    case 'gateway':
      return calls.join(', ');
    case 'host':
      return `a part of the script on the host, run as ${as === 'agent' ? "the agent's user" : as}`;
    case 'composio':
      return 'GET /api/v3/connected_accounts of Composio, where it is configured';
    case 'vantage':
      return 'connections from the machine that clawcheck runs on';
    case 'files':
      return 'files beside the environment file, or the file itself';
  }
}
