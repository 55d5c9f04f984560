import { inert } from '../model/text.ts';
import type { EnvironmentValues } from '../setup/write-config.ts';
import type { InitOptions } from './init.ts';

/** What was found, what was not, what only a person knows, and the next step. */
export function initSummary(
  lost: readonly string[],
  values: EnvironmentValues,
  skills: readonly string[],
  { config, env, gatewayTokenEnv }: InitOptions,
): string {
  const rows = Object.entries(values).flatMap(([section, keys]) =>
    Object.entries(keys).flatMap(([key, value]) =>
      value === undefined ? [] : [`  ${section}.${key}: ${shown(value)}`],
    ),
  );
  const absent = [
    ['monitoring', 'killSwitch'],
    ['monitoring', 'budget'],
    ['monitoring', 'alertFunction'],
    ['backup', 'vault'],
    ['credentials', 'monitoringSecret'],
    ['git', 'repository'],
  ].flatMap(([section = '', key = '']) => (values[section]?.[key] === undefined ? [`${section}.${key}`] : []));
  return [
    `${config} is written. Read it through; what was found:`,
    ...rows,
    ...skills.map((path) => `  (skills on the host: ${inert(path, 500)})`),
    ...(absent.length > 0 ? ['', `Not found, and to be named where there is one: ${absent.join(', ')}.`] : []),
    ...(lost.length > 0 ? ['', 'Could not be looked at:', ...lost.map((line) => `  ${inert(line, 500)}`)] : []),
    '',
    'Only a person knows: network.approvedHosts, unapprovedHosts and approvedRanges, credentials.integrations, approvalGates and owners.',
    '',
    `Next: put the token of the gateway into ${gatewayTokenEnv}, then`,
    `  clawcheck doctor --env ${env}${config === 'clawcheck.yaml' ? '' : ` --config ${config}`}`,
    '',
  ].join('\n');
}

/** Names of AWS resources may be anything that their owner wrote. */
function shown(value: unknown): string {
  return inert(
    Array.isArray(value)
      ? value.map((one: string | { name: string }) => (typeof one === 'string' ? one : one.name)).join(', ')
      : String(value),
    500,
  );
}
