import { awsRemedies } from './remedies-aws.ts';
import { hostRemedies } from './remedies-host.ts';

/** With what the commands are typed, and where. */
export type RemedyPlace = 'aws' | 'host' | 'gateway' | 'git';

/** What mends a check by commands, for one way in which it fails. */
export interface Remedy {
  readonly place: RemedyPlace;
  /** The way it fails: a flaw of the lab, on which a test tries the commands. Absent where the lab cannot be changed so. */
  readonly flaw?: string;
  readonly when: string;
  readonly commands: readonly string[];
  /** Where the console, of AWS or the git host, has it. Not tried: no console was at hand. */
  readonly console?: string;
  /** File of docs/terraform with what makes the check pass. */
  readonly terraform?: string;
}

/**
 * By id of the check. Words in capitals after `$` are names of the deployment, most of them as `clawcheck init` finds them.
 * Checks without one are mended by a decision, by editing a file, or by a person's word.
 */
export const remedies: Readonly<Record<string, Remedy>> = { ...awsRemedies, ...hostRemedies };
