/** Tokens that no program we start needs. */
const tokens = ['COMPOSIO_API_KEY', 'GITHUB_TOKEN', 'GH_TOKEN'];

/**
 * The environment of ssh and of a ProxyCommand: that of this process without the tokens and passphrases that are
 * clawcheck's own. Credentials of AWS stay: a ProxyCommand by way of Session Manager needs them.
 * @param hidden names of variables that hold secrets
 */
export function childEnv(hidden: readonly string[] = []): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !tokens.includes(name) && !hidden.includes(name)),
  );
}

/** The environment of ssh-keygen: what finds it, the agent and the terminal, and nothing else. */
export function bareEnv(): NodeJS.ProcessEnv {
  const kept =
    /^(PATH|HOME|USER|LOGNAME|TERM|LANG|LC_\w+|TMPDIR|SSH_(AUTH_SOCK|ASKPASS|ASKPASS_REQUIRE|SK_PROVIDER)|DISPLAY|WAYLAND_DISPLAY|XAUTHORITY|SYSTEMROOT)$/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => kept.test(name)));
}
