import { readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from '../../environment/schema.ts';

/** Variables whose value is a secret, whatever the environment file names. The id of an access key names it only. */
const variables = [
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN',
  'GITHUB_TOKEN',
  'GH_TOKEN',
];

/**
 * The secrets that this process holds or could reach: credentials in the process environment, in the AWS files of the
 * user, the tokens that the environment file names, and the lines of the private key. What cannot be read is none.
 */
export function ownSecrets(environment: Environment, env: NodeJS.ProcessEnv = process.env): string[] {
  const { credentials, gateway, git, ssh } = environment;
  const named = [
    ...variables,
    gateway.tokenEnv,
    git?.tokenEnv,
    ssh.passphraseEnv,
    credentials.composio?.keyEnv,
  ].flatMap((name) => {
    const value = name === undefined ? undefined : env[name];
    return value ? [value] : [];
  });
  const home = env['HOME'] ?? homedir();
  const file = read(env['AWS_SHARED_CREDENTIALS_FILE'] ?? join(home, '.aws', 'credentials'));
  const ini = [...file.matchAll(/^\s*(?:aws_secret_access_key|aws_session_token)\s*=\s*(\S+)/gim)].map(
    (m) => m[1] ?? '',
  );
  const caches = ['sso', 'cli'].flatMap((kind) => filesIn(join(home, '.aws', kind, 'cache')).map(read));
  const cached = caches.flatMap((text) =>
    [...text.matchAll(/"(?:accessToken|refreshToken|clientSecret|SecretAccessKey|SessionToken)"\s*:\s*"([^"]+)"/g)].map(
      (m) => m[1] ?? '',
    ),
  );
  const key = ssh.privateKeyFile ? read(ssh.privateKeyFile.replace(/^~(?=\/)/, home)) : '';
  const keyLines = key.split(/\r?\n/).filter((line) => /^[A-Za-z0-9+/=]{24,}$/.test(line));
  return [...named, ...ini, ...cached, ...keyLines];
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder).map((name) => join(folder, name));
  } catch {
    return [];
  }
}
