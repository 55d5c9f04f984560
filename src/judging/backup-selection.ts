import type { BackupSelection, ConditionParameter } from '@aws-sdk/client-backup';
import { fitsGlob } from './glob.ts';

export interface BackupResource {
  readonly arn: string;
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * Whether AWS Backup assigns the resource by this selection: one of the ARNs, and one of the tags, and all conditions,
 * as far as each is given, and none of the exclusions. A selection that names nothing assigns nothing. Conditions
 * filter tagged resources, so that a tag which is not there meets none of them, not even a negated one.
 */
export function selects(selection: BackupSelection, { arn, tags }: BackupResource): boolean {
  const { Resources = [], NotResources = [], ListOfTags = [], Conditions = {} } = selection;
  const conditions = [
    ...tests(Conditions.StringEquals, tags, (value, wanted) => value === wanted),
    ...tests(Conditions.StringLike, tags, (value, wanted) => fitsGlob(wanted, value)),
    ...tests(Conditions.StringNotEquals, tags, (value, unwanted) => value !== unwanted),
    ...tests(Conditions.StringNotLike, tags, (value, unwanted) => !fitsGlob(unwanted, value)),
  ];
  const listed = ListOfTags.map(
    ({ ConditionType, ConditionKey, ConditionValue }) =>
      ConditionType === 'STRINGEQUALS' && ConditionValue !== undefined && tagOf(tags, ConditionKey) === ConditionValue,
  );
  if (Resources.length + listed.length + conditions.length === 0) return false;
  return (
    (Resources.length === 0 || Resources.some((pattern) => fitsGlob(pattern, arn))) &&
    (listed.length === 0 || listed.includes(true)) &&
    !conditions.includes(false) &&
    !NotResources.some((pattern) => fitsGlob(pattern, arn))
  );
}

function tests(
  parameters: readonly ConditionParameter[] | undefined,
  tags: BackupResource['tags'],
  holds: (value: string, wanted: string) => boolean,
): boolean[] {
  return (parameters ?? []).map(({ ConditionKey, ConditionValue }) => {
    const value = tagOf(tags, ConditionKey);
    return value !== undefined && ConditionValue !== undefined && holds(value, ConditionValue);
  });
}

function tagOf(tags: BackupResource['tags'], key: string | undefined): string | undefined {
  const name = key?.replace(/^aws:ResourceTag\//, '') ?? '';
  return Object.hasOwn(tags, name) ? tags[name] : undefined;
}
