import { setMaxListeners } from 'node:events';
import { lstatSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { liveAws } from '../adapters/aws/aws.ts';
import { modeOf } from '../adapters/live.ts';
import { parseEnvironmentFile } from '../environment/load.ts';
import type { Environment } from '../environment/schema.ts';
import { exitCodeOf } from '../model/exit-code.ts';
import { ProbeError, UsageError } from '../model/reason.ts';
import { inert } from '../model/text.ts';
import type { AwsPort } from '../ports/aws.ts';
import type { Ranked } from '../setup/choose.ts';
import { type Discovery, discover, discoverGroups } from '../setup/discover.ts';
import { configText, type EnvironmentValues, schemaPathFor } from '../setup/write-config.ts';
import { type Asker, terminalAsker } from './ask.ts';
import { writeFile } from './output.ts';
import { packageFile } from './version.ts';

export interface InitOptions {
  readonly env: string;
  readonly config: string;
  readonly yes?: boolean;
  readonly force?: boolean;
  readonly account?: string;
  readonly region?: string;
  readonly profile?: string;
  readonly roleArn?: string;
  readonly endpoint?: string;
  readonly group?: string;
  readonly fileSystem?: string;
  readonly secret?: string;
  readonly logGroup: readonly string[];
  readonly alarm?: string;
  readonly repository?: string;
  readonly sshUser?: string;
  readonly gatewayTokenEnv: string;
}

/** Looks for a deployment, asks for what it cannot find, and writes a commented environment file. */
export async function initCommand(options: InitOptions): Promise<void> {
  refuseToOverwrite(options);
  if (options.endpoint !== undefined && URL.canParse(options.endpoint) && new URL(options.endpoint).password !== '') {
    throw new UsageError('--endpoint has a password in it, and no secret is written to the environment file');
  }
  const asker = options.yes || !process.stdin.isTTY ? undefined : terminalAsker(process.stdin, process.stderr);
  const stop = new AbortController();
  setMaxListeners(0, stop.signal);
  const region = options.region ?? process.env['AWS_REGION'] ?? process.env['AWS_DEFAULT_REGION'];
  if (region === undefined) throw new UsageError('which region?', 'Name it with --region, or in AWS_REGION.');
  const place = { region, profile: options.profile, roleArn: options.roleArn, endpoint: options.endpoint };
  const asked = { aws: { account: options.account ?? '', ...place } } as Environment;
  const aws = liveAws(asked, stop.signal, { direct: modeOf(asked, process.env) === 'live' });
  try {
    const account = await accountOf(aws, options.account);
    const own = { ...aws, account };
    const groups = await discoverGroups(own);
    const group = options.group ?? groups.chosen ?? (await asker?.choose(words.group, groups.candidates));
    const rest = await discover(own, { ...options, group });
    const found = { ...rest, lost: [...groups.lost, ...rest.lost], groups };
    const values = await valuesOf(found, group, { ...place, account }, options, asker);
    const text = configText(options.env, values, schemaPathFor(options.config, fileURLToPath(packageFile())));
    parseEnvironmentFile(text, options.config);
    writeFile(options.config, text);
    process.stdout.write(summary(found, values, options));
    process.exitCode = exitCodeOf('READY');
  } finally {
    asker?.close();
    stop.abort();
    aws.close();
  }
}

function refuseToOverwrite({ config, force }: InitOptions): void {
  const there = lstatSync(config, { throwIfNoEntry: false });
  if (there && !force)
    throw new UsageError(`${config} is there already`, 'Name another with --config, or add --force.');
  if (there && !there.isFile()) throw new UsageError(`${config} is there already and is not a plain file`);
}

/** The account of the credentials; another one than was named is refused. */
async function accountOf(aws: AwsPort, wanted: string | undefined): Promise<string> {
  try {
    const { Account = '' } = await aws.read('sts:GetCallerIdentity', {});
    if (!/^\d{12}$/.test(Account)) throw new ProbeError('bad_response', 'STS answered without an account');
    if (wanted === undefined || wanted === Account) return Account;
    throw new UsageError(
      `the credentials belong to account ${Account}, not to ${wanted}`,
      'Sign in to the right account.',
    );
  } catch (thrown) {
    if (thrown instanceof ProbeError) throw new UsageError(thrown.message, thrown.next);
    throw thrown;
  }
}

const words = { group: 'the Auto Scaling Group' };

type Found = Discovery & { readonly groups: Ranked<string> };

interface Wanted {
  readonly what: string;
  readonly flag: string;
  readonly given: string | undefined;
  readonly chosen: string | undefined;
  readonly candidates: readonly string[];
}

async function valuesOf(
  found: Found,
  named: string | undefined,
  aws: Readonly<Record<string, string | undefined>>,
  options: InitOptions,
  asker: Asker | undefined,
): Promise<EnvironmentValues> {
  const missing: string[] = [];
  const settle = async ({ what, flag, given, chosen, candidates }: Wanted): Promise<string> => {
    if (given !== undefined) return given;
    if (chosen !== undefined) return chosen;
    if (asker) return asker.choose(what, candidates);
    const some = candidates.slice(0, 5).map((name) => inert(name));
    missing.push(`${flag} (${what}${some.length > 0 ? `; there are: ${some.join(', ')}` : '; none was found'})`);
    return '';
  };
  const alarms = found.alarms.candidates;
  const logs = found.otherLogGroups;
  const group = await settle({ what: words.group, flag: '--group', given: named, ...found.groups });
  const fileSystemId = await settle({
    what: 'the EFS file system',
    flag: '--file-system',
    given: options.fileSystem,
    ...found.fileSystems,
  });
  const secret = await settle({
    what: 'the secret of the gateway',
    flag: '--secret',
    given: options.secret,
    ...found.secrets,
  });
  const alarm = await settle({
    what: 'the alarm on the health of the gateway',
    flag: '--alarm',
    given: options.alarm,
    chosen: found.alarms.chosen?.name,
    candidates: alarms.map(({ name }) => name),
  });
  const namedLogs = options.logGroup.map((name) => ({ name, kind: /session/i.test(name) ? 'session' : 'gateway' }));
  let logGroups: { name: string; kind: string }[] =
    namedLogs.length > 0 ? namedLogs : found.logGroups.map((one) => ({ ...one }));
  if (logGroups.length === 0) {
    const name = await settle({
      what: 'the log group of the gateway',
      flag: '--log-group',
      given: undefined,
      chosen: undefined,
      candidates: logs,
    });
    logGroups = [{ name, kind: 'gateway' }];
  }
  if (missing.length > 0) {
    const lost = found.lost.map((line) => `\n  ${line}`).join('');
    throw new UsageError(`not found: ${missing.join('; ')}${lost}`, 'Name them with these options.');
  }
  const repository =
    options.repository ?? (await asker?.text('the git repository of the workspace (owner/name), empty for none'));
  return {
    aws,
    infrastructure: { autoScalingGroup: group },
    soulDocuments: {
      fileSystemId,
      workspaceAccessPoint: fileSystemId === found.fileSystems.chosen ? found.workspaceAccessPoint : undefined,
    },
    credentials: { secret, monitoringSecret: found.monitoringSecret, foreignSecret: found.monitoringSecret },
    monitoring: {
      logGroups,
      alarm,
      alarmMetric: alarms.find(({ name }) => name === alarm)?.metric,
      alertFunction: found.alertFunction,
      budget: found.budget,
      killSwitch: found.killSwitch,
    },
    backup: { vault: found.vault },
    ssh: { user: options.sshUser },
    gateway: { tokenEnv: options.gatewayTokenEnv },
    git: { repository: repository === '' ? undefined : repository },
  };
}

function summary(found: Discovery, values: EnvironmentValues, { config, env, gatewayTokenEnv }: InitOptions): string {
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
    ...(absent.length > 0 ? ['', `Not found, and to be named where there is one: ${absent.join(', ')}.`] : []),
    ...(found.lost.length > 0
      ? ['', 'Could not be looked at:', ...found.lost.map((line) => `  ${inert(line, 500)}`)]
      : []),
    '',
    'Only a person knows: network.approvedHosts, unapprovedHosts and approvedRanges, credentials.integrations,',
    'approvalGates and owners.',
    '',
    `Next: put the token of the gateway into ${gatewayTokenEnv}, then`,
    `  clawcheck doctor --env ${env}${config === 'clawcheck.yaml' ? '' : ` --config ${config}`}`,
    '',
  ].join('\n');
}

/** Names of AWS resources may be anything that their owner wrote. */
function shown(value: unknown): string {
  return inert(Array.isArray(value) ? value.map(({ name }: { name: string }) => name).join(', ') : String(value), 500);
}
