import { describe, expect, it } from 'vitest';
import check from '../../../checks/infrastructure/environments-separate.ts';
import type { Environment } from '../../../src/environment/schema.ts';
import { goodEnvironment, goodOthers, now } from '../../support/rig.ts';

const sibling = (roles: string[] | undefined, ...shared: string[]) => [
  { environment: 'staging', group: 'openclaw-staging', roles, shared },
];

type Change = (other: Environment) => Environment;
const as = (change: Change) => goodOthers().map(change);
const secret = (name: string) => as((o) => ({ ...o, credentials: { ...o.credentials, secret: name } }));
const arn = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:openclaw/prod/gateway-AbCdEf';

describe('infrastructure/environments-separate', () => {
  it.each<[string, readonly Environment[], object[], string]>([
    ['nothing in common', goodOthers(), sibling(['openclaw-staging']), 'pass'],
    ['the other one does not run', goodOthers(), sibling(undefined), 'pass'],
    ['no other environment', [], [], 'undetermined'],
    ['the same role', goodOthers(), sibling(['openclaw-prod']), 'fail'],
    ['the same secret', secret('openclaw/prod/gateway'), [], 'fail'],
    ['the same secret by its ARN', secret(arn), [], 'fail'],
    ['the same secret by its ARN without the characters behind it', secret(arn.slice(0, -7)), [], 'fail'],
    ['the same name in another region', secret(arn.replace('eu-west-1', 'us-east-1')), [], 'pass'],
    ['its secret is our monitoring secret', secret('openclaw/prod/monitoring'), [], 'fail'],
    [
      'the same file system, whatever the account',
      as((o) => ({
        ...o,
        aws: { ...o.aws, account: '210987654321' },
        soulDocuments: { ...o.soulDocuments, fileSystemId: 'fs-0a1b2c3d4e5f60001' },
      })),
      [],
      'fail',
    ],
    ['the same log group', as((o) => ({ ...o, monitoring: goodEnvironment().monitoring })), [], 'fail'],
    ['the same vault', as((o) => ({ ...o, backup: goodEnvironment().backup })), [], 'fail'],
    [
      'the same names in another account',
      as((o) => ({ ...o, aws: { ...o.aws, account: '210987654321' }, monitoring: goodEnvironment().monitoring })),
      [],
      'pass',
    ],
    [
      'the same names in another region',
      as((o) => ({ ...o, aws: { ...o.aws, region: 'us-east-1' }, monitoring: goodEnvironment().monitoring })),
      sibling(['openclaw-staging']),
      'pass',
    ],
    ['another role, and the same launch template', goodOthers(), sibling(['openclaw-staging'], 'lt-1'), 'fail'],
    ['the same group', as((o) => ({ ...o, infrastructure: goodEnvironment().infrastructure })), [], 'fail'],
  ])('%s', (_, others, siblingGroups, outcome) => {
    const facts = { siblingGroups: { own: ['openclaw-prod'], groups: siblingGroups } } as unknown as Parameters<
      typeof check.judge
    >[0];
    expect(check.judge(facts, { environment: goodEnvironment(), others, now }).outcome).toBe(outcome);
  });

  it('says that there is nothing to compare with', () => {
    const facts = { siblingGroups: { own: ['openclaw-prod'], groups: [] } } as unknown as Parameters<
      typeof check.judge
    >[0];
    const judgement = check.judge(facts, { environment: goodEnvironment(), others: [], now });
    expect(judgement).toMatchObject({ outcome: 'undetermined', reason: 'not_configured' });
  });

  it('does not take what neither has for something shared', () => {
    const without = (e: Environment): Environment => ({
      ...e,
      credentials: { ...e.credentials, monitoringSecret: undefined },
      backup: { ...e.backup, vault: undefined },
    });
    const facts = { siblingGroups: { own: ['openclaw-prod'], groups: [] } } as unknown as Parameters<
      typeof check.judge
    >[0];
    const environment = without(goodEnvironment());
    expect(check.judge(facts, { environment, others: as(without), now }).outcome).toBe('pass');
  });
});
