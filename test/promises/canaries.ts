import { randomInt } from 'node:crypto';

/** A kind of secret as its vendor documents its form, and what the report must call it. */
export interface Kind {
  readonly name: string;
  /** A title of a rule that finds it. */
  readonly title: RegExp;
  /** A line that holds a new, made-up secret of this kind, and the secret itself. */
  make(): { readonly line: string; readonly secret: string };
}

const from = (letters: string) => (length: number) =>
  Array.from({ length }, () => letters[randomInt(letters.length)]).join('');
const lower = 'abcdefghijklmnopqrstuvwxyz';
const digits = from('0123456789');
const hex = from('0123456789abcdef');
const base32 = from('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567');
const word = from(`${lower}${lower.toUpperCase()}0123456789`);
const name = from(lower);

/** The secret is put together of parts, so that no scanner takes this file for a leak. */
const kind = (title: string, rule: RegExp, parts: () => readonly string[], around = (s: string) => s): Kind => ({
  name: title,
  title: rule,
  make() {
    const secret = parts().join('');
    return { line: around(secret), secret };
  },
});

/**
 * Thirty kinds, with random contents. The forms are written down here again, from the vendors' documentation and not
 * from the rules of the scan, which have to find them.
 */
export const kinds: readonly Kind[] = [
  kind(
    'AWS access key id',
    /^AWS access key id/,
    () => ['AK', 'IA', base32(16)],
    (s) => `aws_access_key_id = ${s}`,
  ),
  kind('AWS session key id', /^AWS session key id/, () => ['AS', 'IA', base32(16)]),
  kind(
    'AWS secret key',
    /^AWS secret access key/,
    () => [word(40)],
    (s) => `AWS_SECRET_ACCESS_KEY=${s}`,
  ),
  kind(
    'AWS session token',
    /^AWS session token/,
    () => [word(180)],
    (s) => `aws_session_token=${s}`,
  ),
  kind(
    'Anthropic',
    /^Anthropic key/,
    () => ['sk-', 'ant-', 'api03-', word(93), 'AA'],
    (s) => `key: ${s}`,
  ),
  kind('OpenAI project', /^OpenAI key/, () => ['sk-', 'proj-', word(74), 'T3Blbk', 'FJ', word(74)]),
  kind('OpenAI older', /^OpenAI key/, () => ['sk', '-', word(20), 'T3Blbk', 'FJ', word(20)]),
  kind(
    'Google API',
    /^Google API key/,
    () => ['AI', 'za', 'Sy', word(33)],
    (s) => `{"key":"${s}"}`,
  ),
  kind('Google OAuth', /^Google OAuth client secret/, () => ['GOC', 'SPX-', word(28)]),
  kind('Slack bot', /^Slack token/, () => ['xo', 'xb-', digits(12), '-', digits(13), '-', word(24)]),
  kind('Slack user', /^Slack token/, () => ['xo', 'xp-', digits(12), '-', digits(12), '-', digits(12), '-', hex(32)]),
  kind('Slack app', /^Slack app-level token/, () => ['xa', 'pp-1-A', base32(10), '-', digits(13), '-', hex(64)]),
  kind('Slack webhook', /^Slack webhook/, () => [
    ['https://hooks.', 'slack.com/services/T', base32(8), '/B', base32(10), '/', word(24)].join(''),
  ]),
  kind('GitHub classic', /^GitHub token/, () => ['gh', 'p_', word(36)]),
  kind(
    'GitHub app',
    /^GitHub token/,
    () => ['gh', 's_', word(36)],
    (s) => `https://x-access-token:${s}@github.com/`,
  ),
  kind('GitHub fine-grained', /^GitHub fine-grained token/, () => ['github', '_pat_', word(22), '_', word(59)]),
  kind('GitLab', /^GitLab token/, () => ['gl', 'pat-', word(20)]),
  kind(
    'npm',
    /^npm token/,
    () => ['np', 'm_', word(36)],
    (s) => `//registry.npmjs.org/:_authToken=${s}`,
  ),
  kind('Telegram', /^Telegram bot token/, () => [`1${digits(9)}`, ':', 'AA', word(33)]),
  kind('Discord', /^Discord bot token/, () => ['M', word(23), '.', word(6), '.', word(38)]),
  kind('HubSpot', /^HubSpot token/, () => [
    ['pat', '-eu1-', hex(8), '-', hex(4), '-', hex(4), '-', hex(4), '-', hex(12)].join(''),
  ]),
  kind(
    'Composio',
    /^Composio key/,
    () => [word(22)],
    (s) => `COMPOSIO_API_KEY="${s}"`,
  ),
  kind('Tailscale', /^Tailscale key/, () => ['ts', 'key-auth-', word(12), 'CNTRL-', word(32)]),
  kind('Stripe', /^Stripe key/, () => ['sk', '_live_', word(24)]),
  kind('SendGrid', /^SendGrid key/, () => ['S', 'G.', word(22), '.', word(43)]),
  kind('Notion', /^Notion token/, () => ['nt', 'n_', digits(11), word(35)]),
  kind('Linear', /^Linear key/, () => ['lin', '_api_', word(40)]),
  kind('JSON web token', /^JSON web token/, () => ['ey', 'J', word(33), '.ey', 'J', word(70), '.', word(43)]),
  kind(
    'password in a URL',
    /^password in a URL/,
    () => [word(20)],
    (s) => `postgres://${name(5)}:${s}@db.internal/app`,
  ),
  kind(
    'gateway token',
    /^token, password or key as plain text/,
    () => [hex(48)],
    (s) => `"token": "${s}"`,
  ),
];

/** A secret as it is, and as it could stand in an encoded text. */
export function forms(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [secret, encodeURIComponent(secret), bytes.toString('base64').replace(/=+$/, ''), bytes.toString('hex')];
}

/** Which of the secrets stand in a text, by name. */
export function leaksIn(text: string, secrets: Readonly<Record<string, string>>): string[] {
  return Object.entries(secrets).flatMap(([name, secret]) =>
    forms(secret).some((form) => text.includes(form)) ? [name] : [],
  );
}
