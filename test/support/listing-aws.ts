import { type AwsServer, startAwsServer } from '../../src/demo/aws-server.ts';
import { type AwsExchange, answerAws, type Scenario } from '../../src/demo/scenario.ts';
import type { OperationRule } from '../../src/ports/aws.ts';
import { operations } from '../../src/ports/aws-operations.ts';

/** The embedded AWS, which also lists: asked without a name, it answers with all that it knows of an operation. */
export function startListingAws({ aws }: Scenario): Promise<AwsServer> {
  return startAwsServer((operation, input) => {
    const output = listing(aws, operation, input);
    if (output) return { output };
    const { output: answer, error } = answerAws({ aws } as Scenario, operation, input);
    return error ? { error } : { output: answer };
  });
}

function listing(exchanges: readonly AwsExchange[], operation: string, input: Record<string, unknown>) {
  const rule: OperationRule | undefined = (operations as Readonly<Record<string, OperationRule>>)[operation];
  const given = Object.values(input).filter((value) => value !== undefined);
  const own = exchanges.filter((e) => e.operation === operation && e.output !== undefined);
  if (!rule || given.length > 0 || own.length === 0) return undefined;
  const members = rule.joined ?? rule.members;
  const isList = (member: string) =>
    own.every(({ output }) => Array.isArray((output as object)[member as never] ?? []));
  if (!members.every(isList)) return undefined;
  return Object.fromEntries(
    members.map((member) => [member, own.flatMap(({ output }) => (output as Record<string, unknown[]>)[member] ?? [])]),
  );
}
