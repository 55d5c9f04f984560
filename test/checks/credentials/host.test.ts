import { describe, expect, it } from 'vitest';
import noPlaintextOnDisk from '../../../checks/credentials/no-plaintext-on-disk.ts';
import notInEnvironment from '../../../checks/credentials/not-in-environment.ts';
import otherSecretRefused from '../../../checks/credentials/other-secret-refused.ts';
import { ProbeError } from '../../../src/model/reason.ts';
import { judgeFacts } from '../../support/judge.ts';

const lost = new ProbeError('access_denied', 'not permitted');

/** What `openclaw secrets audit` says of a gateway without plain text. */
const clean = { plaintext: [], residue: 0 };

describe('no-plaintext-on-disk', () => {
  const searched = {
    findings: [],
    roots: ['/home/openclaw/.openclaw', '/mnt/openclaw/workspace', '/srv'].map((path) => ({ path, exists: true })),
    files: 3,
    bytes: 30,
    unreadable: 0,
    exempt: 0,
  };
  const missing = (index: number) => searched.roots.map((root, i) => (i === index ? { ...root, exists: false } : root));
  const finding = { rule: 'npm', lines: 1, path: '/root/.npmrc' };
  it.each<[string, unknown, string]>([
    ['nothing was found', searched, 'pass'],
    ['an optional directory does not exist', { ...searched, roots: missing(2) }, 'pass'],
    ['something was found', { ...searched, findings: [finding] }, 'fail'],
    [
      'a name was found, and much is unreadable',
      { ...searched, findings: [{ ...finding, rule: 'name' }], unreadable: 9 },
      'fail',
    ],
    ['the state directory does not exist', { ...searched, roots: missing(0) }, 'undetermined'],
    ['the workspace does not exist', { ...searched, roots: missing(1) }, 'undetermined'],
    ['a file is unreadable', { ...searched, unreadable: 1 }, 'undetermined'],
    ['no file was read', { ...searched, files: 0, bytes: 0 }, 'undetermined'],
    ['no file was read, and yet bytes were', { ...searched, files: 0 }, 'undetermined'],
    ['not a byte was read', { ...searched, bytes: 0 }, 'undetermined'],
    ['the search is not permitted', lost, 'undetermined'],
  ])('%s', (_, disk, outcome) => {
    const judgement = judgeFacts(noPlaintextOnDisk, { disk, audit: clean });
    expect(judgement.outcome).toBe(outcome);
    if (disk !== lost) expect(judgement.evidence).not.toEqual([]);
  });

  describe('by the audit of OpenClaw', () => {
    const one = { plaintext: ['gateway.auth.token'], residue: 0 };
    it.each<[string, unknown, unknown, string]>([
      ['is switched off', searched, undefined, 'pass'],
      ['finds nothing', searched, clean, 'pass'],
      ['finds a field', searched, one, 'fail'],
      ['finds a field where the files could not be searched', lost, one, 'fail'],
      ['finds a retired store', searched, { ...clean, residue: 1 }, 'undetermined'],
      ['does not end', searched, lost, 'undetermined'],
      ['does not end, and a file holds a key', { ...searched, findings: [finding] }, lost, 'fail'],
    ])('%s', (_, disk, audit, outcome) => {
      expect(judgeFacts(noPlaintextOnDisk, { disk, audit }).outcome).toBe(outcome);
    });
  });
});

describe('not-in-environment', () => {
  const seen = { variables: 5, named: [], matched: [], unit: 'read' };
  const helpers = { processes: 2, unreadable: 0, named: [], matched: [] };
  const config = { credentials: [], variables: 1, loginShell: false, waysRound: [] };
  it.each<[string, unknown, object, string]>([
    ['carries a name', seen, { named: ['X_TOKEN'] }, 'fail'],
    [
      'carries a value, and another one is unreadable',
      seen,
      { matched: [{ name: 'X', rule: 'npm' }], unreadable: 1 },
      'fail',
    ],
    ['carries a name, and the gateway cannot be seen', lost, { named: ['X_TOKEN'] }, 'fail'],
    ['is unreadable', seen, { unreadable: 1 }, 'undetermined'],
    ['is not there', seen, { processes: 0 }, 'pass'],
  ])('another process of the agent %s', (_, process, change, outcome) => {
    expect(judgeFacts(notInEnvironment, { process, config, helpers: { ...helpers, ...change } }).outcome).toBe(outcome);
  });
  it.each<[string, unknown, unknown, string]>([
    ['sets one', seen, { ...config, credentials: ['CRM_PASSWORD'] }, 'fail'],
    ['sets one, and the gateway cannot be seen', lost, { ...config, credentials: ['CRM_PASSWORD'] }, 'fail'],
    ['takes them from the login shell', seen, { ...config, loginShell: true }, 'undetermined'],
    ['cannot be read', seen, lost, 'undetermined'],
    ['cannot be read, and a variable is found', { ...seen, named: ['X_TOKEN'] }, lost, 'fail'],
    ['sets nothing', seen, { ...config, variables: 0 }, 'pass'],
  ])('the configuration %s', (_, process, config, outcome) => {
    expect(judgeFacts(notInEnvironment, { process, helpers, config }).outcome).toBe(outcome);
  });
  it('is unknown where other processes cannot be seen', () => {
    expect(judgeFacts(notInEnvironment, { process: seen, config, helpers: lost }).outcome).toBe('undetermined');
  });
  it.each<[string, unknown, string]>([
    ['nothing is found', seen, 'pass'],
    ['there is no unit', { ...seen, unit: 'none' }, 'pass'],
    ['a name is found', { ...seen, named: ['X_TOKEN'] }, 'fail'],
    [
      'a value is found, and the unit is unreadable',
      { ...seen, matched: [{ name: 'X', rule: 'npm' }], unit: 'unreadable' },
      'fail',
    ],
    ['the unit is unreadable', { ...seen, unit: 'unreadable' }, 'undetermined'],
    ['there is no variable', { ...seen, variables: 0 }, 'undetermined'],
    ['it is not permitted to look', lost, 'undetermined'],
  ])('%s', (_, process, outcome) => {
    const judgement = judgeFacts(notInEnvironment, { process, config, helpers });
    expect(judgement.outcome).toBe(outcome);
    if (process !== lost) expect(judgement.evidence).not.toEqual([]);
  });
});

describe('other-secret-refused', () => {
  const arn = (name: string) => `arn:aws:secretsmanager:eu-west-1:123456789012:secret:${name}`;
  const [own, other] = ['openclaw/prod/gateway', 'openclaw/prod/monitoring'];
  const allSecrets = [own, other].map((Name) => ({ Name, ARN: arn(Name ?? '') }));
  const reads = {
    caller: 'arn:aws:sts::123456789012:assumed-role/openclaw-prod/i-0a1b2c3d4e5f60001',
    own: 'readable',
    foreign: 'AccessDeniedException',
  };
  const host = { instanceId: 'i-0a1b2c3d4e5f60001' };
  const judged = (change: object, secrets: object[] = allSecrets, environment = {}) =>
    judgeFacts(otherSecretRefused, { reads: { ...reads, ...change }, host, allSecrets: secrets }, environment);
  const outcome = (...given: Parameters<typeof judged>) => judged(...given).outcome;

  it('passes on AccessDenied of a secret that exists, beside one that is readable', () => {
    expect(outcome({})).toBe('pass');
    expect(outcome({ caller: reads.caller.replace('arn:aws:', 'arn:aws-us-gov:') })).toBe('pass');
    const whole = [own, other].map((Name) => ({ Name, ARN: `${arn(Name ?? '')}-AbCdEf` }));
    expect(outcome({}, whole, { 'credentials.foreignSecret': arn(other ?? '') })).toBe('pass');
  });
  it('fails when it can be read, whatever becomes of the own one', () => {
    expect(outcome({ foreign: 'readable' })).toBe('fail');
    expect(outcome({ foreign: 'readable', own: 'other' })).toBe('fail');
  });
  it.each([
    'kms-denied',
    'ResourceNotFoundException',
    'InvalidRequestException',
    'no-credentials',
    'unreachable',
    'timeout',
    'other',
  ])('is unknown on %s', (result) => {
    expect(outcome({ foreign: result })).toBe('undetermined');
    expect(outcome({ own: result })).toBe('undetermined');
    expect(judged({ foreign: result }).evidence.map(({ observed }) => observed)).toEqual([result]);
    expect(judged({ own: result }).evidence.map(({ observed }) => observed)).toEqual([result, reads.foreign]);
  });
  it('is unknown when the other does not exist, or is the own one', () => {
    expect(judged({}, allSecrets.slice(0, 1))).toMatchObject({
      outcome: 'undetermined',
      evidence: [{ observed: reads.foreign }],
    });
    expect(outcome({ foreign: 'readable' }, allSecrets, { 'credentials.foreignSecret': arn(own ?? '') })).toBe(
      'undetermined',
    );
  });
  it.each([
    'none',
    'arn:aws:iam::123456789012:user/ops',
    'arn:aws:sts::123456789012:assumed-role/ops/alice',
    'arn:aws:sts::999999999999:assumed-role/openclaw-prod/i-0a1b2c3d4e5f60001',
    'arn:aws:sts::123456789012:assumed-role/openclaw-prod/i-0a1b2c3d4e5f60002',
    `x${reads.caller}`,
    `${reads.caller}-of-ada`,
  ])('is unknown when asked as %s', (caller) => {
    expect(judged({ caller })).toMatchObject({ outcome: 'undetermined', evidence: [{}] });
  });
});
