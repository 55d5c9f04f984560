import { hostProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import { commandSeconds, demandAnswer, openclawScript } from './openclaw-command.ts';
import { all, single } from './records.ts';

/** What OpenClaw itself finds of credentials in its files; it misses some, and knows fields that have no known form. */
export interface SecretsAudit {
  /** Values that stand there as plain text: the field of the configuration, or where else. */
  readonly plaintext: readonly string[];
  /** Retired or archived stores that may hold plain text, of which it does not say more. */
  readonly residue: number;
}

const codes = ['PLAINTEXT_FOUND', 'STORE_PLAINTEXT_RESIDUE', 'LEGACY_RESIDUE'] as const;
const most = 100;
/** The field of a configuration, such as `gateway.auth.token`. */
const field = '^[A-Za-z][A-Za-z0-9_]{0,40}([.][A-Za-z0-9_-]{1,40}|\\[[0-9]{1,4}\\]){0,12}$';

const reduce = `
if (!audit.summary || !Array.isArray(audit.findings)) { say("state garbled"); process.exit(0); }
say("state audited");
say("plaintext", Number(audit.summary.plaintextCount));
let count = 0;
for (const { code, severity, jsonPath } of audit.findings) {
  if (!${JSON.stringify(codes)}.includes(code) || (code === "LEGACY_RESIDUE" && severity === "info")) continue;
  count += 1;
  const shown = typeof jsonPath === "string" && new RegExp(${JSON.stringify(field)}).test(jsonPath) ? jsonPath : "unnamed";
  if (count <= ${most}) say("finding", code, shown);
}
say("count", count);
`;

/** Undefined where `gateway.selfAudit` is off. References to other stores are not resolved: no secret is fetched. */
export const secretsAudit = hostProbe<SecretsAudit | ProbeError | undefined>({
  id: 'host/secrets-audit',
  as: 'agent',
  lost: (error) => error,
  seconds: ({ gateway }) => (gateway.selfAudit ? commandSeconds + 10 : 1),
  script: (environment) =>
    openclawScript(environment, ['secrets', 'audit', '--json'], reduce, ['plaintext', 'finding', 'count']),
  parse(records) {
    if (!demandAnswer(records, 'openclaw secrets audit --json')) return undefined;
    const findings = all(records, 'finding').map((text) => {
      const [word, where = '', ...more] = text.split(' ');
      const code = codes.find((one) => one === word);
      const known = where === 'unnamed' || new RegExp(field).test(where);
      if (!code || !known || more.length > 0) {
        throw new ProbeError('bad_response', 'the audit of secrets names a finding out of form');
      }
      return { code, where };
    });
    const count = single(records, 'count');
    if (!/^\d{1,6}$/.test(count) || findings.length !== Math.min(most, Number(count))) {
      throw new ProbeError('truncated', 'findings of the audit of secrets are missing');
    }
    const plain = findings.filter(({ code }) => code === 'PLAINTEXT_FOUND');
    if (findings.length < most && single(records, 'plaintext') !== String(plain.length)) {
      throw new ProbeError('conflict', 'the audit of secrets counts other findings than it lists');
    }
    const residue = findings.filter(({ code }) => code === 'LEGACY_RESIDUE').length;
    return {
      plaintext: findings.flatMap(({ code, where }) => (code === 'LEGACY_RESIDUE' ? [] : [where])),
      residue,
    };
  },
});
