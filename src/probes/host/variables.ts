import type { Environment } from '../../environment/schema.ts';
import { secretRules } from '../../judging/secret-patterns.ts';
import { ProbeError } from '../../model/reason.ts';
import { type HostRecords, quote } from '../../ports/host.ts';
import { all, oneOf } from './records.ts';
import { searchedRules, searchRules } from './secret-search.ts';

/** Variables of an environment that may be credentials. Their values are matched on the host and never leave it. */
export interface SuspectVariables {
  /** Those that carry a value and are named like a credential. */
  readonly named: readonly string[];
  /** Those whose value has the form of a credential. */
  readonly matched: readonly { readonly name: string; readonly rule: string }[];
}

const words =
  'TOKEN|SECRET|PAT|PGPASSWORD|MYSQL_PWD|PASSWORD|PASSWD|PASSPHRASE|PASS|API_?KEY|APIKEY|ACCESS_KEY|SECRET_KEY|PRIVATE_KEY|AUTH_?KEY|SIGNING_KEY|ENCRYPTION_KEY|WEBHOOK|CREDENTIALS?';
/** Names that say where a credential is, not what it is. */
const reference = '_(FILE|PATH|DIR|DIRECTORY|ARN|NAME|URI|REGION|TTL|SECONDS|PROVIDER|TYPE|MODE|REF)$';

/** Keys of other kinds; and values that say where a key is. */
const otherKeys = '(GPG|KMS|PUBLIC|PUBLISHABLE|CACHE|PARTITION|PRIMARY|SORT)_KEY$';
const keyPlaces = '(/|arn:|alias/|file:)';

/** As `variables` below judges a name and its value on the host. */
export function namedLikeCredential(name: string, value = ''): boolean {
  const is = (pattern: string) => new RegExp(pattern, 'i').test(name);
  const isKey = is('_KEY$') && !is(otherKeys) && value.length >= 8 && !new RegExp(`^${keyPlaces}`).test(value);
  return isKey || (is(`(^|_)(${words})(_|$)`) && !is(reference));
}

/**
 * Shell text: `variables_of PID` prints the environment that the gateway's process works with, a line `NAME=value`
 * each: what it was started with, and what it takes up itself from its dotenv files, which /proc does not show. A line
 * break in a value would look like the next variable. (OpenClaw 2026.9.6, docs/help/environment.md; dotenv's grammar.)
 */
export const gatewayVariables = ({ host }: Environment) => `
variables_of() {
  at="/proc/$1/root"
  [ -x "$at/" ] || at=
  started=$(tr '\\n\\0' ' \\n' <"/proc/$1/environ") || return 1
  printf '%s\\n' "$started"
  dir=$(readlink "/proc/$1/cwd")
  home=$(printf '%s\\n' "$started" | sed -n 's/^HOME=//p')
  set -- ${quote(`${host.stateDirectory}/.env`)} "$dir/.env" "$home/.config/openclaw/gateway.env"
  for file do
    [ -f "$at$file" ] || continue
    tr '\\0' ' ' <"$at$file" | sed -n -e 's/^[[:space:]]*//' -e 's/^export[[:space:]]\\{1,\\}//' \\
      -e 's/^\\([A-Za-z0-9_.-]\\{1,\\}\\):[[:space:]]\\{1,\\}/\\1=/' \\
      -e "s/^\\([A-Za-z0-9_.-]\\{1,\\}\\)[[:space:]]*=[[:space:]]*[\\"']\\{0,1\\}/\\1=/p"
  done
}
`;

/**
 * Shell text: `variables` reads lines `NAME=value` and says of each what is suspect. Each rule is one search over all
 * lines: a program for each line and rule would be thousands where many variables hold credentials. `sample` says
 * whether the grep of the host finds a made-up value.
 */
export const searchVariables = (environment: Environment) => `
${searchRules(environment)}
sample=no
if printf '%s\\n' ${quote(secretRules[0]?.sample() ?? '')} | grep -q -a -E -e "$ALL"; then sample=found; fi
say sample "$sample"
# The names of the lines whose values have at least so many characters.
names_of() {
  while IFS= read -r line; do
    name=\${line%%=*}
    [ "$name" != "$line" ] || continue
    value=\${line#*=}
    [ \${#value} -lt "$1" ] || printf '%s\\n' "\${name#\\"}"
  done
}
# Says names as the given kind of record, followed by what else is given.
say_names() {
  while IFS= read -r name; do
    case $name in ''|*[!A-Za-z0-9_]*) name=unnamed;; esac
    [ \${#name} -le 100 ] || name=unnamed
    say "$1" "$name\${2:-}"
  done
}
variables() {
  text=$(sort -u)
  printf '%s\\n' "$text" | grep -a -i -E -e ${quote(`(^|_|")(${words})(_|=)`)} | names_of 8 |
    grep -a -i -E -e ${quote(`(^|_)(${words})(_|$)`)} | grep -a -v -i -E -e ${quote(reference)} | say_names named
  printf '%s\\n' "$text" | grep -a -i -E '_KEY=' | grep -a -v -E ${quote(`=${keyPlaces}`)} | names_of 8 |
    grep -a -i -E '_KEY$' | grep -a -v -i -E -e ${quote(otherKeys)} | say_names named
  text=$(printf '%s\\n' "$text" | grep -a -E -e "$ALL")
  [ -z "$text" ] || printf '%s\\n' "$RULES" | while read -r id pattern; do
    printf '%s\\n' "$text" | grep -a -E -e "$pattern" | names_of 0 | say_names matched " $id"
  done
}
`;

/** @throws ProbeError `no_control` where the made-up value was not found */
export function suspectVariables(records: HostRecords, environment: Environment): SuspectVariables {
  if (oneOf(records, 'sample', ['found', 'no']) === 'no') {
    throw new ProbeError('no_control', 'grep on the host did not find the made-up value that it must find');
  }
  return {
    named: [...new Set(all(records, 'named').map(strictName))],
    matched: all(records, 'matched').map((text) => {
      const [name = '', id] = text.split(' ');
      const rule = searchedRules(environment).find((one) => one.id === id)?.id;
      if (!rule) throw new ProbeError('bad_response', 'the host named a finding out of form');
      return { name: strictName(name), rule };
    }),
  };
}

function strictName(name: string): string {
  if (/^[A-Za-z0-9_]{1,100}$/.test(name)) return name;
  throw new ProbeError('bad_response', 'the host named a variable out of form');
}
