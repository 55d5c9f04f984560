import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { noSshd, startSshd } from '../test/adapters/ssh/sshd.ts';
import { distant } from './distance.ts';
import { type Measured, measure } from './measure.ts';

/** Whether twenty files are there: what each of the other tools is asked about a host. */
const files = [
  ...['passwd', 'group', 'hosts', 'hostname', 'fstab', 'profile', 'shells', 'services', 'protocols', 'os-release'],
  ...['issue', 'motd', 'networks', 'nsswitch.conf', 'pam.conf', 'rpc', 'shadow', 'gshadow', 'securetty', 'subuid'],
].map((name) => `/etc/${name}`);

export interface HostPeer {
  readonly name: string;
  /** Why it cannot run here, or how it does. */
  readonly run: string | (() => Promise<Measured>);
}

interface Way {
  /** An OpenSSH configuration with the host `bench`, each connection of which is used again. */
  readonly config: string;
  readonly folder: string;
  readonly user: string;
  readonly key: string;
  readonly port: number;
}

/**
 * Other tools that look at a host over SSH, as fast as their settings make them, on a real sshd so far away.
 * @returns the tools, and what ends the sshd
 */
export async function hostPeers(
  folder: string,
  roundTripMs: number,
): Promise<{ peers: HostPeer[]; close(): Promise<void> }> {
  const lacks = noSshd();
  const tools = [testinfra, serverspec, ansible];
  if (lacks) return { peers: tools.map((tool) => ({ name: tool.name, run: lacks })), close: async () => {} };
  const sshd = await startSshd(['MaxSessions 100'], ['ed25519']);
  const far = await distant(sshd.port, roundTripMs);
  const config = join(folder, 'ssh_config');
  const way = { config, folder, user: sshd.user, key: sshd.keyFile, port: far.port };
  const lines = [
    'Host bench',
    'HostName 127.0.0.1',
    `Port ${far.port}`,
    `User ${sshd.user}`,
    `IdentityFile ${sshd.keyFile}`,
    'IdentitiesOnly yes',
    'StrictHostKeyChecking no',
    'UserKnownHostsFile /dev/null',
    'LogLevel ERROR',
    'ControlMaster auto',
    `ControlPath ${join(folder, 'c')}`,
    'ControlPersist 5',
  ];
  writeFileSync(config, `${lines.join('\n')}\n`);
  return {
    peers: tools.map((tool) => ({ name: tool.name, run: tool.make(way) ?? 'not installed' })),
    async close() {
      await far.close();
      await sshd.stop();
    },
  };
}

interface Tool {
  readonly name: string;
  /** Undefined where it is not installed. */
  readonly make: (way: Way) => (() => Promise<Measured>) | undefined;
}

const testinfra: Tool = {
  name: '20 files of testinfra over one connection',
  make({ config, folder }) {
    const program = installed('pytest-3', ['-c', 'import testinfra'], '/usr/bin/python3');
    if (!program) return undefined;
    const test = join(folder, 'test_host.py');
    writeFileSync(
      test,
      `import pytest\n\n@pytest.mark.parametrize("path", ${JSON.stringify(files)})\ndef test_file(host, path):\n    host.file(path).exists\n`,
    );
    const args = ['-q', '-p', 'no:cacheprovider', '--hosts=ssh://bench', `--ssh-config=${config}`, test];
    return inTurn(program, args, { config, folder });
  },
};

const serverspec: Tool = {
  name: '20 files of serverspec',
  make({ folder, user, key, port }) {
    const program = installed('rspec', ['-e', 'require "serverspec"'], 'ruby');
    if (!program) return undefined;
    const spec = join(folder, 'host_spec.rb');
    writeFileSync(
      spec,
      `require 'serverspec'
set :backend, :ssh
set :host, '127.0.0.1'
set :disable_sudo, true
set :ssh_options, { user: '${user}', port: ${port}, keys: ['${key}'], keys_only: true, verify_host_key: :never, config: false }
${JSON.stringify(files)}.each do |path|
  describe file(path) do
    it { expect([true, false]).to include(subject.exists?) }
  end
end
`,
    );
    return inTurn(program, [spec], { folder });
  },
};

const ansible: Tool = {
  name: '20 tasks of ansible, pipelined',
  make({ config, folder }) {
    const program = installed('ansible-playbook', ['--version']);
    if (!program) return undefined;
    const [book, settings] = [join(folder, 'book.yml'), join(folder, 'ansible.cfg')];
    const tasks = files.map((path) => `    - stat: { path: ${path}, get_checksum: false, get_mime: false }\n`);
    writeFileSync(book, `- hosts: bench\n  gather_facts: false\n  tasks:\n${tasks.join('')}`);
    writeFileSync(
      settings,
      `[defaults]\ninterpreter_python = /usr/bin/python3\nlocal_tmp = ${folder}\n[ssh_connection]\npipelining = True\nssh_args = -F ${config}\n`,
    );
    return inTurn(program, ['-i', 'bench,', book], { config, folder, ANSIBLE_CONFIG: settings });
  },
};

/** Each time it connects anew, as a run does. */
function inTurn(
  program: string,
  args: readonly string[],
  { config, folder, ...more }: { config?: string; folder: string } & Record<string, string | undefined>,
): () => Promise<Measured> {
  const home = join(folder, 'home');
  mkdirSync(home, { recursive: true });
  const env = { PATH: process.env['PATH'] ?? '', HOME: home, LANG: 'C.UTF-8', ...(more as Record<string, string>) };
  return async () => {
    const measured = await measure(program, args, { env, folder, cwd: home });
    if (config) execFileSync('ssh', ['-F', config, '-O', 'exit', 'bench'], { stdio: 'ignore' });
    if (measured.code !== 0) throw new Error(`${program} ended with ${measured.code}`);
    return measured;
  };
}

/** The program, where a trial of it, or of the interpreter that it is for, ends well. */
function installed(program: string, trial: readonly string[], interpreter = program): string | undefined {
  try {
    execFileSync(interpreter, trial, { stdio: 'ignore' });
    return program;
  } catch {
    return undefined;
  }
}
