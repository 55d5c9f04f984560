import type { Source } from '../model/probe.ts';
import { type AreaResult, type CheckResult, gapsIn, type Report, type Status, type Verdict } from '../model/report.ts';
import { inert } from '../model/text.ts';

/** The namespace of signatures over a report: a signature for anything else does not count. */
export const signatureNamespace = 'clawcheck-report@v1';

export const statusWords: Readonly<Record<Status, string>> = {
  pass: 'Pass',
  fail: 'Fail',
  unknown: 'Not verified',
  waived: 'Waived',
  attested: 'Attested',
  'not-applicable': 'Not applicable',
};

export const verdictWords: Readonly<Record<Verdict, string>> = {
  READY: 'READY',
  NOT_READY: 'NOT READY',
  INCOMPLETE: 'INCOMPLETE',
  UNTRUSTED: 'UNTRUSTED',
};

/** What a verdict means to who reads it. */
export const verdictMeanings: Readonly<Record<Verdict, string>> = {
  READY: 'Every check passed, or is attested or waived by a named person, or declared not applicable.',
  NOT_READY: 'At least one check failed.',
  INCOMPLETE: 'Nothing failed, but not everything was verified.',
  UNTRUSTED: 'What was looked at is not the deployment that was asked about. Nothing was judged.',
};

export const sourceWords: Readonly<Record<Source, string>> = {
  'aws-control-plane': 'AWS',
  'git-host': 'git host',
  'integration-host': 'Composio',
  'local-files': 'files of the repository',
  'runner-network': 'seen from here',
  'target-self-report': 'told by the host',
  'human-attested': 'stated by a person',
};

/** Any text of a report as printable ASCII on one line. */
export function plain(text: string): string {
  return inert(text, 4000);
}

/** The same report with every text in it as printable ASCII: one that was saved may hold anything. */
export function plainReport<R extends object>(report: R): R {
  const change = (value: unknown): unknown => {
    if (typeof value === 'string') return plain(value);
    if (Array.isArray(value)) return value.map(change);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, change(item)]));
  };
  return change(report) as R;
}

export function checksOf(report: Pick<Report, 'areas'>): readonly CheckResult[] {
  return report.areas.flatMap(({ checks }) => checks);
}

/** The sources of a check's evidence, each once. */
export function sourcesOf(check: CheckResult): string {
  return [...new Set(check.evidence.map(({ source }) => sourceWords[source]))].join(', ');
}

/** From what to look at first to what is well: the order in every rendering. */
const statusOrder: readonly Status[] = ['fail', 'unknown', 'waived', 'attested', 'not-applicable', 'pass'];

/** The statuses of checks, the worst first, with how many have each. */
export function tallyOf(checks: readonly CheckResult[]): readonly (readonly [Status, number])[] {
  return statusOrder
    .map((status) => [status, checks.filter((check) => check.status === status).length] as const)
    .filter(([, count]) => count > 0);
}

/** Status of an area as a whole: the worst of its checks. */
export function worstOf({ checks }: AreaResult): Status {
  return tallyOf(checks)[0]?.[0] ?? 'unknown';
}

/** What is left to do, in order: what failed is to be mended, then what was not seen is to be made visible. */
export function troublesOf(
  report: Pick<Report, 'areas'>,
): readonly { readonly status: 'fail' | 'unknown'; readonly checks: readonly CheckResult[] }[] {
  return (['fail', 'unknown'] as const).map((status) => ({
    status,
    checks: checksOf(report).filter((check) => check.status === status),
  }));
}

/** What keeps a report from saying what it seems to say, each as a sentence. */
export function cautions({ mode, narrowedTo, window, subject }: Report): string[] {
  return [
    ...(mode === 'simulated' ? ['Simulated: this is not a live deployment.'] : []),
    ...(mode === 'replay' ? ['Replayed from a recording: nothing was looked at anew.'] : []),
    ...(narrowedTo ? [`Narrowed to ${narrowedTo.join(', ')}: never READY.`] : []),
    ...(window.interrupted ? ['Interrupted: what was not seen by then is not verified.'] : []),
    ...subject.mismatches.map((text) => `Mismatch: ${text}`),
    ...(narrowedTo ? subject.unproven : gapsIn(subject)).map((text) => `Not proven: ${text}`),
  ];
}

/** What the report is about, as rows of name and value. */
export function subjectRows({
  subject,
  environment,
  window,
  tool,
  mode,
  extensions,
}: Report): (readonly [string, string])[] {
  return [
    ['Environment', environment.name],
    ['AWS account', subject.account ?? 'not proven'],
    ['Region', subject.region],
    ['Auto Scaling Group', subject.autoScalingGroup ?? 'not seen'],
    ...subject.instances.map(
      (i) => ['Instance', `${i.id} at ${i.address}, host key ${i.hostKeyFingerprint ?? 'not verified'}`] as const,
    ),
    ['File system', subject.fileSystemId],
    ['Gateway version', subject.gatewayVersion ?? 'not seen'],
    [
      'Repository',
      subject.repository ? `${subject.repository}${subject.commit ? ` at ${subject.commit}` : ''}` : 'not configured',
    ],
    ['Credentials', subject.principal ?? 'not proven'],
    ['Observed', `${window.start} to ${window.end}`],
    ['Mode', mode],
    ['Environment file', `SHA-256 ${environment.fileSha256}`],
    ['Tool', `clawcheck ${tool.version}`],
    ...extensionsOf(extensions).map((line) => ['Custom checks', line] as const),
  ];
}

/** What a person stated where something else was seen, or nothing could be seen: shown, and without effect. */
export function overruledOf({ attestation, status }: CheckResult): string | undefined {
  if (!attestation || status === 'attested') return undefined;
  return `Without effect: ${attestation.by} stated on ${attestation.date}: ${attestation.statement} (${attestation.evidence})`;
}

/** The checks of a run that are not clawcheck's own, a line for each extension. */
export function extensionsOf(extensions: Report['extensions'] = []): string[] {
  return extensions.map(
    ({ area, source, sha256, checks }) => `${checks} in ${area}, from ${source} (SHA-256 ${sha256})`,
  );
}

/** What people accepted, as sentences: who, what, until when. */
export function acceptanceOf({ waiver, attestation, status, notApplicable }: CheckResult): string | undefined {
  if (waiver) {
    const { by, expires, ticket, reason } = waiver;
    return `Waived (${statusWords[waiver.status].toLowerCase()} without it) by ${by} until ${expires}, ${ticket}: ${reason}`;
  }
  if (status === 'attested' && attestation) {
    const { by, date, expires, statement, evidence, evidenceSha256, signedBy } = attestation;
    const digest = evidenceSha256 === null ? '' : `, SHA-256 ${evidenceSha256}`;
    const signed = signedBy === null ? 'Not signed' : `Signed by ${signedBy}`;
    return `Stated by ${by} on ${date}, valid until ${expires}: ${statement} (${evidence}${digest}). ${signed}.`;
  }
  return notApplicable === null ? undefined : `Declared not applicable: ${notApplicable}`;
}
