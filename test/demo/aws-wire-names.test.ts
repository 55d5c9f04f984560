import { NormalizedSchema } from '@smithy/core/schema';
import { describe, expect, it } from 'vitest';
import { readForm } from '../../src/demo/aws/form.ts';
import { readJson, toJson } from '../../src/demo/aws/json.ts';

// Rules of the protocols that no allowed operation shows by itself today. Schemas as the SDK's packages write them:
// 3 is a structure, 4 a union, 0 a string; then namespace, name, traits, members' names, members' schemas.

const schema = (kind: 3 | 4, members: Record<string, object | 0>): NormalizedSchema =>
  NormalizedSchema.of([
    kind,
    'test',
    'Shape',
    0,
    Object.keys(members),
    Object.values(members).map((traits) => (traits === 0 ? 0 : [0, traits])),
  ] as unknown as Parameters<typeof NormalizedSchema.of>[0]);

describe('names on the wire', () => {
  it('are EC2 names as they are, XML names capitalised in EC2, XML names as they are elsewhere', () => {
    const shape = schema(3, { a: { ec2QueryName: 'own', xmlName: 'x' }, b: { xmlName: 'other' }, c: 0 });
    expect(
      readForm(
        shape,
        [
          ['own', '1'],
          ['Other', '2'],
          ['C', '3'],
        ],
        'ec2',
      ),
    ).toEqual({ a: '1', b: '2', c: '3' });
    expect(
      readForm(
        shape,
        [
          ['x', '1'],
          ['other', '2'],
          ['c', '3'],
        ],
        'query',
      ),
    ).toEqual({ a: '1', b: '2', c: '3' });
  });

  it('are JSON names in REST only', () => {
    const shape = schema(3, { a: { jsonName: 'b' } });
    expect(toJson(shape, { a: '1' }, 'jsonName')).toEqual({ b: '1' });
    expect(readJson(shape, '{"b":"1"}', 'jsonName')).toEqual({ a: '1' });
    expect(toJson(shape, { a: '1' }, 'member')).toEqual({ a: '1' });
    expect(readJson(shape, '{"a":"1"}', 'member')).toEqual({ a: '1' });
  });
});

describe('a union in a form', () => {
  it('has one member', () => {
    const shape = schema(4, { a: 0, b: 0 });
    expect(readForm(shape, [['a', '1']], 'query')).toEqual({ a: '1' });
    expect(() =>
      readForm(
        shape,
        [
          ['a', '1'],
          ['b', '2'],
        ],
        'query',
      ),
    ).toThrow('one member');
    expect(() => readForm(shape, [], 'query')).toThrow('one member');
  });
});

describe('a trait that no allowed operation has', () => {
  it.each(['xmlFlattened', 'xmlAttribute', 'mediaType', 'sparse', 'streaming'])(
    '%s is refused, not ignored',
    (trait) => {
      expect(() => readForm(schema(3, { a: { [trait]: 1 } }), [['a', '1']], 'query')).toThrow(trait);
    },
  );
});
