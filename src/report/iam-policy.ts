import { allowed } from '../ports/aws-operations.ts';

/** The IAM actions behind the allow-list, sorted, each once. */
export function iamActions(): string[] {
  const actions = [...allowed()].flatMap(([operation, { action }]) => (action === null ? [] : [action ?? operation]));
  return [...new Set(actions)].sort();
}

/** The policy that a run needs, and no more. Reads of the control plane cannot all be narrowed to resources. */
export function iamPolicy(): object {
  return {
    Version: '2012-10-17',
    Statement: [{ Sid: 'ClawcheckReadOnly', Effect: 'Allow', Action: iamActions(), Resource: '*' }],
  };
}

/** The same policy as a Terraform data source. */
export function terraformPolicy(): string {
  const actions = iamActions().map((action) => `      "${action}",`);
  return [
    'data "aws_iam_policy_document" "clawcheck" {',
    '  statement {',
    '    sid       = "ClawcheckReadOnly"',
    '    effect    = "Allow"',
    '    resources = ["*"]',
    '    actions = [',
    ...actions,
    '    ]',
    '  }',
    '}',
    '',
  ].join('\n');
}
