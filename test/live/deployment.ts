import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { type GitServer, startGitServer } from '../../src/demo/git-server.ts';
import { loadScenario } from '../../src/demo/scenario.ts';
import { fixtures } from '../support/rig.ts';
import { type Lab, startLab } from './lab/lab.ts';
import { defaultPlan } from './lab/options.ts';
import { writeEnvironment } from './moto/environment.ts';
import { type Moto, startMoto } from './moto/moto.ts';
import { labCredentials } from './moto/runs.ts';

type Changeable = Record<string, Record<string, unknown>>;

/** An AWS on moto, a git host that answers from the fixtures and, where there is one, the host of the lab as the instance. */
export interface LiveDeployment {
  readonly moto: Moto;
  readonly lab: Lab | undefined;
  /** What a run needs in its process environment. */
  readonly variables: Readonly<Record<string, string>>;
  /** Writes `clawcheck.yaml` and the files that it names into the folder. @returns its path */
  write(folder: string, change?: (environment: Changeable) => void): Promise<string>;
  stop(): Promise<void>;
}

/** Starts all of it, or with `host: false` no host: its environment file then names one that is not there. */
export async function startLiveDeployment({ host = true } = {}): Promise<LiveDeployment> {
  const token = randomBytes(24).toString('hex');
  const moto = await startMoto({ instances: 1 });
  let lab: Lab | undefined;
  let git: GitServer;
  const skills = join(fixtures, 'good', 'files', 'skills');
  const documents = { ...defaultPlan.documents, ...filesBelow(skills, 'skills') };
  try {
    const { ids, account, region } = await moto.state();
    const identity = { instanceId: ids.instances[0] ?? '', accountId: account, region };
    if (host) lab = await startLab({ identity, documents });
    git = await startGitServer(branchWith(defaultPlan.documents), token);
  } catch (error) {
    await lab?.stop();
    await moto.stop();
    throw error;
  }
  return {
    moto,
    lab,
    variables: { ...labCredentials, GITHUB_TOKEN: token },
    async write(folder, change = () => {}) {
      const path = writeEnvironment(folder, moto, await moto.state());
      const file = parse(readFileSync(path, 'utf8'));
      file.environments.prod.git.api = git.url;
      if (lab) joinHost(file.environments.prod, lab);
      change(file.environments.prod);
      writeFileSync(path, stringify(file));
      return path;
    },
    async stop() {
      await git.close();
      await lab?.stop();
      await moto.stop();
    },
  };
}

/** The files of a folder and those below, by their path below `name`. */
function filesBelow(folder: string, name: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [join(name, path.slice(folder.length + 1)), readFileSync(path, 'utf8')];
    }),
  );
}

/** What the git host of the fixtures answers, with these documents on its branch. */
function branchWith(documents: Readonly<Record<string, string>>) {
  const { git } = loadScenario(fixtures, [], new Date());
  const blob = (text: string) =>
    createHash('sha1')
      .update(`blob ${Buffer.byteLength(text)}\0${text}`)
      .digest('hex');
  for (const [path, answer] of Object.entries(git)) {
    if (!path.includes('/git/trees/')) continue;
    for (const entry of (answer as { tree: { path: string; sha: string }[] }).tree) {
      const text = documents[entry.path.replace(/^workspace\//, '')];
      if (text !== undefined) entry.sha = blob(text);
    }
  }
  return git;
}

/** Makes the environment that of a deployment whose instance is the host of the lab. */
function joinHost(environment: Changeable, lab: Lab): void {
  const documents = Object.keys(defaultPlan.documents);
  const { approved, unapproved } = lab;
  const at = ({ address, port, protocol }: typeof approved) => ({ host: address, port, tls: protocol === 'tls' });
  Object.assign(environment, {
    ssh: {
      user: lab.login,
      hosts: [lab.host],
      port: lab.port,
      privateKeyFile: lab.privateKeyFile,
      fingerprints: [lab.hostKeyFingerprint],
      agent: false,
      useConfig: false,
      knownHostsFiles: [],
      connectSeconds: 5,
    },
    host: { agentUser: lab.agentUser, stateDirectory: `${lab.agentHome}/.openclaw` },
    gateway: { ...environment['gateway'], port: lab.gatewayPort, startSeconds: 2 },
  });
  Object.assign(environment['soulDocuments'] ?? {}, {
    workspace: lab.workspacePath,
    runtime: lab.runtimePath,
    documents,
  });
  Object.assign(environment['credentials'] ?? {}, { scanPaths: [lab.agentHome] });
  Object.assign(environment['network'] ?? {}, {
    approvedHosts: [at({ ...approved, protocol: 'tcp' })],
    unapprovedHosts: unapproved.map((one) => at({ ...one, protocol: 'tcp' })),
    timeoutSeconds: 2,
  });
}
