import type { OperationRule } from '../ports/aws.ts';
import { operations } from '../ports/aws-operations.ts';
import type { AwsAnswer } from './aws-server.ts';
import { answerAws, type Scenario } from './scenario.ts';

/** What the embedded AWS answers where it also lists: asked without a name, with all that it knows of an operation. */
export function answerListing(scenario: Scenario, operation: string, input: Record<string, unknown>): AwsAnswer {
  const rule: OperationRule | undefined = (operations as Readonly<Record<string, OperationRule>>)[operation];
  const named = Object.entries(input).filter(([name, value]) => value !== undefined && name !== rule?.pageSize?.[0]);
  const own = scenario.aws.filter((e) => e.operation === operation && e.output !== undefined);
  const members = rule?.joined ?? rule?.members ?? [];
  const isList = (member: string) =>
    own.every(({ output }) => Array.isArray((output as Record<string, unknown>)[member] ?? []));
  if (rule && named.length === 0 && own.length > 0 && members.every(isList)) {
    const all = (member: string) => own.flatMap(({ output }) => (output as Record<string, unknown[]>)[member] ?? []);
    return { output: Object.fromEntries(members.map((member) => [member, all(member)])) };
  }
  const { output, error } = answerAws(scenario, operation, input);
  return error ? { error } : { output };
}
