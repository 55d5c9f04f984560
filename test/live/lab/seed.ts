import { execFile } from 'node:child_process';
import { createHash, randomBytes, randomInt } from 'node:crypto';
import { chmod, chown, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { HostFile, LabPlan } from './options.ts';

const run = promisify(execFile);

export const workspacePath = '/mnt/openclaw/workspace';
export const runtimePath = '/mnt/openclaw/runtime';
export const agentHome = '/home/openclaw';

/** Numbers that no system account of Debian has; lab.sh knows the agent's too. */
const owners = { root: 0, ops: 7000, openclaw: 7001 } as const;

/** A key pair that looks like one of AWS and belongs to nobody. */
export interface PlantedKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface Seed {
  readonly privateKeyFile: string;
  readonly knownHostsFile: string;
  /** `SHA256:…`, as ssh-keygen prints it. */
  readonly hostKeyFingerprint: string;
  /** The certificate of the TLS endpoints, self-signed; the host trusts it. */
  readonly certificateFile: string;
  readonly planted: PlantedKey;
  readonly gatewayEnvironment: readonly string[];
}

/** Made at run time, so that nothing that looks like a key is ever in the repository. */
function makeKey(): PlantedKey {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const id = Array.from({ length: 16 }, () => letters[randomInt(letters.length)]).join('');
  return { accessKeyId: `AKIA${id}`, secretAccessKey: randomBytes(30).toString('base64') };
}

/** System accounts of the machine (its services need them), and the people of the lab. */
async function accounts(plan: LabPlan): Promise<HostFile[]> {
  const system = async (file: string) =>
    (await readFile(file, 'utf8')).split('\n').filter((line) => {
      const number = Number(line.split(':')[2]);
      return line !== '' && (number < 1000 || number === 65_534) && !line.startsWith('root:');
    });
  const shell = (name: string) => (name === plan.login ? plan.shell : '/bin/bash');
  const passwd = [
    `root:x:0:0:root:/root:${shell('root')}`,
    ...(await system('/etc/passwd')),
    `ops:x:${owners.ops}:${owners.ops}::/home/ops:${shell('ops')}`,
    `openclaw:x:${owners.openclaw}:${owners.openclaw}::${agentHome}:${shell('openclaw')}`,
  ];
  const members = (line: string) => `${line.split(':').slice(0, 3).join(':')}:`;
  const group = [
    'root:x:0:',
    ...(await system('/etc/group')).map(members),
    `ops:x:${owners.ops}:`,
    `openclaw:x:${owners.openclaw}:`,
  ];
  const shadow = passwd.map((line) => `${line.split(':')[0]}:*:19000:0:99999:7:::`);
  const sudoers = ['Defaults env_reset', 'Defaults secure_path="/usr/sbin:/usr/bin:/sbin:/bin"', 'root ALL=(ALL) ALL'];
  if (plan.sudo) sudoers.push('ops ALL=(ALL) NOPASSWD: ALL');
  if (plan.agentSudo) sudoers.push('openclaw ALL=(ALL) NOPASSWD: ALL');
  const lines = (path: string, content: string[], mode: number) => ({ path, content: `${content.join('\n')}\n`, mode });
  return [
    lines('/etc/passwd', passwd, 0o644),
    lines('/etc/group', group, 0o644),
    lines('/etc/shadow', shadow, 0o640),
    lines('/etc/sudoers', sudoers, 0o440),
  ];
}

function network(slot: number): HostFile[] {
  const docs = slot * 4 + 1;
  const hosts = [
    '127.0.0.1 localhost',
    `10.203.${slot}.10 ip-10-203-${slot}-10`,
    `198.51.100.${docs} approved.lab.test`,
    `2001:db8:${slot}::1 approved.lab.test`,
    `203.0.113.${docs} unapproved.lab.test`,
    `2001:db8:${slot}::a unapproved.lab.test`,
  ];
  return [
    { path: '/etc/hosts', content: `${hosts.join('\n')}\n` },
    { path: '/etc/hostname', content: `ip-10-203-${slot}-10\n` },
    // Nobody resolves names here; names of the lab are in /etc/hosts, every other one fails at once.
    { path: '/etc/resolv.conf', content: 'nameserver 127.0.0.1\noptions timeout:1 attempts:1\n' },
  ];
}

function sshServer(plan: LabPlan, clientKey: string): HostFile[] {
  const config = [
    'Port 22',
    'AddressFamily inet',
    'HostKey /etc/ssh/ssh_host_ed25519_key',
    'PidFile none',
    'UsePAM no',
    'UseDNS no',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PermitRootLogin prohibit-password',
    'PrintMotd no',
    'PrintLastLog no',
    'LogLevel VERBOSE',
    `AllowTcpForwarding ${plan.tcpForwarding ? 'yes' : 'no'}`,
  ];
  const home = plan.login === 'root' ? '/root' : `/home/${plan.login}`;
  return [
    { path: '/etc/ssh/sshd_config', content: `${config.join('\n')}\n`, mode: 0o600 },
    { path: `${home}/.ssh/authorized_keys`, content: clientKey, owner: plan.login, mode: 0o600 },
  ];
}

function agent(plan: LabPlan, key: PlantedKey): { files: HostFile[]; environment: string[] } {
  const has = (plant: LabPlan['plant'][number]) => plan.plant.includes(plant);
  const pair = { AWS_ACCESS_KEY_ID: key.accessKeyId, AWS_SECRET_ACCESS_KEY: key.secretAccessKey };
  const assignments = Object.entries(pair).map(([name, value]) => `${name}=${value}`);
  const config = {
    gateway: { mode: 'local', bind: 'loopback', port: 18_789 },
    agents: { defaults: { workspace: workspacePath, skipBootstrap: true } },
    ...(has('openclaw-config') ? { env: pair } : {}),
  };
  const own = (path: string, content: string, mode = 0o600): HostFile => ({ path, content, owner: 'openclaw', mode });
  const files = [own(`${agentHome}/.openclaw/openclaw.json`, `${JSON.stringify(config, undefined, 2)}\n`)];
  // What packages show by way of example is nobody's.
  for (const folder of ['skill/node_modules', '.venv/lib/python3.11/site-packages']) {
    files.push(own(`${agentHome}/${folder}/client/README.md`, 'client_secret: "k1zPZM6uVxMQ3oxqg4"\n'));
  }
  if (has('agent-home-file')) files.push(own(`${agentHome}/notes/aws.txt`, `${assignments.join('\n')}\n`));
  if (has('bash-history')) {
    files.push(own(`${agentHome}/.bash_history`, assignments.map((line) => `export ${line}\n`).join('')));
  }
  for (const [name, content] of Object.entries(plan.documents)) {
    files.push(own(`${workspacePath}/${name}`, content, 0o644));
  }
  const environment = [
    `HOME=${agentHome}`,
    'USER=openclaw',
    'PATH=/opt/node/bin:/usr/bin:/bin',
    `OPENCLAW_WORKSPACE_DIR=${workspacePath}`,
    ...(has('process-env') ? assignments : []),
    ...Object.entries(plan.gatewayEnvironment).map(([name, value]) => `${name}=${value}`),
  ];
  return { files, environment };
}

async function makeTree(root: string, files: readonly HostFile[]): Promise<void> {
  const claim = async (path: string, owner: HostFile['owner'], mode: number) => {
    await chmod(join(root, path), mode);
    await chown(join(root, path), owners[owner ?? 'root'], owners[owner ?? 'root']);
  };
  const homes = [
    ['/home/ops', 'ops'],
    [agentHome, 'openclaw'],
  ] as const;
  for (const path of ['/', '/home', '/mnt/openclaw', '/etc/ssl/certs']) {
    await mkdir(join(root, path), { recursive: true, mode: 0o755 });
  }
  for (const [home, owner] of homes) {
    await mkdir(join(root, home));
    await claim(home, owner, 0o750);
  }
  for (const [path, mode] of [
    [workspacePath, 0o755],
    [runtimePath, 0o750],
  ] as const) {
    await mkdir(join(root, path));
    await claim(path, 'openclaw', mode);
  }
  for (const file of files) {
    const made = await mkdir(join(root, dirname(file.path)), { recursive: true });
    if (made !== undefined) {
      const top = made.slice(root.length);
      for (let path = dirname(file.path); path.length >= top.length; path = dirname(path)) {
        await claim(path, file.owner, file.owner === undefined || file.owner === 'root' ? 0o755 : 0o700);
      }
    }
    await writeFile(join(root, file.path), file.content);
    await claim(file.path, file.owner, file.mode ?? 0o644);
  }
}

async function makeCertificate(directory: string, slot: number): Promise<string> {
  const docs = slot * 4 + 1;
  const names = [
    ...['approved', 'unapproved'].map((name) => `DNS:${name}.lab.test`),
    ...[`198.51.100.${docs}`, `203.0.113.${docs}`, `2001:db8:${slot}::1`, `2001:db8:${slot}::a`].map(
      (ip) => `IP:${ip}`,
    ),
  ];
  const file = join(directory, 'tls-cert.pem');
  await run('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
    ...['-subj', '/CN=clawcheck lab', '-addext', `subjectAltName=${names.join(',')}`],
    ...['-keyout', join(directory, 'tls-key.pem'), '-out', file],
  ]);
  return file;
}

async function makeSshKey(file: string): Promise<string> {
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'lab', '-f', file]);
  return readFile(`${file}.pub`, 'utf8');
}

/** Writes everything that the host and the internet of the lab are made from into the directory of the lab. */
export async function writeSeed(directory: string, slot: number, plan: LabPlan): Promise<Seed> {
  const here = import.meta.dirname;
  const file = (name: string) => join(directory, name);
  const [clientKey, hostKey, certificateFile, people] = await Promise.all([
    makeSshKey(file('client-key')),
    makeSshKey(file('host-key')),
    makeCertificate(directory, slot),
    accounts(plan),
    ...['lab.sh', 'change.sh', 'internet.mjs'].map((name) => copyFile(join(here, name), file(name))),
    writeFile(file('workspace-source'), plan.workspaceSource),
    ...(plan.folder === undefined ? [] : [writeFile(file('folder'), plan.folder)]),
  ]);
  const planted = makeKey();
  const { files, environment } = agent(plan, planted);
  const systemAuthorities = '/etc/ssl/certs/ca-certificates.crt';
  await makeTree(file('seed'), [
    ...people,
    ...network(slot),
    ...sshServer(plan, clientKey),
    { path: '/etc/ssh/ssh_host_ed25519_key', content: await readFile(file('host-key'), 'utf8'), mode: 0o600 },
    { path: systemAuthorities, content: await readFile(certificateFile, 'utf8') },
    { path: '/opt/openclaw/gateway.mjs', content: await readFile(join(here, 'gateway.mjs'), 'utf8') },
    ...files,
    ...plan.files,
  ]);
  await writeFile(file('known_hosts'), `10.203.${slot}.10 ${hostKey}`);
  const blob = Buffer.from(hostKey.split(' ')[1] ?? '', 'base64');
  return {
    privateKeyFile: file('client-key'),
    knownHostsFile: file('known_hosts'),
    hostKeyFingerprint: `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`,
    certificateFile,
    planted,
    gatewayEnvironment: environment,
  };
}
