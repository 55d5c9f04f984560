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
import { configText, type EnvironmentValues } from '../setup/write-config.ts';
import { type Asker, terminalAsker } from './ask.ts';
import { askedHostDiscovery, nothingOfHost } from './init-host.ts';
import { askTyped, checkTyped } from './init-input.ts';
import { initSummary } from './init-summary.ts';
import { writeFile } from './output.ts';
import { say } from './say.ts';
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
  readonly sshHost: readonly string[];
  readonly sshPort?: string;
  readonly sshKey?: string;
  readonly sshFingerprint: readonly string[];
  readonly host: boolean;
  readonly gatewayTokenEnv: string;
}

/** Looks for a deployment, asks for what it cannot find, and writes a commented environment file. */
export async function initCommand(options: InitOptions): Promise<void> {
  refuseToOverwrite(options);
  checkTyped(options);
  if (options.endpoint !== undefined && URL.canParse(options.endpoint) && new URL(options.endpoint).password !== '') {
    throw new UsageError('--endpoint has a password in it, and no secret is written to the environment file');
  }
  const asker = options.yes || !process.stdin.isTTY ? undefined : terminalAsker(process.stdin, process.stderr);
  const stop = new AbortController();
  setMaxListeners(0, stop.signal);
  try {
    const region =
      options.region ??
      process.env['AWS_REGION'] ??
      process.env['AWS_DEFAULT_REGION'] ??
      (await askTyped(asker, 'region', 'the region, such as eu-west-1'));
    if (region === undefined) throw new UsageError('which region?', 'Name it with --region, or in AWS_REGION.');
    const place = { region, profile: options.profile, roleArn: options.roleArn, endpoint: options.endpoint };
    const { account, group, ...found } = await awsDiscovery(place, options, asker, stop.signal);
    const values = await valuesOf(found, group, { ...place, account }, options, asker);
    const schema = fileURLToPath(new URL('schemas/clawcheck.schema.json', packageFile()));
    const textWith = (more: EnvironmentValues) => configText(options.env, joined(values, more), options.config, schema);
    const fileWith = (more: EnvironmentValues) => parseEnvironmentFile(textWith(more), options.config);
    const host = options.host ? await askedHostDiscovery(fileWith, options, asker, stop.signal) : nothingOfHost;
    const all = joined(values, host.values);
    const text = textWith(host.values);
    parseEnvironmentFile(text, options.config);
    writeFile(options.config, text);
    say(process.stdout, initSummary([...found.lost, ...host.lost], all, host.skills, options));
    process.exitCode = exitCodeOf('READY');
  } finally {
    asker?.close();
    stop.abort();
  }
}

interface AwsFound extends Found {
  readonly account: string;
  readonly group: string | undefined;
}

/** What AWS shows; nothing, with the reason, where it cannot be asked and the account is named. */
async function awsDiscovery(
  place: Readonly<Record<string, string | undefined>>,
  options: InitOptions,
  asker: Asker | undefined,
  signal: AbortSignal,
): Promise<AwsFound> {
  // Neither a git host nor another service is known yet: only AWS decides whether this is the real one.
  const asked = { aws: { account: options.account ?? '', ...place }, credentials: {} } as unknown as Environment;
  const aws = liveAws(asked, signal, { direct: modeOf(asked, process.env) === 'live' });
  try {
    const account = await accountOf(aws, options.account);
    if (account instanceof ProbeError) {
      const lost = [`AWS: ${account.message}${account.next ? `. ${account.next}` : ''}`];
      const named = options.account ?? (await askTyped(asker, 'account', 'the AWS account, 12 digits'));
      if (named === undefined) {
        throw new UsageError(account.message, `${account.next ?? ''} Or name the account with --account.`.trim());
      }
      return { ...nothingOfAws, lost, account: named, group: options.group };
    }
    const own = { ...aws, account };
    const groups = await discoverGroups(own);
    const group = options.group ?? groups.chosen ?? (await asker?.choose(words.group, groups.candidates));
    const rest = await discover(own, { ...options, group });
    return { ...rest, lost: [...groups.lost, ...rest.lost], groups, account, group };
  } finally {
    aws.close();
  }
}

function refuseToOverwrite({ config, force }: InitOptions): void {
  const there = lstatSync(config, { throwIfNoEntry: false });
  if (there && !force)
    throw new UsageError(`${config} is there already`, 'Name another with --config, or add --force.');
  if (there && !there.isFile()) throw new UsageError(`${config} is there already and is not a plain file`);
}

/** The account of the credentials, or why it is not known; another one than was named is refused. */
async function accountOf(aws: AwsPort, wanted: string | undefined): Promise<string | ProbeError> {
  try {
    const { Account = '' } = await aws.read('sts:GetCallerIdentity', {});
    if (!/^\d{12}$/.test(Account)) return new ProbeError('bad_response', 'STS answered without an account');
    if (wanted === undefined || wanted === Account) return Account;
    throw new UsageError(
      `the credentials belong to account ${Account}, not to ${wanted}`,
      'Sign in to the right account.',
    );
  } catch (thrown) {
    if (thrown instanceof ProbeError) return thrown;
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
    options.repository ??
    (await askTyped(asker, 'repository', 'the git repository of the workspace (owner/name), empty for none', {
      optional: true,
    }));
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
    ssh: {
      user: options.sshUser,
      port: options.sshPort === undefined ? undefined : Number(options.sshPort),
      hosts: options.sshHost.length > 0 ? options.sshHost : undefined,
      privateKeyFile: options.sshKey,
      fingerprints: options.sshFingerprint.length > 0 ? options.sshFingerprint : undefined,
    },
    gateway: { tokenEnv: options.gatewayTokenEnv },
    git: { repository: repository === '' ? undefined : repository },
  };
}

const none = { chosen: undefined, candidates: [] };
const nothingOfAws: Found = {
  groups: none,
  fileSystems: none,
  workspaceAccessPoint: undefined,
  secrets: none,
  monitoringSecret: undefined,
  logGroups: [],
  otherLogGroups: [],
  alarms: none,
  alertFunction: undefined,
  vault: undefined,
  budget: undefined,
  killSwitch: undefined,
  lost: [],
};

/** Section by section. */
function joined(values: EnvironmentValues, more: EnvironmentValues): EnvironmentValues {
  const sections = [...new Set([...Object.keys(values), ...Object.keys(more)])];
  return Object.fromEntries(sections.map((section) => [section, { ...values[section], ...more[section] }]));
}
