import { titleOfRule } from '../../src/judging/canary.ts';
import { valueAt } from '../../src/judging/gateway-config.ts';
import { secretRules } from '../../src/judging/secret-patterns.ts';
import { check, type Finding, judgeAll, type Observation, undetermined } from '../../src/model/check.ts';
import { ProbeError } from '../../src/model/reason.ts';
import { count } from '../../src/model/text.ts';
import { type LogEventsFact, logEvents } from '../../src/probes/aws/log-events.ts';
import { gatewayConfig } from '../../src/probes/gateway/config.ts';
import { gatewayLogs, type SampledLog } from '../../src/probes/host/gateway-logs.ts';

type Fact = 'config' | 'host' | 'events';

const titleOf = (rule: string) => titleOfRule(rule) ?? 'a credential';
/** Where the gateway writes when its configuration does not say. */
const defaultLog = /^(\/tmp\/openclaw|.*\/\.cache\/openclaw-[^/]+)\/openclaw-[^/]*\.log$/;

export default check({
  title: 'No credential is in a sample of the logs',
  failureTitle: 'A credential is in the logs',
  why: 'Logs are copied, searched and kept for a year by people who may not read the secret itself.',
  trap: 'Redaction is on, and nobody looks at what was logged; an empty sample has no finding, either.',
  remediation:
    'Revoke the credential, delete the events that hold it, and find what printed it. A pattern of your own in logging.redactPatterns takes the place of the default ones: list those as well. An older gateway, which still has logging.redactSensitive, keeps it on.',
  needs: { config: gatewayConfig, host: gatewayLogs, events: logEvents },
  judge({ config: { inForce }, host, events }, { environment }) {
    const findings: Finding<Fact>[] = [];
    findings.push(redactionSwitch(inForce), redactionPatterns(inForce));
    for (const { name, searched } of events) {
      for (const [rule, n] of Object.entries(searched.found)) {
        findings.push(leak('events', name, `${titleOf(rule)}: ${count(n, 'event')}`));
      }
    }
    const logs = host instanceof ProbeError ? [] : host.logs;
    for (const { rule, lines, path } of host instanceof ProbeError ? [] : host.findings) {
      findings.push(leak('host', path, `${titleOf(rule)}: ${count(lines, 'line')}`));
    }
    const sample = [...hostSample(logs), ...eventSample(events)];
    findings.push(...sample.map((seen) => ({ ...seen, ok: true })));
    const judgement = judgeAll(findings, {
      controls: [
        {
          fact: 'host',
          subject: `${secretRules.length} made-up credentials`,
          expected: 'each of them is found on the host, and the harmless text is not',
          observed: 'each of them, and not the harmless text',
        },
      ],
    });
    if (judgement.outcome === 'fail') return judgement;
    if (host instanceof ProbeError) return undetermined(host.reason, host.message, judgement.evidence);
    const written = environment.host.logFile ?? valueAt(inForce, 'logging.file');
    const isGatewayLog = ({ kind, path, bytes }: SampledLog) =>
      kind === 'gateway' && bytes > 0 && (typeof written === 'string' ? isSame(path, written) : defaultLog.test(path));
    if (!logs.some(isGatewayLog)) {
      const message = 'not a byte of the log that the gateway writes was read: name it in host.logFile';
      return undetermined('empty_subject', message, judgement.evidence);
    }
    const sessionEvents = events.some(({ kind, searched }) => kind === 'session' && searched.events > 0);
    if (!sessionEvents && !logs.some(({ kind, bytes }) => kind === 'session' && bytes > 0)) {
      const message = 'no log of a session was read, neither in CloudWatch nor on the host';
      return undetermined('empty_subject', message, judgement.evidence);
    }
    if (host.unreadable > 0) {
      return undetermined('access_denied', `${count(host.unreadable, 'log')} could not be read`, judgement.evidence);
    }
    return judgement;
  },
});

/** A switch of older gateways. Today's always redact, and refuse a configuration that has it. */
function redactionSwitch(inForce: unknown): Finding<Fact> {
  const redaction = valueAt(inForce, 'logging.redactSensitive');
  const off = redaction === 'off' || redaction === false;
  const on = redaction === 'tools' || redaction === true;
  const observed =
    redaction === undefined ? 'not set: the gateway redacts' : on ? 'on' : off ? 'off' : 'neither on nor off';
  return {
    fact: 'config',
    subject: 'logging.redactSensitive',
    expected: 'not off',
    observed,
    ok: redaction === undefined || on,
  };
}

/** What stands in some of the patterns that every gateway has by default. */
const defaults = ['sk-', 'ghp_', 'Bearer', 'PRIVATE KEY', 'PASSWORD'];

/** A list of patterns takes the place of the default ones; an empty list does not. */
function redactionPatterns(inForce: unknown): Finding<Fact> {
  const value = valueAt(inForce, 'logging.redactPatterns') ?? [];
  const list = Array.isArray(value) ? value.filter((one) => typeof one === 'string').join('\n') : '';
  const own = !Array.isArray(value) || value.length > 0;
  const missing = own ? defaults.filter((one) => !list.toLowerCase().includes(one.toLowerCase())) : [];
  return {
    fact: 'config',
    subject: 'logging.redactPatterns',
    expected: 'not set, or with the default patterns in it',
    observed: missing.length > 0 ? `without patterns for ${missing.join(', ')}` : own ? 'with them' : 'not set',
    ok: missing.length === 0,
  };
}

function leak(fact: Fact, subject: string, observed: string): Finding<Fact> {
  return { fact, subject, expected: 'no credential', observed, ok: false };
}

/** `~/` stands for a home that is not known here. */
function isSame(path: string, written: string): boolean {
  return written.startsWith('~/') ? path.endsWith(written.slice(1)) : path === written;
}

function hostSample(logs: readonly SampledLog[]): Observation<Fact>[] {
  const [first, ...more] = [...logs].sort((a, b) => a.written.getTime() - b.written.getTime());
  if (!first) return [];
  const last = more.at(-1) ?? first;
  const sum = (of: (log: SampledLog) => number) => logs.reduce((total, log) => total + of(log), 0);
  const size = `${sum(({ bytes }) => bytes)} bytes, ${count(
    sum(({ lines }) => lines),
    'line',
  )}`;
  return [
    {
      fact: 'host',
      subject: `${count(logs.length, 'log file')} on the host`,
      expected: 'no credential in the newest 32 MiB of each',
      observed: `none in ${size}, last written ${first.written.toISOString()} to ${last.written.toISOString()}`,
    },
  ];
}

function eventSample(events: readonly LogEventsFact[]): Observation<Fact>[] {
  return events.map(({ name, searched }) => ({
    fact: 'events',
    subject: name,
    expected: 'no credential in the newest events',
    observed:
      searched.from && searched.to
        ? `none in ${count(searched.events, 'event')}, ${searched.from.toISOString()} to ${searched.to.toISOString()}`
        : 'no event was read',
  }));
}
