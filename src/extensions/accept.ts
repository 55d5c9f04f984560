import type { Area, Check } from '../model/check.ts';
import type { Probe } from '../model/probe.ts';
import { UsageError } from '../model/reason.ts';
import type { OperationRule } from '../ports/aws.ts';
import { allowFurther, forbidden, operations } from '../ports/aws-operations.ts';
import { confinedCheck, confinedProbe } from './confine.ts';
import { type AwsCalls, type Extension, gatewayReads } from './define.ts';

type AnyProbe = Probe<unknown>;

const readOperation = /^[a-z0-9]+:(Describe|Get|List|Simulate|Lookup|Filter)[A-Z][A-Za-z0-9]+$/;
const services = new Set(Object.keys(operations).map((operation) => operation.split(':')[0]));

/**
 * The area of an extension, after everything about it that types say was held against it once more: a module in
 * JavaScript has none. Its checks and probes are confined to what they declare.
 * @param source where it came from, for messages
 * @param standard the probes of clawcheck, which an extension may need as they are
 * @throws UsageError naming what is wrong
 */
export function acceptExtension(
  value: unknown,
  source: string,
  standard: ReadonlySet<AnyProbe>,
): { id: string; area: Area } {
  const refuse = (what: string): never => {
    throw new UsageError(`the extension ${source}: ${what}`, 'docs/extending.md has the form.');
  };
  const text = (holder: object, key: string, where: string): string => {
    const found = (holder as Record<string, unknown>)[key];
    if (typeof found === 'string' && /^[\x20-\x7e]{1,400}$/.test(found)) return found;
    return refuse(`${where} has no ${key} of 1 to 400 printable ASCII characters`);
  };
  const isRecord = (v: unknown): v is Record<string, unknown> =>
    typeof v === 'object' && v !== null && !Array.isArray(v);

  if (!isRecord(value)) return refuse('its default export is not extension({ … })');
  const { name, checks } = value as Partial<Extension> as { name: unknown; checks: unknown };
  if (typeof name !== 'string' || !/^[a-z][a-z0-9-]{0,30}$/.test(name))
    return refuse('its name is not of lower-case letters, digits and -');
  const id = `custom-${name}`;
  if (!isRecord(checks) || Object.keys(checks).length === 0) return refuse('it has no checks');

  const confined = new Map<AnyProbe, AnyProbe>();
  const probeIds = new Set<string>();
  const calls = (probe: AnyProbe): string[] => {
    const { awsCalls } = probe as { awsCalls?: AwsCalls };
    if (probe.kind === 'aws') {
      if (!isRecord(awsCalls) || Object.keys(awsCalls).length === 0)
        return refuse(`${probe.id} does not declare its calls`);
      for (const [operation, rule] of Object.entries(awsCalls)) readOnly(operation, rule, probe.id);
      return Object.keys(awsCalls);
    }
    if (probe.kind !== 'git' && probe.kind !== 'gateway') return [];
    const { calls: declared } = probe;
    if (!Array.isArray(declared) || declared.length === 0) return refuse(`${probe.id} does not declare its calls`);
    const fits = (call: unknown) =>
      typeof call === 'string' &&
      (probe.kind === 'git'
        ? /^\/[\x21-\x7e]*$/.test(call)
        : /^GET \/[\x21-\x7e]*$/.test(call) || gatewayReads.some((method) => call === `rpc ${method}`));
    const strange = declared.find((call) => !fits(call));
    return strange === undefined ? [...declared] : refuse(`${probe.id} declares a call that does not only read`);
  };
  const readOnly = (operation: string, rule: 'known' | OperationRule, probe: string): void => {
    const known = Object.hasOwn(operations, operation);
    if (known && rule === 'known') return;
    if (known) refuse(`${probe} gives a rule for ${operation}, which clawcheck has already; write 'known'`);
    if (!readOperation.test(operation) || !services.has(operation.split(':')[0]))
      refuse(`${probe} declares ${operation.slice(0, 80)}, which does not only read`);
    if (forbidden.includes(operation as never)) refuse(`${probe} declares ${operation}, which hands out a secret`);
    const { members, joined = [], token, absent = [], action } = isRecord(rule) ? (rule as OperationRule) : {};
    const names = [members, joined, token ?? ['a', 'b'], absent];
    const isNames = (list: unknown) => Array.isArray(list) && list.every((one) => /^\w[\w.]*$/.test(String(one)));
    if (!names.every(isNames) || (token && token.length !== 2) || [...(members ?? []), ...joined].length === 0)
      refuse(`${probe} has no rule for ${operation} with the members that its answer must have`);
    if (action !== undefined && !/^[a-z0-9-]+:[A-Za-z]+$/.test(String(action)))
      refuse(`${probe} names no IAM action for ${operation}`);
    allowFurther(operation, structuredClone(rule) as OperationRule);
  };
  const probesIn = (needs: unknown, where: string, path: readonly AnyProbe[]): Record<string, AnyProbe> => {
    if (!isRecord(needs)) return refuse(`${where} has no needs`);
    return Object.fromEntries(Object.entries(needs).map(([key, probe]) => [key, accepted(probe, where, path)]));
  };
  const accepted = (value: unknown, where: string, path: readonly AnyProbe[]): AnyProbe => {
    const probe = value as AnyProbe;
    if (standard.has(probe)) return probe;
    const done = confined.get(probe);
    if (done) return done;
    if (!isRecord(probe)) return refuse(`a need of ${where} is no probe`);
    if (path.includes(probe)) return refuse(`${probe.id} needs itself`);
    if (typeof probe.id !== 'string' || !probe.id.startsWith(`${id}/`) || !/^[a-z0-9/-]{1,90}$/.test(probe.id))
      return refuse(`the id of a probe that ${where} needs does not begin with ${id}/`);
    if (probeIds.has(probe.id)) return refuse(`two probes have the id ${probe.id}`);
    if (!['aws', 'git', 'files', 'gateway', 'host'].includes(probe.kind)) return refuse(`${probe.id} has no kind`);
    const functions: readonly unknown[] =
      probe.kind === 'host' ? [probe.script, probe.seconds, probe.parse] : [probe.gather];
    if (!functions.every((f) => typeof f === 'function')) return refuse(`${probe.id} is not made by a probe function`);
    if (probe.kind === 'host' && !['login', 'agent', 'root'].includes(probe.as))
      return refuse(`${probe.id} runs as nobody that there is`);
    probeIds.add(probe.id);
    const own = confinedProbe({ ...probe, calls: calls(probe) }, probesIn(probe.needs, probe.id, [...path, probe]));
    confined.set(probe, own);
    return own;
  };

  const list = Object.entries(checks).map(([key, given]): [string, Check] => {
    if (!/^[a-z][a-z0-9-]{0,60}$/.test(key)) refuse(`${JSON.stringify(key.slice(0, 60))} is no name of a check`);
    if (!isRecord(given) || typeof given['judge'] !== 'function') return refuse(`${key} is not check({ … })`);
    for (const word of ['title', 'failureTitle', 'why', 'remediation']) text(given, word, key);
    if (given['trap'] !== undefined) text(given, 'trap', key);
    const needs = probesIn(given['needs'], key, []);
    if (Object.keys(needs).length === 0) refuse(`${key} needs no fact, so that nothing could decide it`);
    return [key, confinedCheck(given as unknown as Check, `${id}/${key}`, needs)];
  });
  const area = {
    title: `${text(value, 'title', 'it')} (custom)`,
    why: text(value, 'why', 'it'),
    checks: Object.fromEntries(list),
  };
  return { id, area };
}
