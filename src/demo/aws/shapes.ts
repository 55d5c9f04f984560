import { NormalizedSchema } from '@smithy/core/schema';
import type { AnyServiceName, NamedOperation } from '../../ports/aws.ts';
import { operations } from '../../ports/aws-operations.ts';
import { entryOf } from './services.ts';
import { notRecorded, WireError } from './wire.ts';

/** The SDK's schema of a value: its kind, its members, and their names on the wire. */
export type Shape = NormalizedSchema;

/** An allowed operation with the schemas that the SDK's own client serialises by. */
export interface OperationShape {
  readonly id: NamedOperation;
  /** The operation's name without the service. */
  readonly name: string;
  readonly input: Shape;
  readonly output: Shape;
  /** Method and path template, for a service that is spoken to over REST. */
  readonly http: { readonly method: string; readonly path: string } | undefined;
}

/** The tuple in which the SDK's packages keep the schema of an operation. */
type StaticOperation = readonly [9, string, string, unknown, unknown, unknown];
type CommandClass = new (input: object) => { readonly schema?: unknown };

const ids = Object.keys(operations) as NamedOperation[];

/** Lets the servers of this process speak further operations: those of the drills, which no run and no demo calls. */
export function speakAlso(more: readonly NamedOperation[]): void {
  ids.push(...more.filter((id) => !ids.includes(id)));
}

/** The operations of a service that may be called. */
export function allowedOf(service: AnyServiceName): readonly NamedOperation[] {
  return ids.filter((id) => id.startsWith(`${service}:`));
}

/** Loads the schemas of an operation. Throws `WireError` for one that is not in the allow-list. */
export async function loadOperation(service: AnyServiceName, name: string): Promise<OperationShape> {
  const id = allowedOf(service).find((allowed) => allowed === `${service}:${name}`);
  if (id === undefined) throw new WireError(notRecorded, `${service} has no such operation in the allow-list`);
  return shapeOf(id);
}

/** The schemas of all allowed operations of a service. */
export async function loadOperations(service: AnyServiceName): Promise<OperationShape[]> {
  return Promise.all(allowedOf(service).map(shapeOf));
}

async function shapeOf(id: NamedOperation): Promise<OperationShape> {
  const [service, name] = id.split(':') as [AnyServiceName, string];
  const client = (await entryOf(service).load()) as Record<string, unknown>;
  const Command = client[`${name}Command`] as CommandClass | undefined;
  const schema = Command && new Command({}).schema;
  if (!Array.isArray(schema) || schema[0] !== 9) throw new Error(`${id}: the client package has no schema for it`);
  const [, , , traits, input, output] = schema as unknown as StaticOperation;
  return { id, name, input: normalized(input), output: normalized(output), http: httpOf(traits) };
}

/** Schemas may be given by a function, because types refer to each other. */
function normalized(schema: unknown): Shape {
  return NormalizedSchema.of(schema as Parameters<typeof NormalizedSchema.of>[0]);
}

function httpOf(traits: unknown): OperationShape['http'] {
  const http = typeof traits === 'object' && traits !== null ? (traits as { http?: unknown }).http : undefined;
  if (!Array.isArray(http)) return undefined;
  const [method, path] = http as [string, string];
  return { method, path };
}
