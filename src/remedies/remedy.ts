/** With what the lines are typed, and where. */
export type RemedyPlace = 'aws' | 'host' | 'gateway' | 'git' | 'clawcheck' | 'environment' | 'repository';

/**
 * Where a test makes the lines and sees the check pass that failed before: a flaw of the AWS of the tests (moto), of their
 * live host, of the embedded deployment or of its git host, a real gateway that was configured wrongly, or moto and
 * live hosts together, with a drill or as the words say. `none` where no lab can be changed so, with what is missing.
 */
export type Tried =
  | { readonly lab: 'moto'; readonly flaw: string }
  | { readonly lab: 'embedded'; readonly flaw: string }
  | { readonly lab: 'github'; readonly flaw: string }
  | { readonly lab: 'host'; readonly flaw: string }
  | { readonly lab: 'openclaw' }
  | { readonly lab: 'drill' }
  | { readonly lab: 'stage'; readonly flaw: string }
  | { readonly lab: 'none'; readonly why: string };

/** What mends a check, for one way in which it fails. */
export interface Remedy {
  readonly place: RemedyPlace;
  readonly tried: Tried;
  readonly when: string;
  /**
   * Commands, or the lines of a file. Words in capitals after `$` are names of the deployment, most of them as
   * `clawcheck init` finds them.
   */
  readonly commands: readonly string[];
  /** Where the console, of AWS or the git host, has it. Not tried: no console was at hand. */
  readonly console?: string;
  /** Address in docs/terraform of what makes the check pass. */
  readonly terraform?: string;
}

/** What a place says of console and Terraform where the remedy itself does not. */
const defaults: Readonly<Record<RemedyPlace, Pick<Remedy, 'console' | 'terraform'>>> = {
  aws: {},
  host: {
    console: 'Systems Manager, Run Command, document AWS-RunShellScript, these commands, on each instance of the group',
    terraform: 'aws_launch_template.gateway',
  },
  gateway: {
    console: 'the Control UI of the gateway, where it is on: Config',
    terraform: 'aws_launch_template.gateway',
  },
  git: {},
  clawcheck: {},
  environment: {},
  repository: {},
};

/** Who types the lines, or where they stand. */
export const remedyPlaces: Readonly<Record<RemedyPlace, string>> = {
  aws: 'AWS CLI',
  host: 'as root on the host; then in its image, as the group replaces hosts',
  gateway: "as the agent's user on the host; then in its image, as the group replaces hosts",
  git: 'GitHub CLI',
  clawcheck: 'from where clawcheck runs',
  environment: 'in the environment file',
  repository: 'in the git repository of the deployment',
};

/** Whether the lines are those of a YAML file. */
export const isFile = ({ place }: Remedy): boolean => place === 'environment' || place === 'repository';

/** The console and the Terraform of a remedy, its own or those of its place. */
export const elsewhere = ({ place, console, terraform }: Remedy): Pick<Remedy, 'console' | 'terraform'> => ({
  ...defaults[place],
  ...(console !== undefined && { console }),
  ...(terraform !== undefined && { terraform }),
});

/** What is known of the lines: made by a test, or not. */
export function triedWords({ tried }: Remedy): string {
  switch (tried.lab) {
    case 'moto':
      return `tried on the AWS of the tests, on the flaw ${tried.flaw}`;
    case 'embedded':
      return `tried on the embedded deployment, on the flaw ${tried.flaw}`;
    case 'github':
      return `tried with the real GitHub CLI on a server that takes its requests as GitHub documents them, on the flaw ${tried.flaw}`;
    case 'host':
      return `tried as root on the live host of the tests, with stand-ins for systemctl and mount.efs, on the flaw ${tried.flaw}`;
    case 'openclaw':
      return 'tried on a real gateway that was configured wrongly';
    case 'drill':
      return 'tried on the AWS of the tests and their live hosts, with the drill';
    case 'stage':
      return `tried on the AWS of the tests and a live host of theirs, where ${tried.flaw}`;
    case 'none':
      return `not tried: ${tried.why}`;
  }
}
