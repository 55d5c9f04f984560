import { spawnSync } from 'node:child_process';
import { NormalizedSchema } from '@smithy/core/schema';
import { expect, it } from 'vitest';
import * as fis from '../../src/adapters/aws/drill-fis.ts';
import { drillOperations } from '../../src/ports/drill-operations.ts';
import { liveDescribe } from './live.ts';
import { motoAvailable } from './moto/moto.ts';

interface Member {
  readonly shape: string;
  readonly location?: string;
}

/** The model of FIS that AWS publishes, as botocore carries it. */
interface Model {
  readonly metadata: { readonly signingName: string; readonly protocol: string };
  readonly operations: Readonly<
    Record<string, { http: { method: string; requestUri: string }; input: Member; output: Member }>
  >;
  readonly shapes: Readonly<
    Record<
      string,
      { type: string; members?: Record<string, Member>; value?: Member; member?: Member; required?: string[] }
    >
  >;
}

const script = `
import json, botocore.loaders
print(json.dumps(botocore.loaders.Loader().load_service_model('fis', 'service-2', '2020-12-01')))`;

/** What is written down of a shape that AWS's model has otherwise, or not at all. */
function differences(schema: NormalizedSchema, name: string, model: Model, path: string): string[] {
  const shape = model.shapes[name];
  if (!shape) return [`${path}: no shape`];
  const kind = schema.isStructSchema()
    ? 'structure'
    : schema.isListSchema()
      ? 'list'
      : schema.isMapSchema()
        ? 'map'
        : schema.isTimestampSchema()
          ? 'timestamp'
          : 'string';
  if (kind !== shape.type) return [`${path}: ${kind}, and not ${shape.type}`];
  const item = shape.value ?? shape.member;
  if (item) return differences(schema.getValueSchema(), item.shape, model, `${path}[]`);
  if (kind !== 'structure') return [];
  return [...schema.structIterator()].flatMap(([member, own]) => {
    const found = shape.members?.[member];
    if (!found) return [`${path}.${member}: not there`];
    const { httpLabel, httpQuery } = own.getMergedTraits();
    const location = httpLabel ? 'uri' : httpQuery ? 'querystring' : undefined;
    const place = location === found.location ? [] : [`${path}.${member}: in ${location}, and not ${found.location}`];
    return [...place, ...differences(own, found.shape, model, `${path}.${member}`)];
  });
}

liveDescribe('the shapes of AWS FIS', motoAvailable(), () => {
  it('are those of the model that AWS publishes', () => {
    const { stdout } = spawnSync('python3', ['-c', script], { encoding: 'utf8', maxBuffer: 16 * 1024 * 1024 });
    const model: Model = JSON.parse(stdout);
    expect(model.metadata).toMatchObject({ signingName: 'fis', protocol: 'rest-json' });
    const names = Object.keys(drillOperations).flatMap((id) => (id.startsWith('fis:') ? [id.slice(4)] : []));
    expect(names).toHaveLength(5);
    for (const name of names) {
      const Command = (fis as unknown as Record<string, new (input: object) => { schema: unknown }>)[`${name}Command`];
      const [, , , traits, input, output] = (Command ? new Command({}).schema : []) as [...unknown[]] as never as [
        0,
        0,
        0,
        { http: [string, string] },
        () => never,
        () => never,
      ];
      const { http, ...io } = model.operations[name] as Model['operations'][string];
      expect(traits.http.slice(0, 2)).toEqual([http.method, http.requestUri]);
      expect(differences(NormalizedSchema.of(input), io.input.shape, model, name)).toEqual([]);
      expect(differences(NormalizedSchema.of(output), io.output.shape, model, name)).toEqual([]);
      const sent = [...NormalizedSchema.of(input).structIterator()].map(([member]) => member);
      expect(sent).toEqual(expect.arrayContaining(model.shapes[io.input.shape]?.required ?? []));
    }
  });
});
