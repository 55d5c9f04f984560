import type { AnyServiceName } from '../../ports/aws.ts';
import { readJson, toJson } from './json.ts';
import { loadOperations, type OperationShape, type Shape } from './shapes.ts';
import { kindOf, type Plain, readText } from './values.ts';
import { notRecorded, type Protocol, WireError } from './wire.ts';

const headers = { 'content-type': 'application/json' };

/** REST with JSON: the operation is told by method and path, and the input stands in path, query and body. */
export const restJson: Protocol = {
  async read({ method, target, body, service }) {
    if (service === undefined) throw new WireError(notRecorded, 'the request is not signed for a known service');
    const [path = '', search = ''] = target.split('?');
    const { operation, labels } = await route(service, method, path);
    const input = readInput(operation.input, labels, new URLSearchParams(search));
    return { operation, input: body === '' ? input : { ...readJson(operation.input, body, 'jsonName'), ...input } };
  },
  write({ output: shape }, output) {
    // An operation without output has a schema without members.
    const body = Object.keys(output).length === 0 ? {} : toJson(shape, output, 'jsonName');
    return { status: 200, headers, body: JSON.stringify(body) };
  },
  fail({ code, message, status }) {
    return { status, headers: { ...headers, 'x-amzn-errortype': code }, body: JSON.stringify({ message }) };
  },
};

interface Route {
  readonly operation: OperationShape;
  readonly labels: Readonly<Record<string, string>>;
}

async function route(service: AnyServiceName, method: string, path: string): Promise<Route> {
  for (const operation of await loadOperations(service)) {
    if (operation.http?.method !== method) continue;
    const labels = match(operation.http.path, path);
    if (labels) return { operation, labels };
  }
  throw new WireError(notRecorded, `${service} has no operation in the allow-list at this method and path`);
}

/** The labels of a path template in a path, or undefined where the path is another one. A label is one segment. */
function match(template: string, path: string): Record<string, string> | undefined {
  const expected = template.split('/');
  const given = path.split('/');
  if (expected.length !== given.length) return undefined;
  const labels: Record<string, string> = {};
  for (const [index, segment] of expected.entries()) {
    const text = given[index] ?? '';
    const label = segment.match(/^\{(\w+)\}$/)?.[1];
    if (label === undefined && segment !== text) return undefined;
    if (label !== undefined) labels[label] = decode(text);
  }
  return labels;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new WireError('SerializationException', 'the path is not well encoded');
  }
}

function readInput(shape: Shape, labels: Route['labels'], query: URLSearchParams): Record<string, Plain> {
  const input: [string, Plain][] = [];
  const known = new Set<string>();
  for (const [name, member] of shape.structIterator()) {
    const { httpLabel, httpQuery } = member.getMergedTraits();
    if (httpLabel) {
      input.push([name, readText(member, labels[name] ?? '', `input.${name}`)]);
    } else if (httpQuery) {
      known.add(httpQuery);
      if (query.has(httpQuery)) input.push([name, readParameter(member, query.getAll(httpQuery), `input.${name}`)]);
    }
  }
  for (const key of query.keys()) {
    if (!known.has(key)) throw new WireError(notRecorded, `input has no parameter ${JSON.stringify(key)}`);
  }
  return Object.fromEntries(input);
}

function readParameter(member: Shape, texts: string[], path: string): Plain {
  if (kindOf(member) === 'list') return texts.map((text) => readText(member.getValueSchema(), text, path));
  if (texts.length !== 1) throw new WireError(notRecorded, `${path} is given more than once`);
  return readText(member, texts[0] ?? '', path);
}
