import { EFSClient, type EFSClientConfig } from '@aws-sdk/client-efs';
import { makeBuilder } from '@smithy/core/client';
import { getEndpointPlugin } from '@smithy/core/endpoints';
import { TypeRegistry } from '@smithy/core/schema';

/**
 * AWS FIS on the machinery of the SDK that is pinned: signing, connections and the REST protocol with JSON are those of
 * another client that speaks it; name, address, paths and members are those of the API of FIS (2020-12-01). Its own
 * client is not to be had in a version that fits the others.
 */
const namespace = 'com.amazonaws.fis';
const version = '2020-12-01';

const text = 0;
const time = 4;
const texts = 64 | text;
const map = 128;

type Shape = unknown;
const struct = (name: string, members: Readonly<Record<string, Shape>>) =>
  [3, namespace, name, 0, Object.keys(members), Object.values(members)] as const;
const mapOf = (name: string, value: Shape) => [2, namespace, name, 0, text, value] as const;
const listOf = (name: string, item: Shape) => [1, namespace, name, 0, item] as const;

const label = [text, 1] as const;
const tags = map | text;
const state = struct('ExperimentState', { status: text, reason: text });
const options = struct('ExperimentOptions', { accountTargeting: text, emptyTargetResolutionMode: text });
const target = struct('ExperimentTarget', {
  resourceType: text,
  resourceArns: texts,
  resourceTags: tags,
  selectionMode: text,
});
const planned = { actionId: text, parameters: tags, targets: tags, startAfter: texts };
const made = struct('ExperimentAction', { ...planned, state, startTime: time, endTime: time });
const targets = mapOf('ExperimentTargetMap', () => target);

const template = struct('ExperimentTemplate', {
  id: text,
  arn: text,
  targets,
  actions: mapOf('ExperimentTemplateActionMap', () => struct('ExperimentTemplateAction', planned)),
  roleArn: text,
  experimentOptions: () => options,
  tags,
});
const experiment = struct('Experiment', {
  id: text,
  arn: text,
  experimentTemplateId: text,
  state: () => state,
  targets,
  actions: mapOf('ExperimentActionMap', () => made),
  startTime: time,
  endTime: time,
  experimentOptions: () => options,
  tags,
});
const summary = struct('ExperimentSummary', { id: text, experimentTemplateId: text, state: () => state, tags });
const answered = struct('ExperimentResponse', { experiment: () => experiment });
const byId = struct('ById', { id: label });

const command = makeBuilder(
  {
    Endpoint: { type: 'builtInParams', name: 'endpoint' },
    Region: { type: 'builtInParams', name: 'region' },
  },
  'FIS',
  'FisClient',
  getEndpointPlugin,
);

function operation(name: string, method: string, path: string, input: Shape, output: Shape) {
  const schema = [9, namespace, name, { http: [method, path, 200] }, () => input, () => output];
  return command({}, () => [], name, schema as never);
}

export const GetExperimentTemplateCommand = operation(
  'GetExperimentTemplate',
  'GET',
  '/experimentTemplates/{id}',
  byId,
  struct('GetExperimentTemplateResponse', { experimentTemplate: () => template }),
);
export const StartExperimentCommand = operation(
  'StartExperiment',
  'POST',
  '/experiments',
  struct('StartExperimentRequest', { clientToken: text, experimentTemplateId: text, tags }),
  answered,
);
export const GetExperimentCommand = operation('GetExperiment', 'GET', '/experiments/{id}', byId, answered);
export const ListExperimentsCommand = operation(
  'ListExperiments',
  'GET',
  '/experiments',
  struct('ListExperimentsRequest', { experimentTemplateId: [text, { httpQuery: 'experimentTemplateId' }] }),
  struct('ListExperimentsResponse', { experiments: listOf('ExperimentSummaryList', () => summary), nextToken: text }),
);
export const StopExperimentCommand = operation('StopExperiment', 'DELETE', '/experiments/{id}', byId, answered);

/** Of the partitions that have FIS. */
function addressOf(region: string): string {
  return `https://fis.${region}.${region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'}`;
}

interface Place {
  readonly Endpoint?: string;
  readonly Region?: string;
}

export class FisClient extends EFSClient {
  constructor(config: object) {
    super({
      ...config,
      serviceId: 'fis',
      endpointProvider: ({ Endpoint, Region = '' }: Place) => ({ url: new URL(Endpoint ?? addressOf(Region)) }),
      signingName: 'fis',
      protocolSettings: {
        defaultNamespace: namespace,
        errorTypeRegistries: [TypeRegistry.for(namespace)],
        version,
        serviceTarget: 'FIS',
      },
    } as EFSClientConfig);
  }
}
