import { randomUUID } from 'node:crypto';
import type { AwsAnswer } from '../../src/demo/aws-server.ts';
import type { ExperimentPlan } from '../../src/ports/fis.ts';

type Json = Record<string, unknown>;

export const templateId = 'EXT1a2b3c4d5e6f7';
export const memberArn = 'arn:aws:ec2:eu-west-1:123456789012:instance/i-0a1b2c3d4e5f60001';

/** A template that stops one instance of the group. */
export function templateOf(
  target: object = { resourceTags: { 'aws:autoscaling:groupName': 'openclaw-prod' }, selectionMode: 'COUNT(1)' },
  action = 'aws:ec2:stop-instances',
): ExperimentPlan {
  return {
    targets: { one: { resourceType: 'aws:ec2:instance', ...target } },
    actions: { fail: { actionId: action, targets: { Instances: 'one' } } },
    experimentOptions: { accountTargeting: 'single-account' },
  };
}

export interface ExperimentBehaviour {
  readonly template: ExperimentPlan;
  /** It was changed after it was read; what runs was made from this. */
  readonly changedTo?: ExperimentPlan;
  /** The action fails, or the experiment goes on until it is stopped. */
  readonly runs?: 'fails' | 'lingers';
}

/** AWS FIS as far as the drills speak to it: in this process, by its API reference. No other part of it is here. */
export class Experiments {
  readonly #behaviour: ExperimentBehaviour;
  readonly #inject: () => void;
  readonly #all: Json[] = [];

  /** @param inject what the action does to the deployment */
  constructor(behaviour: ExperimentBehaviour, inject: () => void) {
    this.#behaviour = behaviour;
    this.#inject = inject;
  }

  /** The state of each. */
  get states(): readonly unknown[] {
    return this.#all.map((one) => (one['state'] as Json)['status']);
  }

  answer(operation: string, input: Json): AwsAnswer {
    const { template, changedTo = template, runs } = this.#behaviour;
    const found = this.#all.find(({ id }) => id === input['id']);
    switch (operation) {
      case 'fis:GetExperimentTemplate':
        if (input['id'] !== templateId) return notFound;
        return { output: { experimentTemplate: { id: templateId, ...template } } };
      case 'fis:StartExperiment': {
        const [name = '', action] = Object.entries(changedTo.actions ?? {})[0] ?? [];
        const failed = runs === 'fails';
        const status = failed ? 'failed' : runs === 'lingers' ? 'running' : 'completed';
        const now = new Date();
        const made = {
          id: `EXP${randomUUID().replaceAll('-', '').slice(0, 20)}`,
          experimentTemplateId: templateId,
          ...changedTo,
          actions: { [name]: { ...action, state: { status }, ...(!failed && { startTime: now }) } },
          state: { status, reason: 'as the test wants it' },
          startTime: now,
          tags: input['tags'],
        };
        this.#all.unshift(made);
        if (!failed) this.#inject();
        return { output: { experiment: made } };
      }
      case 'fis:ListExperiments':
        return { output: { experiments: this.#all.map(({ id, tags, state }) => ({ id, tags, state })) } };
      case 'fis:GetExperiment':
        return found ? { output: { experiment: found } } : notFound;
      case 'fis:StopExperiment':
        if (found) found['state'] = { status: 'stopped' };
        return found ? { output: { experiment: found } } : notFound;
      default:
        return { error: { code: 'NotRecorded' } };
    }
  }
}

const notFound: AwsAnswer = { error: { code: 'ResourceNotFoundException', status: 404 } };
