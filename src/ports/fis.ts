import type { Command } from '@smithy/core/client';

/**
 * What the drills call of AWS FIS, after version 2020-12-01 of its API: the members that are read. The SDK's client of
 * FIS is not to be had in a version that fits the other clients (docs/drills.md), so its shapes are written down here.
 */
export interface ExperimentTarget {
  readonly resourceType?: string | undefined;
  readonly resourceArns?: readonly string[] | undefined;
  readonly resourceTags?: Readonly<Record<string, string>> | undefined;
  /** `ALL`, `COUNT(n)` or `PERCENT(n)`. */
  readonly selectionMode?: string | undefined;
}

export interface ExperimentAction {
  readonly actionId?: string | undefined;
  /** Names of targets by what the action calls them: `Instances`. */
  readonly targets?: Readonly<Record<string, string>> | undefined;
}

/** What a template and an experiment made from it have in common. */
export interface ExperimentPlan {
  readonly targets?: Readonly<Record<string, ExperimentTarget>> | undefined;
  readonly actions?: Readonly<Record<string, ExperimentAction>> | undefined;
  readonly experimentOptions?: { readonly accountTargeting?: string | undefined } | undefined;
}

interface State {
  readonly status?: string | undefined;
}

export interface Experiment extends ExperimentPlan {
  readonly id?: string | undefined;
  readonly state?: State | undefined;
  readonly actions?:
    | Readonly<Record<string, ExperimentAction & { readonly state?: State; readonly startTime?: Date }>>
    | undefined;
}

interface Listed {
  readonly id?: string | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

interface Answer {
  readonly $metadata: object;
}

type Operation<Input extends object, Output extends object> = new (
  input: Input,
  // biome-ignore lint/suspicious/noExplicitAny: as the commands of the SDK are typed
) => Command<Input, Output & Answer, any>;

export interface FisCommands {
  readonly GetExperimentTemplateCommand: Operation<{ id: string }, { experimentTemplate?: ExperimentPlan }>;
  readonly StartExperimentCommand: Operation<
    { clientToken: string; experimentTemplateId: string; tags: Readonly<Record<string, string>> },
    { experiment?: Experiment }
  >;
  readonly GetExperimentCommand: Operation<{ id: string }, { experiment?: Experiment }>;
  readonly ListExperimentsCommand: Operation<
    { experimentTemplateId: string },
    { experiments?: readonly Listed[]; nextToken?: string }
  >;
  readonly StopExperimentCommand: Operation<{ id: string }, { experiment?: Experiment }>;
}
