import { readFile } from 'node:fs/promises';
import type { AnyAuthMethod, ParsedKey } from 'ssh2';
import { UsageError } from '../../model/reason.ts';
import type { Env, ResolvedTarget } from './ssh-config.ts';
import { ssh2 } from './ssh2.ts';
import type { SshTarget } from './target.ts';

const keyLimit = 64 * 1024;

/**
 * Reads a private key.
 *
 * @throws UsageError, with what to do: what is wrong with a key of ours is for the user to mend. The message names the file, never what is in it.
 */
async function readKey(path: string, passphraseEnv: string | undefined, env: Env): Promise<ParsedKey> {
  let text: Buffer;
  try {
    text = await readFile(path);
  } catch (error) {
    const absent = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new UsageError(
      `the key file ${path} ${absent ? 'does not exist' : 'cannot be read'}`,
      'Name a private key that you can read in the environment file.',
    );
  }
  if (text.length > keyLimit) throw new UsageError(`the key file ${path} is too large to be a key`);
  const passphrase = passphraseEnv === undefined ? undefined : env[passphraseEnv];
  const parsed = ssh2.utils.parseKey(text, passphrase) as ParsedKey | ParsedKey[] | Error;
  const key = Array.isArray(parsed) ? parsed[0] : parsed;
  if (key instanceof Error || key === undefined) {
    const reason = key?.message ?? '';
    if (reason.includes('no passphrase given')) {
      const next =
        passphraseEnv === undefined
          ? 'Load it into ssh-agent, or name the variable that holds its passphrase in the environment file.'
          : `Set ${passphraseEnv}, or load the key into ssh-agent.`;
      throw new UsageError(`the key file ${path} is encrypted and there is no passphrase`, next);
    }
    if (passphrase !== undefined && /passphrase|integrity|decrypt/i.test(reason)) {
      throw new UsageError(
        `the passphrase does not open the key file ${path}`,
        `Correct the value of ${passphraseEnv}.`,
      );
    }
    throw new UsageError(
      `the key file ${path} is not a private key that can be read`,
      'Use an OpenSSH or PEM key of type ed25519, ecdsa or rsa.',
    );
  }
  if (!key.isPrivateKey()) {
    throw new UsageError(`the key file ${path} holds a public key`, 'Name the private key.');
  }
  return key;
}

/**
 * The ways to authenticate, in order: key files, then the agent. `none` is offered only to Tailscale SSH: a host that
 * lets anybody in by `none` is not the one that was asked for. Passwords never.
 */
export async function authMethods(resolved: ResolvedTarget, target: SshTarget, env: Env): Promise<AnyAuthMethod[]> {
  const username = resolved.user;
  const methods: AnyAuthMethod[] = [];
  if (target.tailscaleSsh) methods.push({ type: 'none', username });
  let fault: unknown;
  for (const { path, explicit } of resolved.keyFiles) {
    try {
      const key = await readKey(path, target.passphraseEnv, env);
      methods.push({ type: 'publickey', username, key });
    } catch (error) {
      const absent = error instanceof UsageError && error.message.endsWith('does not exist');
      // An encrypted key may be in the agent; a default file need not exist, a named one must.
      if (explicit && (absent || resolved.agentSocket === undefined) && !target.tailscaleSsh) throw error;
      if (!absent) fault ??= error;
    }
  }
  if (resolved.agentSocket !== undefined) methods.push({ type: 'agent', username, agent: resolved.agentSocket });
  if (methods.length > 0) return methods;
  if (fault) throw fault;
  throw new UsageError(
    `there is no key to log in to ${resolved.name} with`,
    'Name a private key in the environment file, or start ssh-agent and add one.',
  );
}
