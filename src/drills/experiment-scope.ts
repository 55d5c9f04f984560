import { some } from '../model/text.ts';
import type { ExperimentPlan } from '../ports/fis.ts';

/** The group that an experiment may touch. */
export interface Scope {
  readonly group: string;
  /** Its instances, by id. */
  readonly instances: readonly string[];
}

const allowed = ['aws:ec2:stop-instances', 'aws:ec2:terminate-instances'];
/** Auto Scaling puts it on each instance of a group, and nobody else can: AWS keeps tags that begin with `aws:`. */
const groupTag = 'aws:autoscaling:groupName';

/**
 * Why a template, or an experiment made from one, is not the failure of one instance of this group; undefined where it
 * can be nothing else.
 */
export function beyondScope(plan: ExperimentPlan, { group, instances }: Scope): string | undefined {
  const { accountTargeting = 'single-account' } = plan.experimentOptions ?? {};
  if (accountTargeting !== 'single-account') return 'it reaches into other accounts';
  const actions = Object.values(plan.actions ?? {});
  const [action] = actions;
  if (!action || actions.length !== 1) return `it has ${actions.length} actions, and not one`;
  if (!allowed.includes(action.actionId ?? '')) return `its action is none of ${allowed.join(' and ')}`;
  const aims = Object.entries(action.targets ?? {});
  const [aim] = aims;
  const target = aim?.[0] === 'Instances' && aims.length === 1 ? plan.targets?.[aim[1]] : undefined;
  if (target?.resourceType !== 'aws:ec2:instance') return 'its action has another target than instances';
  const { resourceArns = [], resourceTags = {}, selectionMode = '' } = target;
  const tagged = Object.keys(resourceTags).length > 0;
  if (tagged === resourceArns.length > 0) return 'its target names instances neither by ARN alone nor by tag alone';
  if (tagged && resourceTags[groupTag] !== group) return `its target is not bound to the group by the tag ${groupTag}`;
  const ids = resourceArns.map((arn) => /:instance\/(i-[0-9a-f]+)$/.exec(arn)?.[1] ?? arn);
  const others = ids.filter((id) => !instances.includes(id));
  if (others.length > 0) return `its target is not of the group: ${some(others)}`;
  const most = tagged ? instances.length : ids.length;
  if (selectionMode === 'COUNT(1)' || (selectionMode === 'ALL' && most === 1)) return undefined;
  return 'it can hit more than one instance: select COUNT(1)';
}
