/**
 * A form of credential that is known at sight. The pattern is a POSIX extended regular expression without back
 * references, so that `grep -E -a` on the host takes it as it is; no alternative can slow it down.
 */
export interface SecretRule {
  readonly id: string;
  readonly title: string;
  readonly pattern: string;
  /** A made-up value that the pattern must find, put together at run time: none stands in the source. */
  sample(): string;
}

const start = '(^|[^A-Za-z0-9_])';
const end = '([^A-Za-z0-9_]|$)';
const filler = 'Zq7Wm4Xk9Rb2Tn5Yc8Vd3Hj6Lp1Sf0Gu';
/** `length` characters that look random. */
const noise = (length: number) => filler.repeat(Math.ceil(length / filler.length)).slice(0, length);
const upper = (length: number) =>
  noise(length)
    .toUpperCase()
    .replaceAll(/[0189]/g, 'Q');
const hex = (length: number) => '3f9a1c7e'.repeat(Math.ceil(length / 8)).slice(0, length);
const digits = (length: number) => '1029384756'.repeat(Math.ceil(length / 10)).slice(0, length);

const rule = (id: string, title: string, pattern: string, sample: () => string): SecretRule => {
  return { id, title, pattern, sample };
};
const prefixed = (id: string, title: string, prefix: string, body: string, sample: () => string) =>
  rule(id, title, `${start}${prefix}${body}`, sample);

/** `name: value` and `name=value`, bare, in quotes, or in JSON that is itself in quotes. */
const assigned = (name: string, value: string) => `${name}[\\"']*[ ]*[:=]+>?[ ]*[\\"']*${value}`;

/** The first may be short, but has a digit; the others have one too, and not the dash of names. */
const named = [
  `${start}[A-Z0-9_]*(PASSWORD|PASSPHRASE|PASSWD)=["']?[A-Za-z!@#%^&*+]{0,20}[0-9][A-Za-z0-9!@#%^&*+]{5}`,
  `${start}[A-Z0-9_]+_KEY["']?[ ]*[=:][ ]*["']?[0-9a-f]{32}${end}`,
  assigned(
    '([Aa]pi_?[Kk]ey|[Ss]ecret(_?[Kk]ey)?|[Pp]assword|(access|auth|refresh)_?[Tt]oken|(^|[^A-Za-z0-9_])token)',
    '([a-z0-9]{2,5}[-_])?[A-Za-z+]{0,19}[0-9][A-Za-z0-9+]{15}',
  ),
  `(${assigned('[Aa]uthorization', '(Bearer|Basic|Bot|[Tt]oken)')}|${assigned('[Xx]-[Aa][Pp][Ii]-[Kk][Ee][Yy]', '')})[ ]*[A-Za-z._~+/=-]{0,40}[0-9][A-Za-z0-9._~+/=-]{15}`,
].join('|');

const inCommands =
  'curl[^|;&]{0,80}[ ](-u|--user)[ =]*["\']?[A-Za-z0-9._@+-]{1,40}:[^]$ :"\'<>{}*[]{6}|sshpass[ ]+-p[ ]*["\']?[^]$ "\'<>{}[]{6}|[ ]--password[= ]["\']?[A-Za-z!@#%^&*+._]{0,20}[0-9][^]$ "\'<>{}[]{4}';

const services =
  'ATATT3x|PMAK-|NRAK-|csk-|dop_v1_|glsa_|hvs\\.|jina_|lsv2_(pt|sk)_|pat[A-Za-z0-9]{14}\\.|pcsk_|pypi-AgE|r8_|sbp_|shp(at|ca|pa|ss)_|sk-lf-|sntrys_|1//0';

export const secretRules: readonly SecretRule[] = [
  rule('aws-access-key', 'AWS access key id', `(^|[^A-Za-z0-9])AKIA[A-Z2-7]{16}([^A-Za-z0-9]|$)`, () =>
    ['AK', 'IA', upper(16)].join(''),
  ),
  rule('aws-session-key', 'AWS session key id', `(^|[^A-Za-z0-9])ASIA[A-Z2-7]{16}([^A-Za-z0-9]|$)`, () =>
    ['AS', 'IA', upper(16)].join(''),
  ),
  rule(
    'aws-secret-key',
    'AWS secret access key',
    assigned('[Ss][Ee][Cc][Rr][Ee][Tt]_?[Aa][Cc][Cc][Ee][Ss][Ss]_?[Kk][Ee][Yy]', '[A-Za-z0-9/+]{40}'),
    () => ['aws_secret', '_access_key = ', noise(40)].join(''),
  ),
  rule(
    'aws-session-token',
    'AWS session token',
    assigned('[Ss][Ee][Ss][Ss][Ii][Oo][Nn]_?[Tt][Oo][Kk][Ee][Nn]', '[A-Za-z0-9/+=]{100}'),
    () => ['AWS_SESSION', '_TOKEN=', noise(120)].join(''),
  ),
  prefixed('anthropic', 'Anthropic key', 'sk-ant-', '[A-Za-z0-9_-]{20}', () => ['sk-', 'ant-', noise(40)].join('')),
  prefixed('openai-project', 'OpenAI key', 'sk-(proj|svcacct|admin|None)-', '[A-Za-z0-9_-]{20}', () =>
    ['sk-', 'proj-', noise(48)].join(''),
  ),
  prefixed('openai', 'OpenAI key of the older form', 'sk-', `[A-Za-z0-9]{32,64}${end}`, () =>
    ['sk', '-', noise(48)].join(''),
  ),
  prefixed('openrouter', 'OpenRouter key', 'sk-or-', '(v1-)?[A-Za-z0-9]{32}', () =>
    ['sk-', 'or-v1-', hex(64)].join(''),
  ),
  prefixed('google-api', 'Google API key', 'AIza', '[A-Za-z0-9_-]{35}', () => ['AI', 'za', noise(35)].join('')),
  prefixed('google-oauth', 'Google OAuth client secret', 'GOCSPX-', '[A-Za-z0-9_-]{28}', () =>
    ['GOC', 'SPX-', noise(28)].join(''),
  ),
  prefixed('google-token', 'Google access token', 'ya29\\.', '[A-Za-z0-9_-]{30}', () =>
    ['ya', '29.', noise(60)].join(''),
  ),
  prefixed('groq', 'Groq key', 'gsk_', '[A-Za-z0-9]{40}', () => ['gs', 'k_', noise(52)].join('')),
  prefixed('xai', 'xAI key', 'xai-', '[A-Za-z0-9]{40}', () => ['xa', 'i-', noise(80)].join('')),
  prefixed('huggingface', 'Hugging Face token', 'hf_', '[A-Za-z0-9]{30}', () => ['h', 'f_', noise(34)].join('')),
  prefixed('perplexity', 'Perplexity key', 'pplx-', '[A-Za-z0-9]{32}', () => ['pp', 'lx-', noise(48)].join('')),
  prefixed('slack-token', 'Slack token', 'xox[a-eoprs]-', '[A-Za-z0-9-]{10}', () =>
    ['xo', 'xb-', digits(12), '-', noise(24)].join(''),
  ),
  prefixed('slack-app', 'Slack app-level token', 'xapp-', '[0-9]-[A-Z0-9]{6,}-[0-9]{6,}-[A-Za-z0-9]{20}', () =>
    ['xa', 'pp-1-', upper(11), '-', digits(13), '-', hex(64)].join(''),
  ),
  rule(
    'slack-webhook',
    'Slack webhook',
    'hooks\\.slack\\.com/(services|workflows)/[A-Za-z0-9]{8,}/[A-Za-z0-9]{8,}',
    () => ['https://hooks.', 'slack.com/', 'services/', upper(9), '/', upper(9), '/', noise(24)].join(''),
  ),
  prefixed('github', 'GitHub token', 'gh[opsur]_', '[A-Za-z0-9]{36}', () => ['gh', 'p_', noise(36)].join('')),
  prefixed('github-fine', 'GitHub fine-grained token', 'github_pat_', '[A-Za-z0-9_]{22}', () =>
    ['github', '_pat_', noise(22), '_', noise(59)].join(''),
  ),
  prefixed('gitlab', 'GitLab token', 'gl(pat|dt|rt|ft|soat|imt|agent|ptt|cbt|oas)-', '[A-Za-z0-9_-]{20}', () =>
    ['gl', 'pat-', noise(20)].join(''),
  ),
  prefixed('npm', 'npm token', 'npm_', '[A-Za-z0-9]{36}', () => ['np', 'm_', noise(36)].join('')),
  rule('telegram', 'Telegram bot token', `(^|[^0-9A-Za-z])(bot)?[0-9]{8,10}:AA[A-Za-z0-9_-]{33}`, () =>
    [digits(10), ':', 'AA', noise(33)].join(''),
  ),
  rule(
    'discord',
    'Discord bot token',
    `${start}[MNO][A-Za-z0-9_-]{23,27}\\.[A-Za-z0-9_-]{6}\\.[A-Za-z0-9_-]{27,38}`,
    () => ['M', noise(25), '.', noise(6), '.', noise(38)].join(''),
  ),
  rule('discord-webhook', 'Discord webhook', 'discord(app)?\\.com/api/webhooks/[0-9]{17,20}/[A-Za-z0-9_-]{60}', () =>
    ['https://discord', '.com/api/', 'webhooks/', digits(18), '/', noise(68)].join(''),
  ),
  prefixed('hubspot', 'HubSpot token', 'pat-(na|eu|ap)[0-9]-', '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-', () =>
    ['pat', '-na1-', hex(8), '-', hex(4), '-', hex(4), '-', hex(4), '-', hex(12)].join(''),
  ),
  rule(
    'composio',
    'Composio key',
    `(${start}(ak|ck|comp)_[A-Za-z0-9_-]{18,}|${assigned('[Cc][Oo][Mm][Pp][Oo][Ss][Ii][Oo]_?[A-Za-z_]*[Kk][Ee][Yy]', '[A-Za-z0-9_-]{16}')})`,
    () => ['COMPOSIO', '_API_KEY=', noise(24)].join(''),
  ),
  prefixed('tailscale', 'Tailscale key', 'tskey-', '[a-z]{2,10}-[A-Za-z0-9]{8}', () =>
    ['ts', 'key-auth-', noise(12), '-', noise(32)].join(''),
  ),
  prefixed('stripe', 'Stripe key', '(sk|rk)_(live|test)_', '[A-Za-z0-9]{20}', () =>
    ['sk', '_live_', noise(24)].join(''),
  ),
  prefixed('sendgrid', 'SendGrid key', 'SG\\.', '[A-Za-z0-9_-]{16,32}\\.[A-Za-z0-9_-]{32}', () =>
    ['S', 'G.', noise(22), '.', noise(43)].join(''),
  ),
  prefixed('twilio', 'Twilio key', 'SK', `[0-9a-f]{32}${end}`, () => ['S', 'K', hex(32)].join('')),
  prefixed('notion', 'Notion token', '(secret|ntn)_', `[A-Za-z0-9]{40,60}${end}`, () =>
    ['nt', 'n_', noise(46)].join(''),
  ),
  prefixed(
    'linear',
    'Linear key, or one of another service',
    `(lin_(api|oauth)_|${services})`,
    '[A-Za-z0-9_-]{24}',
    () => ['lin', '_api_', noise(40)].join(''),
  ),
  prefixed('elevenlabs', 'ElevenLabs key', 'sk_', `[0-9a-f]{40,64}${end}`, () => ['s', 'k_', hex(48)].join('')),
  rule('private-key', 'private key', '-----BEGIN ([A-Z0-9]{1,20} ){0,3}PRIVATE KEY-----', () =>
    ['-----BEGIN ', 'OPENSSH PRIVATE', ' KEY-----'].join(''),
  ),
  prefixed('jwt', 'JSON web token', 'eyJ', '[A-Za-z0-9_-]{10,}\\.eyJ[A-Za-z0-9_-]{10,}\\.[A-Za-z0-9_-]{16}', () =>
    ['ey', 'J', noise(30), '.ey', 'J', noise(60), '.', noise(43)].join(''),
  ),
  rule(
    'url-password',
    'password in a URL or a command',
    `(([a-z][a-z0-9+.-]{1,12}://[^]/ :@"'<>{}$[]{1,64}|rediss?://):[^]/ :@"'<>{}$*[]{6,}@[A-Za-z0-9]|${inCommands})`,
    () => ['postgres', '://app:', noise(16), '@db.internal/app'].join(''),
  ),
  rule(
    'netrc',
    'password of a .netrc, .pypirc, .my.cnf or .pgpass file',
    '(^|[ \t])login[ \t]+[^ \t]+[ \t]+password[ \t]+[^ \t]{8,}',
    () => ['machine git.internal login bot pass', 'word ', noise(16)].join(''),
  ),
  rule(
    'npmrc',
    'token or password of a package registry',
    ':_(authToken|auth|password)[ ]*=[ ]*"?[A-Za-z0-9+/=_-]{16,}',
    () => ['//npm.internal/:_auth', 'Token=', hex(8), '-', hex(4), '-', hex(12)].join(''),
  ),
  rule('docker-auth', 'login of a container registry', '"auth"[ ]*:[ ]*"[A-Za-z0-9+/]{16,}={0,2}"', () =>
    ['"au', 'th": "', noise(32), '"'].join(''),
  ),
  rule(
    'assigned',
    'value that is named like a credential',
    // No dash, dot or slash: names, paths and identifiers of secrets have them, but for a short one in front. Where it is
    // no plain assignment, a digit too: what has none may be the name of an error or a type.
    `(${named}|${start}[A-Z0-9_]*(TOKEN|SECRET|PASSWORD|PASSPHRASE|API_?KEY|ACCESS_KEY|PRIVATE_KEY|SIGNING_KEY)(=["']?[A-Za-z0-9+]{20,}|["']?[ ]*[=:][ ]*["']?([a-z0-9]{2,5}[-_](dev-|prod-)?)?([A-Za-z+]{0,19}[0-9][A-Za-z0-9+]{15,}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})))`,
    () => ['CRM_SIGNING', '_SECRET=', hex(32)].join(''),
  ),
  rule(
    'gateway-token',
    'token, password or key as plain text in the configuration',
    '"(token|botToken|appToken|signingSecret|password|apiKey|clientSecret|accessToken|refreshToken)"[ ]*:[ ]*"[A-Za-z0-9+/=_.:-]{20,}"',
    () => ['"to', 'ken": "', hex(48), '"'].join(''),
  ),
];

/** A value that no rule may find: a scanner that finds everything proves as little as one that finds nothing. */
export const harmless = 'the quick brown fox: /mnt/openclaw/workspace 2026-03-04 fs-0a1b2c3d4e5f60001 user@example.com';
