import type { Environment } from '../../environment/schema.ts';
import { ProbeError } from '../../model/reason.ts';
import { type HostRecords, quote } from '../../ports/host.ts';
import { oneOf } from './records.ts';

/** Seconds that one command of OpenClaw may take. */
export const commandSeconds = 60;

/**
 * Runs in the Node of the gateway, which is the one that its command line needs, with the OPENCLAW_ variables of the
 * gateway. What leaves this program is what `reduce` says of the JSON that the command printed; its exit code says nothing.
 */
const program = (args: readonly string[], reduce: string) => `
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
const args = ${JSON.stringify(args)};
const [file, argv] = /\\.[cm]?js$/.test(command) ? [process.execPath, [command, ...args]] : [command, args];
const { stdout, error } = spawnSync(file, argv, {
  env, cwd: "/", timeout: ${commandSeconds * 1000}, killSignal: "SIGKILL", maxBuffer: 8388608, stdio: ["ignore", "pipe", "ignore"],
});
if (error) { say("state", error.code === "ETIMEDOUT" ? "late" : "failed"); process.exit(0); }
let audit;
try { audit = JSON.parse(stdout.toString("utf8")); } catch { say("state garbled"); process.exit(0); }
${reduce}`;

/**
 * Shell text that runs a command of OpenClaw as the agent's user, where `gateway.selfAudit` lets it.
 *
 * @param args the command; it prints one JSON document
 * @param reduce JavaScript over `audit`, the document: it answers with `say`, first of all the `state`
 * @param keys the first words of its answers
 */
export function openclawScript(
  { gateway }: Environment,
  args: readonly string[],
  reduce: string,
  keys: readonly string[],
): string {
  if (!gateway.selfAudit) return 'say state off';
  return `
pid=$(gateway_pid)
[ -n "$pid" ] || { say state no-gateway; exit 0; }
node=$(readlink "/proc/$pid/exe") || { say state no-access; exit 0; }
case $node in */node) ;; *) say state no-node; exit 0;; esac
[ -x "$node" ] || { say state no-node; exit 0; }
out=$(nice -n 19 "$node" -e ${quote(program(args, reduce))} -- "$pid" ${quote(gateway.openclawCommand ?? '')}) || { say state failed; exit 0; }
printf '%s\\n' "$out" | while read -r key value; do
  case $key in state|${keys.join('|')}) say "$key" "$value";; esac
done
`;
}

const refusals = {
  'no-gateway': ['not_found', 'no gateway process runs as the agent user on the host'],
  'no-access': ['access_denied', 'the program of the gateway process cannot be told'],
  'no-node': ['tool_missing', 'the gateway does not run in a Node that can be called'],
  'no-command': ['tool_missing', 'the openclaw command was not found on the host'],
  late: ['timeout', `the command did not end within ${commandSeconds} s`],
  failed: ['bad_response', 'the command could not be run'],
  garbled: ['bad_response', 'the command did not answer as it is documented'],
} as const;

/**
 * Whether the command has answered; false where `gateway.selfAudit` is off.
 *
 * @throws ProbeError for why it has not
 */
export function demandAnswer(records: HostRecords, command: string): boolean {
  const words = ['off', 'audited', ...(Object.keys(refusals) as (keyof typeof refusals)[])] as const;
  const state = oneOf(records, 'state', words);
  if (state === 'off') return false;
  if (state === 'audited') return true;
  const [reason, message] = refusals[state];
  throw new ProbeError(reason, `${command}: ${message}`, {
    next: `See that the agent user can run ${command}, and name the program in gateway.openclawCommand.`,
  });
}
