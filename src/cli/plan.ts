import { awsCallSeconds } from '../adapters/aws/aws.ts';
import { composioCallSeconds } from '../adapters/composio/composio.ts';
import { gatewayMs } from '../adapters/gateway/gateway.ts';
import { gitCallSeconds } from '../adapters/git/github.ts';
import { batchSeconds, buildBatch } from '../adapters/ssh/batch-script.ts';
import { loadEnvironment } from '../environment/load.ts';
import type { Environment } from '../environment/schema.ts';
import { exitCodeOf } from '../model/exit-code.ts';
import { type Outline, outlineOf } from '../runner/outline.ts';
import { extendedRegistry } from './extended.ts';
import { say } from './say.ts';
import { secondsOf } from './seconds.ts';

interface PlanOptions {
  readonly env?: string;
  readonly config: string;
  readonly area: readonly string[];
  readonly check: readonly string[];
  readonly checks: readonly string[];
  readonly timeout: string;
  readonly format: 'text' | 'json';
  readonly script?: boolean;
  readonly active?: boolean;
}

/** Shows what a run would ask of whom, and how long it may take. Connects to nothing. */
export async function planCommand(options: PlanOptions): Promise<void> {
  const seconds = secondsOf(options.timeout);
  const loaded = loadEnvironment(options.config, options.env);
  const { environment } = loaded;
  const { registry } = await extendedRegistry(options.checks, loaded);
  const selection = { areas: options.area, checks: options.check };
  const outline = outlineOf(registry, environment, selection, options.active === true);
  const plan = planOf(outline, environment, seconds);
  if (options.script) process.stdout.write(scriptOf(outline, environment));
  else if (options.format === 'json') process.stdout.write(`${JSON.stringify(plan, null, 2)}\n`);
  else say(process.stdout, `${render(plan)}\n`);
  process.exitCode = exitCodeOf('READY');
}

/** The script as a host would get it, but for its nonce, which is new in each run. */
function scriptOf({ host }: Outline, { host: { agentUser }, gateway }: Environment): string {
  if (host.length === 0) return '# This run would send nothing to a host.\n';
  return buildBatch(host, { nonce: '0'.repeat(24), agentUser, gatewayPort: gateway.port });
}

type PlanOutput = ReturnType<typeof planOf>;

function planOf(outline: Outline, environment: Environment, runSeconds: number) {
  const { ssh, aws, gateway, git, network, infrastructure } = environment;
  const { host, ...rest } = outline;
  const way = ssh.proxyJump ?? (ssh.proxyCommand === undefined ? undefined : 'ssh.proxyCommand');
  return {
    environment: environment.name,
    ...rest,
    bounds: {
      runSeconds,
      awsCallSeconds,
      gitCallSeconds,
      composioCallSeconds,
      gatewayCallSeconds: gatewayMs / 1000,
      gatewayStartSeconds: gateway.startSeconds,
      sshConnectSeconds: ssh.connectSeconds,
      scriptSeconds: host.length > 0 ? batchSeconds(host) : 0,
    },
    awsEndpoint: aws.endpoint ?? `the HTTPS endpoint of each service in ${aws.region}`,
    ssh:
      host.length === 0
        ? null
        : {
            hosts:
              ssh.hosts.length > 0
                ? ssh.hosts
                : [`the private address of each running instance of ${infrastructure.autoScalingGroup}`],
            user: ssh.user,
            port: ssh.port,
            through: way ?? null,
          },
    host: host.map(({ id, as, seconds }) => ({ id, as: as === 'agent' ? environment.host.agentUser : as, seconds })),
    gatewayPort: gateway.port,
    egressSeconds: network.timeoutSeconds,
    gitApi: (git?.repository === undefined ? git?.remote : git.api) ?? null,
  };
}

function shownDestination({ protocol, host, port, family }: PlanOutput['egress'][number]): string {
  return `${host}:${port} over ${family}${protocol === 'tcp' ? '' : ', a question of DNS over UDP'}`;
}

function render(plan: PlanOutput): string {
  const { bounds, ssh } = plan;
  const lines = [
    `A run against ${plan.environment} judges ${plan.checks} checks within ${bounds.runSeconds} s. It would:`,
  ];
  const section = (title: string, rows: readonly string[], none: string) =>
    lines.push('', rows.length > 0 ? title : none, ...rows.map((row) => `  ${row}`));
  const table = (rows: readonly (readonly [string, string])[]) => {
    const width = Math.max(0, ...rows.map(([first]) => first.length));
    return rows.map(([first, second]) => `${first.padEnd(width)}  ${second}`);
  };

  section(
    `Read from AWS, ${plan.aws.length} operations at ${plan.awsEndpoint}; each call ends after ${bounds.awsCallSeconds} s:`,
    table(
      plan.aws.map(({ call, action, probes }) => {
        const allowed = action === null || action === call ? '' : `[IAM: ${action}] `;
        return [call, `${allowed}for ${probes.join(', ')}`];
      }),
    ),
    'Ask nothing of AWS.',
  );
  if (ssh) {
    const hosts = ssh.hosts.map(
      (host) => `${ssh.user} at ${host}, port ${ssh.port}${ssh.through ? ` through ${ssh.through}` : ''}`,
    );
    section(
      `Connect over SSH, one connection a host; each has ${bounds.sshConnectSeconds} s until it must stand:`,
      hosts,
      '',
    );
    section(
      `Send one script over it, whose parts run side by side; it ends after ${bounds.scriptSeconds} s (--script prints it):`,
      table(plan.host.map(({ id, as, seconds }) => [id, `as ${as}, at most ${seconds} s`])),
      '',
    );
  } else lines.push('', 'Connect to no host.');
  const seconds = `each within ${plan.egressSeconds} s`;
  section(
    `Have the host try these connections, ${seconds}:`,
    plan.egress.map((one) => `${shownDestination(one)}, ${one.approved ? 'to be answered' : 'to time out'}`),
    'Have the host try no connection to a destination.',
  );
  section(
    `Try these from here too, ${seconds}, to see that they answer anybody:`,
    plan.fromHere.map(shownDestination),
    'Try no destination from here.',
  );
  section(
    'Have the host ask:',
    plan.hostAsks.map(({ probe, what }) => `${what} (${probe}).`),
    'Have the host ask nothing else.',
  );
  section(
    `Ask the gateway on port ${plan.gatewayPort} of the host, through the SSH connection; a call ends after ${bounds.gatewayCallSeconds} s, a start is awaited for ${bounds.gatewayStartSeconds} s:`,
    table(plan.gateway.map(({ call, probes }) => [call, `for ${probes.join(', ')}`])),
    'Ask nothing of the gateway.',
  );
  section(
    `Ask the git host at ${plan.gitApi}; a request ends after ${bounds.gitCallSeconds} s:`,
    table(plan.git.map(({ call, probes }) => [call, `for ${probes.join(', ')}`])),
    'Ask nothing of the git host.',
  );
  if (plan.composio.length > 0) {
    section(
      `Ask Composio; a request ends after ${bounds.composioCallSeconds} s:`,
      table(plan.composio.map(({ call, probes }) => [call, `for ${probes.join(', ')}`])),
      '',
    );
  }
  section('Read files beside the environment file, for:', plan.files, 'Read no files beside the environment file.');
  section(
    'Try to write, and undo what succeeds:',
    plan.writes.map(({ probe, what }) => `${probe}: ${what}.`),
    'Try no write.',
  );
  lines.push('', 'Nothing was contacted to show this. A call is made only where what was seen before leads to it.');
  return lines.join('\n');
}
