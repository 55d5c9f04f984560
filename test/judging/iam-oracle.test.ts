import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Policy, parsePolicy } from '../../src/judging/iam-document.ts';
import { identityAllows, roleAllows } from '../../src/judging/iam-policy.ts';

/**
 * A second evaluator of policies, written from the documented order of AWS (an explicit deny, then an allow, else no) on
 * plain sets: every pattern is spelled out over the few actions and resources that there are, and what a run cannot know
 * (whether a condition holds, what a variable stands for) is tried in every way. It shares no code with the first.
 */
const actions = ['s:Get', 's:Put', 't:Get', 't:GetAll'];
const own = 'arn:aws:s:r:1:x';
const resources = [own, 'arn:aws:s:r:1:xy', 'arn:aws:s:r:2:x', 'arn:aws:t:r:1:z/x'];
const account = '111122223333';
const role = `arn:aws:iam::${account}:role/app/agent`;

/** What each pattern of an action means. */
const actionSets: Readonly<Record<string, readonly string[]>> = {
  '*': actions,
  's:*': ['s:Get', 's:Put'],
  's:Get': ['s:Get'],
  'S:gET': ['s:Get'],
  's:?et': ['s:Get'],
  '*:Get*': ['s:Get', 't:Get', 't:GetAll'],
  't:Get': ['t:Get'],
  't:Get?': [],
  'u:*': [],
};
type World = Readonly<{ holds: boolean; variable: string }>;
const worlds: readonly World[] = [true, false].flatMap((holds) =>
  ['x', 'xy', 'nobody'].map((variable) => ({ holds, variable })),
);
/** What each pattern of a resource means, in a world. */
const resourceSets: Readonly<Record<string, (world: World) => readonly string[]>> = {
  '*': () => resources,
  [own]: () => [own],
  'arn:aws:s:r:1:x*': () => [own, 'arn:aws:s:r:1:xy'],
  'arn:aws:s:r:?:x': () => [own, 'arn:aws:s:r:2:x'],
  'arn:aws:t:r:1:z/*': () => ['arn:aws:t:r:1:z/x'],
  'arn:aws:S:r:1:x': () => [],
  [`arn:aws:s:r:1:\${aws:PrincipalTag/v}`]: ({ variable }) =>
    resources.filter((resource) => resource === `arn:aws:s:r:1:${variable}`),
};
const principalSets: Readonly<Record<string, { readonly means: boolean; readonly deniesOnly?: boolean }>> = {
  '*': { means: true },
  [role]: { means: true },
  [account]: { means: true, deniesOnly: true },
  [`arn:aws:iam::${account}:root`]: { means: true, deniesOnly: true },
  'arn:aws:iam::111122223333:role/other': { means: false },
  'arn:aws:iam::999988887777:root': { means: false },
};

interface Drawn {
  readonly effect: 'Allow' | 'Deny';
  readonly not: { readonly action: boolean; readonly resource: boolean };
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditioned: boolean;
  readonly principals: readonly string[];
}
const some = (of: object) => fc.uniqueArray(fc.constantFrom(...Object.keys(of)), { minLength: 1, maxLength: 3 });
const statement: fc.Arbitrary<Drawn> = fc.record({
  effect: fc.constantFrom('Allow', 'Allow', 'Deny'),
  not: fc.record({ action: fc.constantFrom(false, false, true), resource: fc.constantFrom(false, false, true) }),
  actions: some(actionSets),
  resources: some(resourceSets),
  conditioned: fc.constantFrom(false, false, true),
  principals: some(principalSets),
});
const statements = fc.array(statement, { maxLength: 4 });

function documentOf(drawn: readonly Drawn[], kind: 'identity' | 'resource'): Policy {
  const list = drawn.map((s) => ({
    Effect: s.effect,
    [s.not.action ? 'NotAction' : 'Action']: s.actions,
    [s.not.resource ? 'NotResource' : 'Resource']: s.resources,
    ...(s.conditioned ? { Condition: { Bool: { 'aws:ViaAWSService': 'true' } } } : {}),
    ...(kind === 'resource' ? { Principal: s.principals.includes('*') ? '*' : { AWS: s.principals } } : {}),
  }));
  return parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement: list }), 'drawn', kind);
}

type Asked = Readonly<{ action: string; resource: string }>;

function meant(s: Drawn, { action, resource }: Asked, world: World): boolean {
  const ofAction = s.actions.some((pattern) => actionSets[pattern]?.includes(action));
  const ofResource = s.resources.some((pattern) => resourceSets[pattern]?.(world).includes(resource));
  return ofAction !== s.not.action && ofResource !== s.not.resource && (!s.conditioned || world.holds);
}
const has = (list: readonly Drawn[], effect: Drawn['effect'], asked: Asked, world: World) =>
  list.some((s) => s.effect === effect && meant(s, asked, world));
const allowed = (list: readonly Drawn[], asked: Asked, world: World) =>
  has(list, 'Allow', asked, world) && !has(list, 'Deny', asked, world);

/** In one account: a deny in any policy wins; else the role's policies within the boundary, or the resource's policy. */
function allowedToRole(identity: readonly Drawn[], ofResource: readonly Drawn[], asked: Asked, world: World): boolean {
  const wins = (s: Drawn) => s.principals.some((name) => principalSets[name]?.means);
  const grants = (s: Drawn) =>
    s.principals.some((name) => principalSets[name]?.means && !principalSets[name]?.deniesOnly);
  const denied =
    has(identity, 'Deny', asked, world) ||
    ofResource.some((s) => s.effect === 'Deny' && wins(s) && meant(s, asked, world));
  const granted = ofResource.some((s) => s.effect === 'Allow' && grants(s) && meant(s, asked, world));
  return !denied && (has(identity, 'Allow', asked, world) || granted);
}

/** What may be in some world must not be called impossible, and what may fail must not be called certain. */
function expectToAgree(judged: 'yes' | 'maybe' | 'no', truths: readonly boolean[], isOpen: boolean): void {
  if (judged === 'yes') expect(truths).not.toContain(false);
  if (judged === 'no') expect(truths).not.toContain(true);
  // Nothing is left open that every world decides alike and no statement leaves to a world.
  if (!isOpen) expect(judged).toBe(truths[0] ? 'yes' : 'no');
}
const leavesOpen = (list: readonly Drawn[]) =>
  list.some((s) => s.conditioned || s.resources.some((pattern) => pattern.includes('${')));

describe('beside a second evaluator of IAM policies', () => {
  it('identity policies and a boundary, over every action and resource', () => {
    const counts = { yes: 0, maybe: 0, no: 0 };
    fc.assert(
      fc.property(statements, fc.option(statements), (list, bound) => {
        const boundary = bound ? documentOf(bound, 'identity') : undefined;
        const policies = [documentOf(list, 'identity')];
        for (const action of actions) {
          for (const resource of resources) {
            const asked = { action, resource };
            const judged = identityAllows({ policies, boundary }, asked);
            const truths = worlds.map((w) => allowed(list, asked, w) && (!bound || allowed(bound, asked, w)));
            expectToAgree(judged, truths, leavesOpen([...list, ...(bound ?? [])]));
            counts[judged] += 1;
          }
        }
      }),
      { numRuns: 400 },
    );
    for (const count of Object.values(counts)) expect(count).toBeGreaterThan(50);
  });

  it('a role and the policy of the resource', () => {
    const counts = { yes: 0, maybe: 0, no: 0 };
    fc.assert(
      fc.property(statements, statements, (list, ofResource) => {
        const policies = [documentOf(list, 'identity')];
        const policy = documentOf(ofResource, 'resource');
        for (const action of actions) {
          const asked = { action, resource: own };
          const judged = roleAllows({ arn: role, account, policies, boundary: undefined }, policy, asked);
          const truths = worlds.map((w) => allowedToRole(list, ofResource, asked, w));
          expectToAgree(judged, truths, leavesOpen([...list, ...ofResource]));
          counts[judged] += 1;
        }
      }),
      { numRuns: 600 },
    );
    for (const count of Object.values(counts)) expect(count).toBeGreaterThan(50);
  });

  it('some resource at all: never impossible where one of them is allowed, never certain where none is', () => {
    fc.assert(
      fc.property(statements, fc.constantFrom(...actions), (list, action) => {
        const policies = [documentOf(list, 'identity')];
        const judged = identityAllows({ policies, boundary: undefined }, { action, resource: undefined });
        const possible = worlds.some((w) => resources.some((resource) => allowed(list, { action, resource }, w)));
        if (possible) expect(judged).not.toBe('no');
      }),
      { numRuns: 600 },
    );
  });
});
