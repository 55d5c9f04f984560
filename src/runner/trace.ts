import type { AwsPort } from '../ports/aws.ts';
import { ruleOf } from '../ports/aws-operations.ts';
import type { ComposioPort } from '../ports/composio.ts';
import type { FilesPort } from '../ports/files.ts';
import type { GatewayPort } from '../ports/gateway.ts';
import type { GitPort } from '../ports/git.ts';
import type { HostShell } from '../ports/host.ts';
import type { VantagePort } from '../ports/vantage.ts';

/** One look that a probe took and that was answered: the control that shows the probe could see at all. */
export interface Look {
  readonly at: string;
  readonly answer: string;
}

/** Kept in order: answers come in any, and the same deployment must give the same report. */
function add(looks: Look[], look: Look): void {
  const key = ({ at, answer }: Look) => `${at} ${answer}`;
  looks.push(look);
  looks.sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

/** The same port, noting each answered call in `looks`. */
export function tracedAws(aws: AwsPort, looks: Look[]): AwsPort {
  const note = <T>(operation: string, output: T): T => {
    add(looks, {
      at: operation,
      answer: output === undefined ? 'answered: does not exist' : `answered: ${sizes(operation, output)}`,
    });
    return output;
  };
  return {
    region: aws.region,
    account: aws.account,
    read: async (operation, input) => note(operation, await aws.read(operation, input)),
    find: async (operation, input) => note(operation, await aws.find(operation, input)),
    inRegion: (region) => tracedAws(aws.inRegion(region), looks),
  };
}

function sizes(operation: string, output: unknown): string {
  const rule = ruleOf(operation);
  const members = (rule.joined ?? rule.members).flatMap((member) => {
    const value = (output as Record<string, unknown>)[member];
    return Array.isArray(value) ? [`${value.length} ${member}`] : [];
  });
  return members.join(', ') || 'one object';
}

export function tracedGit(git: GitPort, looks: Look[]): GitPort {
  return {
    get: async (path) => {
      const answer = await git.get(path);
      add(looks, { at: `GET ${path}`, answer: answer === undefined ? 'answered: does not exist' : 'answered' });
      return answer;
    },
  };
}

export function tracedFiles(files: FilesPort, looks: Look[]): FilesPort {
  const { evaluate } = files;
  return {
    read: async (path) => {
      const text = await files.read(path);
      add(looks, { at: path, answer: text === undefined ? 'does not exist' : `read ${text.length} characters` });
      return text;
    },
    sha256: async (path) => {
      const digest = await files.sha256(path);
      add(looks, { at: path, answer: digest === undefined ? 'does not exist' : 'read' });
      return digest;
    },
    glob: async (pattern) => {
      const found = await files.glob(pattern);
      add(looks, { at: pattern, answer: `${found.length} files` });
      return found;
    },
    evaluate:
      evaluate &&
      (async (config, mode) => {
        const results = await evaluate(config, mode);
        add(looks, { at: config, answer: mode === 'run' ? 'evaluated' : 'its cases were read by promptfoo' });
        return results;
      }),
  };
}

export function tracedComposio(composio: ComposioPort, looks: Look[]): ComposioPort {
  return {
    connectedAccounts: async () => {
      const accounts = await composio.connectedAccounts();
      add(looks, { at: 'GET /api/v3/connected_accounts', answer: `${accounts.length} accounts` });
      return accounts;
    },
  };
}

export function tracedVantage(vantage: VantagePort, looks: Look[]): VantagePort {
  return {
    answers: async (destination, seconds) => {
      const answered = await vantage.answers(destination, seconds);
      const { protocol, host, port, family } = destination;
      add(looks, {
        at: `${protocol} ${host}:${port} over ${family}`,
        answer: answered ? 'answers from here' : 'silent',
      });
      return answered;
    },
  };
}

export function tracedGateway(gateway: GatewayPort, looks: Look[]): GatewayPort {
  return {
    get: async (path) => {
      const response = await gateway.get(path);
      add(looks, { at: `GET ${path}`, answer: `answered: ${response.status}` });
      return response;
    },
    rpc: async (method, params, options) => {
      const payload = await gateway.rpc(method, params, options);
      add(looks, { at: `rpc ${method}`, answer: 'answered' });
      return payload;
    },
  };
}

export function tracedHost(host: HostShell, looks: Look[]): HostShell {
  return {
    run: async (program) => {
      const records = await host.run(program);
      add(looks, { at: program.id, answer: `the host answered a fresh challenge with ${records.length} records` });
      return records;
    },
  };
}
