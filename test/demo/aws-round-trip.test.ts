import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadOperation } from '../../src/demo/aws/shapes.ts';
import { type AwsAnswer, type AwsServer, startAwsServer } from '../../src/demo/aws-server.ts';
import type { AwsOperation, OperationRule, ServiceName } from '../../src/ports/aws.ts';
import { operations } from '../../src/ports/aws-operations.ts';
import { type AwsCaller, awsCaller } from './aws-clients.ts';
import { any, anyFilled, empty, full, type Recipe, valuesOf } from './aws-synthesize.ts';

// Nothing is lost on the wire: what the answering function gets is what the SDK's client was called with, and what
// the client returns is what the function gave. The values come from the SDK's schemas, the transport is the SDK's.
//
// Known exceptions, all of the SDK's client and none of the server:
// - input: EC2 has no form for an empty list, the query protocols none for a structure without members, REST none for
//   an empty text in a path or an empty list in a query. So inputs are made without them.
// - output: a text of nothing but blank lines does not survive the SDK's XML reader. The server refuses to send it.

const ids = Object.keys(operations) as AwsOperation[];

let server: AwsServer;
let aws: AwsCaller;
let answer: AwsAnswer;

beforeAll(async () => {
  server = await startAwsServer(() => answer);
  aws = awsCaller(server.url);
});

afterAll(async () => {
  aws.close();
  await server.close();
});

async function valuesFor(id: AwsOperation, inputs: Recipe, outputs: Recipe) {
  const [service, name] = id.split(':') as [ServiceName, string];
  const { input, output } = await loadOperation(service, name);
  return fc.tuple(valuesOf(input, inputs), valuesOf(output, outputs));
}

/** One input and output; the fixed recipes have one value only. */
async function sample(id: AwsOperation, inputs: Recipe, outputs = inputs): Promise<{ input: object; output: object }> {
  const [values] = fc.sample(await valuesFor(id, inputs, outputs), 1);
  if (!values) throw new Error('no value was made');
  return { input: values[0], output: values[1] };
}

async function expectRoundTrip(id: AwsOperation, input: object, output: object): Promise<void> {
  answer = { output };
  expect(await aws.call(id, input)).toStrictEqual(output);
  expect(server.calls.at(-1)).toStrictEqual({ operation: id, input });
}

describe.each(ids)('%s', (id) => {
  it('loses no member of input and output', async () => {
    for (const unionMember of [0, 1, 2]) {
      const { input, output } = await sample(id, { ...full, unionMember });
      await expectRoundTrip(id, input, output);
    }
  });

  it('tells empty lists, empty text, zero and false from absence in the output', async () => {
    const { input, output } = await sample(id, full, empty);
    await expectRoundTrip(id, input, output);
  });

  it('takes ISO 8601 text for a date', async () => {
    const [[, output]] = fc.sample(await valuesFor(id, full, full), 1) as [[object, object]];
    const input =
      fc.sample(
        (await valuesFor(id, full, full)).map(([made]) => made),
        1,
      )[0] ?? {};
    answer = { output: JSON.parse(JSON.stringify(output)) };
    expect(await aws.call(id, input)).toStrictEqual(output);
  });

  it('carries any values', async () => {
    await fc.assert(
      fc.asyncProperty(await valuesFor(id, anyFilled, any), ([input, output]) => expectRoundTrip(id, input, output)),
      { numRuns: 5 },
    );
  });
});

describe('errors', () => {
  const absences = ids.flatMap((id) => ((operations[id] as OperationRule).absent ?? []).map((code) => ({ id, code })));

  it.each(absences)('$id: $code is one of the codes by which a thing does not exist', async ({ id, code }) => {
    const { input } = await sample(id, full);
    answer = { error: { code, message: 'gone <&>', status: 404 } };
    const { absent } = operations[id] as OperationRule;
    await expect(aws.call(id, input)).rejects.toSatisfy((error) => absent?.includes(error.name) === true);
  });

  it.each(ids)('%s: an error keeps its code, message and status', async (id) => {
    const { input } = await sample(id, full);
    for (const [code, status] of [
      ['AccessDeniedException', 403],
      ['SomethingElse', 500],
    ] as const) {
      answer = { error: { code, message: 'not <allowed> & "so"', status } };
      await expect(aws.call(id, input)).rejects.toMatchObject({
        name: code,
        message: 'not <allowed> & "so"',
        $metadata: { httpStatusCode: status },
      });
    }
  });

  it.each(ids)('%s: an output with a member that the schema does not know is refused', async (id) => {
    const { input, output } = await sample(id, full);
    answer = { output: { ...output, NoSuchMember: 1 } };
    await expect(aws.call(id, input)).rejects.toMatchObject({ name: 'NotRecorded' });
  });
});
