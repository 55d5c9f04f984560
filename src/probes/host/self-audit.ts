import type { Environment } from '../../environment/schema.ts';
import { hostProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import { type HostRecords, quote } from '../../ports/host.ts';
import { all, oneOf, single } from './records.ts';

export const auditSeverities = ['critical', 'warn', 'info'] as const;
export type AuditSeverity = (typeof auditSeverities)[number];

export interface AuditFinding {
  readonly id: string;
  readonly severity: AuditSeverity;
  /** Taken out of the summary by the gateway's own configuration (`security.audit.suppressions`). */
  readonly suppressed: boolean;
}

/** What `openclaw security audit --json` says: which findings, never their text. */
export interface SelfAudit {
  readonly findings: readonly AuditFinding[];
  /** As its own summary counts them, without those that are suppressed. */
  readonly summary: Readonly<Record<AuditSeverity, number>>;
}

const auditSeconds = 60;
const most = 200;

/**
 * Runs in the Node of the gateway, which is the one that its command line needs, with the OPENCLAW_ variables of the
 * gateway. Of the audit, only ids and severities leave this program; its exit code says nothing.
 */
const program = `
const { readFileSync, existsSync } = require("node:fs");
const { dirname, join } = require("node:path");
const { spawnSync } = require("node:child_process");
const [pid, given] = process.argv.slice(1);
const say = (...words) => console.log(words.join(" "));
const env = { HOME: process.env.HOME, NO_COLOR: "1" };
let paths = [];
for (const line of readFileSync("/proc/" + pid + "/environ", "latin1").split("\\0")) {
  const at = line.indexOf("=");
  const name = line.slice(0, at);
  if (/^OPENCLAW_[A-Z0-9_]+$/.test(name)) env[name] = line.slice(at + 1);
  if (name === "PATH") paths = line.slice(at + 1).split(":");
  if (name === "HOME") env.HOME = line.slice(at + 1);
}
const bin = dirname(process.execPath);
paths = [bin, ...paths, ...process.env.PATH.split(":")].filter((path) => path.startsWith("/"));
env.PATH = paths.join(":");
const places = given ? [given] : [
  ...paths.map((path) => join(path, "openclaw")),
  join(bin, "../lib/node_modules/openclaw/openclaw.mjs"),
  join(bin, "../../openclaw/openclaw.mjs"),
];
const command = places.find((path) => existsSync(path));
if (!command) { say("state no-command"); process.exit(0); }
const args = ["security", "audit", "--json"];
const [file, argv] = /\\.[cm]?js$/.test(command) ? [process.execPath, [command, ...args]] : [command, args];
const { stdout, error } = spawnSync(file, argv, {
  env, cwd: "/", timeout: ${auditSeconds * 1000}, killSignal: "SIGKILL", maxBuffer: 8388608, stdio: ["ignore", "pipe", "ignore"],
});
if (error) { say("state", error.code === "ETIMEDOUT" ? "late" : "failed"); process.exit(0); }
let audit;
try { audit = JSON.parse(stdout.toString("utf8")); } catch { say("state garbled"); process.exit(0); }
const lists = [[audit.findings, "active"], [audit.suppressedFindings ?? [], "suppressed"]];
if (!audit.summary || lists.some(([list]) => !Array.isArray(list))) { say("state garbled"); process.exit(0); }
say("state audited");
for (const name of ["critical", "warn", "info"]) say("summary", name, Number(audit.summary[name]));
let count = 0;
for (const [list, kind] of lists) for (const { checkId, severity } of list) {
  count += 1;
  const id = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(checkId) ? checkId : "unnamed";
  const word = ["critical", "warn", "info"].includes(severity) ? severity : "unknown";
  if (count <= ${most}) say("finding", kind, word, id);
}
say("count", count);
`;

const script = ({ gateway }: Environment) => {
  if (!gateway.selfAudit) return 'say state off';
  return `
pid=$(gateway_pid)
[ -n "$pid" ] || { say state no-gateway; exit 0; }
node=$(readlink "/proc/$pid/exe") || { say state no-access; exit 0; }
case $node in */node) ;; *) say state no-node; exit 0;; esac
[ -x "$node" ] || { say state no-node; exit 0; }
out=$(nice -n 19 "$node" -e ${quote(program)} -- "$pid" ${quote(gateway.openclawCommand ?? '')}) || { say state failed; exit 0; }
printf '%s\\n' "$out" | while read -r key value; do
  case $key in state|summary|finding|count) say "$key" "$value";; esac
done
`;
};

const refusals = {
  'no-gateway': ['not_found', 'no gateway process runs as the agent user on the host'],
  'no-access': ['access_denied', 'the program of the gateway process cannot be told'],
  'no-node': ['tool_missing', 'the gateway does not run in a Node that can be called'],
  'no-command': ['tool_missing', 'the openclaw command was not found on the host'],
  late: ['timeout', `openclaw security audit did not end within ${auditSeconds} s`],
  failed: ['bad_response', 'openclaw security audit could not be run'],
  garbled: ['bad_response', 'openclaw security audit did not answer as it is documented'],
} as const;

/** Undefined where `gateway.selfAudit` is off. */
export const selfAudit = hostProbe<SelfAudit | undefined>({
  id: 'host/self-audit',
  as: 'agent',
  seconds: ({ gateway }) => (gateway.selfAudit ? auditSeconds + 10 : 1),
  script,
  parse(records) {
    const words = ['off', 'audited', ...(Object.keys(refusals) as (keyof typeof refusals)[])] as const;
    const state = oneOf(records, 'state', words);
    if (state === 'off') return undefined;
    if (state !== 'audited') {
      const [reason, message] = refusals[state];
      throw new ProbeError(reason, message, {
        next: 'See that the agent user can run openclaw security audit --json, and name it in gateway.openclawCommand.',
      });
    }
    return auditOf(records);
  },
});

function auditOf(records: HostRecords): SelfAudit {
  const findings = all(records, 'finding').map((text): AuditFinding => {
    const [kind = '', word, id = '', ...more] = text.split(' ');
    const severity = auditSeverities.find((one) => one === word);
    const known = (kind === 'active' || kind === 'suppressed') && /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(id);
    if (!known || !severity || more.length > 0) {
      throw new ProbeError('bad_response', 'the audit of the gateway names a finding out of form');
    }
    return { id, severity, suppressed: kind === 'suppressed' };
  });
  if (single(records, 'count') !== String(findings.length)) {
    throw new ProbeError('truncated', 'findings of the audit of the gateway are missing');
  }
  const counted = all(records, 'summary').map((text) => /^([a-z]+) (\d{1,6})$/.exec(text));
  const summary = Object.fromEntries(
    auditSeverities.map((severity) => {
      const [match, ...more] = counted.filter((one) => one?.[1] === severity);
      if (!match || more.length > 0) {
        throw new ProbeError('bad_response', 'the audit of the gateway did not count its findings');
      }
      return [severity, Number(match[2])];
    }),
  ) as Record<AuditSeverity, number>;
  for (const severity of auditSeverities) {
    const listed = findings.filter((one) => one.severity === severity && !one.suppressed).length;
    if (listed !== summary[severity]) {
      throw new ProbeError('conflict', 'the audit of the gateway counts other findings than it lists');
    }
  }
  return { findings, summary };
}
