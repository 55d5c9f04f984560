import { secretRules } from './secret-patterns.ts';
import { secretsIn } from './secret-search.ts';

/** Wider forms of some rules than those of a search. Every pattern is linear: hostile text cannot slow it down. */
const forms: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['AWS access key id', /(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])/],
  [
    'AWS secret access key',
    /(?:secret_?access_?key|aws_?secret_?key)["']?\s{0,8}[:=]\s{0,8}["']?[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+])/i,
  ],
  ['private key', /-----BEGIN (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY-----/],
  ['Anthropic key', /(?<![A-Za-z0-9])sk-ant-[A-Za-z0-9_-]{20}/],
  ['OpenAI key', /(?<![A-Za-z0-9])sk-(?:proj-|svcacct-)?[A-Za-z0-9_-]{32}/],
  ['Slack token', /(?<![A-Za-z0-9])xox[abeoprs]-[A-Za-z0-9-]{10}/],
  ['GitHub token', /(?<![A-Za-z0-9])(?:gh[opsur]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{22})/],
  ['Google API key', /(?<![A-Za-z0-9])AIza[A-Za-z0-9_-]{35}/],
  ['Tailscale key', /(?<![A-Za-z0-9])tskey-[a-z]{2,8}-[A-Za-z0-9]{8}/],
];

/** The names of the forms that a text holds. Never the text: what is found must not be repeated. */
export function credentialForms(text: string): readonly string[] {
  const found = secretsIn(text);
  const titles = secretRules.filter(({ id }) => found.includes(id)).map(({ title }) => title);
  return [...new Set([...forms.filter(([, pattern]) => pattern.test(text)).map(([name]) => name), ...titles])];
}
