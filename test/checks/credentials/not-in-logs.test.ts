import { describe, expect, it } from 'vitest';
import check from '../../../checks/credentials/not-in-logs.ts';
import { ProbeError } from '../../../src/model/reason.ts';
import { logEvents } from '../../../src/probes/aws/log-events.ts';
import { contextOf } from '../../probes/gateway/support.ts';
import { judgeFacts } from '../../support/judge.ts';
import { now } from '../../support/rig.ts';

const log = (path: string, more: object = {}) => ({ path, kind: 'gateway', bytes: 9, lines: 1, written: now, ...more });
const standard = log('/tmp/openclaw/openclaw-2026-03-04.log');
const host = { logs: [standard], findings: [], unreadable: 0, left: 0 };
const searched = { events: 3, characters: 90, from: now, to: now, found: {} };
const none = { events: 0, characters: 0, from: undefined, to: undefined, found: {} };
const events = [
  { name: '/g', kind: 'gateway', searched },
  { name: '/s', kind: 'session', searched },
];
const silent = events.map((one) => ({ ...one, searched: none }));
const leaking = [events[0], { name: '/s', kind: 'session', searched: { ...searched, found: { anthropic: 1 } } }];
const hit = { rule: 'github', lines: 2, path: standard.path };
const likeDefault = [
  '\\b(sk-[A-Za-z0-9_-]{8,})\\b',
  '(ghp_[A-Za-z0-9]{20,})',
  '\\bBearer\\s+([A-Za-z0-9._-]{18,})\\b',
  '-----BEGIN [A-Z ]*PRIVATE KEY-----[\\s\\S]+?-----END [A-Z ]*PRIVATE KEY-----',
  '\\b[A-Z0-9_]*(?:KEY|TOKEN|SECRET|PASSWORD|PASSWD)\\b\\s*[=:]\\s*(\\S+)',
];
const patterns = (...redactPatterns: string[]) => ({ logging: { redactPatterns } });
const file = (path: string) => ({ logging: { file: path } });

describe('credentials/not-in-logs', () => {
  it.each<[string, object, unknown, readonly unknown[], Record<string, unknown>, string]>([
    ['clean samples', {}, host, events, {}, 'pass'],
    ['a line on the host', {}, { ...host, findings: [hit] }, events, {}, 'fail'],
    ['an event in CloudWatch', {}, host, leaking, {}, 'fail'],
    ['the same where the host could not be seen', {}, new ProbeError('timeout', 'late'), leaking, {}, 'fail'],
    ['redaction off', { logging: { redactSensitive: 'off' } }, host, events, {}, 'fail'],
    ['redaction off, as a boolean', { logging: { redactSensitive: false } }, host, events, {}, 'fail'],
    ['redaction on', { logging: { redactSensitive: 'tools' } }, host, events, {}, 'pass'],
    ['no patterns of its own', { logging: { redactPatterns: [] } }, host, events, {}, 'pass'],
    ['patterns that take the place of the default ones', patterns('\\b(acme_[0-9]+)\\b'), host, events, {}, 'fail'],
    ...likeDefault.map((_, without): [string, object, unknown, readonly unknown[], Record<string, unknown>, string] => [
      `all of the default ones but number ${without + 1}`,
      patterns(...likeDefault.filter((_, i) => i !== without)),
      host,
      events,
      {},
      'fail',
    ]),
    ['the default ones and one more', patterns('acme_[0-9]+', ...likeDefault), host, events, {}, 'pass'],
    ['patterns of another kind', { logging: { redactPatterns: 'sk-' } }, host, events, {}, 'fail'],
    ['no host', {}, new ProbeError('access_denied', 'may not'), events, {}, 'undetermined'],
    ['no log on the host', {}, { ...host, logs: [] }, events, {}, 'undetermined'],
    ['an empty one', {}, { ...host, logs: [{ ...standard, bytes: 0 }] }, events, {}, 'undetermined'],
    ['another log than the gateway writes', file('/var/log/g.log'), host, events, {}, 'undetermined'],
    ['the log that it writes', file('/var/log/g.log'), { ...host, logs: [log('/var/log/g.log')] }, events, {}, 'pass'],
    [
      'a log whose path only ends in it',
      file('/var/log/g.log'),
      { ...host, logs: [log('/srv/var/log/g.log')] },
      events,
      {},
      'undetermined',
    ],
    ['the same below a home', file('~/g.log'), { ...host, logs: [log('/home/openclaw/g.log')] }, events, {}, 'pass'],
    ['the log that the file names', {}, host, events, { 'host.logFile': '/var/log/g.log' }, 'undetermined'],
    [
      'a transcript under the name of the log',
      {},
      { ...host, logs: [{ ...standard, kind: 'session' }] },
      events,
      {},
      'undetermined',
    ],
    [
      'the log below a cache',
      {},
      { ...host, logs: [log('/home/openclaw/.cache/openclaw-1000/openclaw-2026-03-04.log')] },
      events,
      {},
      'pass',
    ],
    [
      'a log below the cache of nothing',
      {},
      { ...host, logs: [log('/home/openclaw/.cache/openclaw-/openclaw-x.log')] },
      events,
      {},
      'undetermined',
    ],
    [
      'a copy of the log',
      {},
      { ...host, logs: [log('/tmp/openclaw/openclaw-2026-03-04.log.1')] },
      events,
      {},
      'undetermined',
    ],
    [
      'a log below another folder',
      {},
      { ...host, logs: [log('/srv/tmp/openclaw/openclaw-2026-03-04.log')] },
      events,
      {},
      'undetermined',
    ],
    [
      'the end of a name that the gateway writes below a home',
      file('~/g.log'),
      { ...host, logs: [log('/home/openclaw/big.log')] },
      events,
      {},
      'undetermined',
    ],
    [
      'an empty transcript',
      {},
      { ...host, logs: [standard, log('/x.jsonl', { kind: 'session', bytes: 0 })] },
      silent,
      {},
      'undetermined',
    ],
    ['an unreadable log', {}, { ...host, unreadable: 1 }, events, {}, 'undetermined'],
    ['no session log', {}, host, silent, {}, 'undetermined'],
    [
      'transcripts on the host',
      {},
      { ...host, logs: [standard, log('/x.jsonl', { kind: 'session' })] },
      silent,
      {},
      'pass',
    ],
  ])('%s', (_, inForce, seen, logs, changes, outcome) => {
    const facts = { config: { inForce, differsFromFile: false }, host: seen, events: logs };
    expect(judgeFacts(check, facts, changes).outcome).toBe(outcome);
  });

  it('names what was found, and where', () => {
    const facts = { config: { inForce: {}, differsFromFile: false }, host: { ...host, findings: [hit] }, events };
    const text = JSON.stringify(judgeFacts(check, facts).evidence);
    for (const part of ['GitHub', hit.path]) expect(text).toContain(part);
  });

  it('states its sample', () => {
    const facts = { config: { inForce: {}, differsFromFile: false }, host, events };
    const text = JSON.stringify(judgeFacts(check, facts).evidence);
    for (const part of ['1 log file', '9 bytes, 1 line', '3 events', now.toISOString()]) expect(text).toContain(part);
  });
});

describe('events of a log', () => {
  it('are searched, and what they say is not kept', async () => {
    const key = ['AK', 'IA', 'QZWSXEDCRFVTGBYH'].join('');
    const of = (message: string, ago: number) => ({ logStreamName: 's', timestamp: now.getTime() - ago, message });
    const find = async () => ({ events: [of('quiet', 2000), of(`a ${key}`, 1000), of(`b ${key}`, 0)] });
    const group = { Instances: [] };
    const facts = await logEvents.gather({ find } as never, { group } as never, contextOf());
    const [first] = facts;
    expect(first?.searched).toMatchObject({ events: 3, found: { 'aws-access-key': 2 }, to: now });
    expect(JSON.stringify(facts)).not.toContain(key);
  });
});
