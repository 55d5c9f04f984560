import type { AnswerAws, AwsAnswer } from '../src/demo/aws-server.ts';

type Input = Record<string, unknown>;

/** A deployment of an account: how its AWS answers, and whether a text names something of it. */
export interface Member {
  readonly aws: (operation: string, input: Input) => AwsAnswer | Promise<AwsAnswer>;
  readonly isNamedIn: (text: string) => boolean;
}

/**
 * One AWS of several deployments. What names some of them is answered by those; a list of the account has what each of
 * them lists, once.
 */
export function oneAccount(members: readonly Member[]): AnswerAws {
  return async (operation, input) => {
    const text = JSON.stringify(input['PolicySourceArn'] ?? input);
    const named = members.filter(({ isNamedIn }) => isNamedIn(text));
    const answers = await Promise.all((named.length > 0 ? named : members).map(({ aws }) => aws(operation, input)));
    const known = answers.filter(({ error }) => error?.code !== 'NotRecorded');
    const refused = known.find(({ error }) => error) ?? (known.length === 0 && answers[0]);
    if (refused) return refused;
    const outputs = known.map(({ output }) => output as Record<string, unknown>);
    const [first = {}] = outputs;
    const output = Object.fromEntries(
      Object.entries(first).map(([member, value]) => [
        member,
        Array.isArray(value) ? distinct(outputs.flatMap((o) => (o[member] as unknown[] | undefined) ?? [])) : value,
      ]),
    );
    return { output: amended[operation]?.(input, output) ?? output };
  };
}

function distinct(items: readonly unknown[]): unknown[] {
  return [...new Map(items.map((item) => [JSON.stringify(item), item])).values()];
}

/** Where a deployment's AWS knows what is its own only, or gives more than is asked for. */
const amended: Readonly<Record<string, (input: Input, output: Input) => Input>> = {
  'autoscaling:DescribeAutoScalingGroups'({ AutoScalingGroupNames: names }, output) {
    const groups = output['AutoScalingGroups'] as readonly { AutoScalingGroupName: string }[];
    const asked = (name: string) => !Array.isArray(names) || names.includes(name);
    return { ...output, AutoScalingGroups: groups.filter((group) => asked(group.AutoScalingGroupName)) };
  },
  'iam:SimulatePrincipalPolicy'({ ActionNames, ResourceArns }, output) {
    const results = output['EvaluationResults'] as readonly { EvalActionName: string; EvalResourceName: string }[];
    const known = new Set(results.map((result) => `${result.EvalActionName} ${result.EvalResourceName}`));
    const others = (ActionNames as string[]).flatMap((EvalActionName) =>
      (ResourceArns as string[])
        .filter((arn) => !known.has(`${EvalActionName} ${arn}`))
        .map((EvalResourceName) => ({ EvalActionName, EvalResourceName, EvalDecision: 'implicitDeny' })),
    );
    return { ...output, EvaluationResults: [...results, ...others] };
  },
};

const hexOf = (n: number) => n.toString(16).padStart(3, '0');

/** Gives what belongs to one deployment a name of its own: `openclaw-prod` and the ids of AWS's resources, in their order. */
export function renamer(name: string, n: number): (text: string) => string {
  return (text) =>
    text
      .replaceAll(/((?:role\/|"RoleName":")on-call)\b/g, `$1-${name}`)
      .replaceAll(/openclaw(-|\/|%2F)prod/g, `openclaw$1${name}`)
      .replaceAll(/openclaw(-|\/|%2F)(staging|operator)/g, `openclaw$1${name}-$2`)
      .replaceAll(
        /\b((?:i|sg|fs|fsap|subnet|vpc|eni|rtb|lt|vol|acl)-0[0-9a-f]{4})[0-9a-f]{3}(?=[0-9a-f]{2})/g,
        `$1${hexOf(n)}`,
      )
      .replaceAll(/(-4[0-9a-f]{3}-8000-)000(?=\d{9}\b)/g, `$1${hexOf(n)}`);
}

/** Whether a text has a name that `renamer` gives. */
export function isNamed(name: string, n: number): (text: string) => boolean {
  const given = new RegExp(`openclaw[-/]${name}|-0[0-9a-f]{4}${hexOf(n)}[0-9a-f]{2}|-8000-${hexOf(n)}\\d{9}`);
  return (text) => given.test(text);
}
