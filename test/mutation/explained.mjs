/** Words of the evidence or of a message: the outcome is the same. */
const words = 'words only';
/** The list beside an outcome that is unknown anyway, or the name of a thing that is said not to exist. */
const shown = 'what is shown only';
/** Another part of the same judgement demands the same, or comes to the same later. */
const twice = 'said twice: another finding of the judgement comes to the same';
/** The probe refuses the other case before any check sees it. */
const probed = 'the probe lets no other form through';
/** Both sides of a boundary that no measured time or number stands on exactly. */
const moment = 'differs only within one millisecond';
/** A value in the place of one that is absent, which equals nothing that is compared with it. */
const absent = 'an absent value: neither of the two equals what it is compared with';

/**
 * Why no test notices the mutants that survive: by file, a part of the line, how many mutants of it at most, and the
 * reason. More survivors on the line than that have no reason, and `npm run mutation` says so.
 * @type {Readonly<Record<string, readonly (readonly [string, number, string])[]>>}
 */
export const explained = {
  'checks/approval-gates/approvers-authorised.ts': [
    ["id.includes('*')) ?? []", 2, 'of what is no list; that fails by itself'],
    ['!known.has(id)', 1, 'of what is no list; that fails by itself'],
  ],
  'checks/approval-gates/blocked-without-approval.ts': [
    ['resolvedAtMs !== undefined && resolvedAtMs >= oldest', 1, 'undefined is not >= anything'],
  ],
  'checks/approval-gates/decisions-recorded.ts': [
    ['record?.status', 1, 'isTimed asks first whether there is a record'],
    ['resolvedAtMs !== undefined && createdAtMs > 0', 1, 'undefined is not >= anything'],
  ],
  'checks/approval-gates/gates-enforced.ts': [
    ['channels.length > 0 ?', 2, 'where there is no channel, the further finding is one that holds'],
  ],
  'checks/backup/recent-recovery-point.ts': [['p.CreationDate >= since', 1, moment]],
  'checks/backup/recovery-runbook.ts': [
    ['path === undefined || text === undefined', 1, 'without a path there is no text'],
    ['return person', 1, 'both sides of the comparison go through it'],
  ],
  'checks/backup/restore-matches-source.ts': [
    ['job.CreatedResourceArn?.endsWith', 1, probed],
    ["compared.outcome === 'pass' ? pass", 1, 'a further control; the runner has one of its own'],
  ],
  'checks/backup/restore-test-exists.ts': [
    ['if (completed) {', 1, 'what is not completed fails in the finding before'],
    ['CompletionDate: end = now', 1, 'a job that was completed names what it made, or is unknown before'],
  ],
  'checks/backup/retention.ts': [
    ['...backupVaults', 1, 'a vault without a lock is one with a lock of 0 days: a further finding that holds'],
    [
      'MinRetentionDays !== undefined',
      1,
      'a vault without a lock is one with a lock of 0 days: a further finding that holds',
    ],
    ['longestKept === undefined', 2, 'a guard: NaN keeps nothing long enough either'],
  ],
  'checks/backup/vault-protected.ts': [
    ['conditions: []', 1, 'no condition of a policy asks for this key'],
    [
      "parsePolicy(vault.policy, subject, 'resource')",
      1,
      'only the other kinds, identity and trust, are read otherwise',
    ],
    ['/:backup-vault:.*$/', 1, 'the rest of the line goes either way'],
    ['/AccessPolicy$/', 1, 'no action that is looked at has it elsewhere'],
    ['.map(({ action }) => action)', 2, words],
  ],
  'checks/credentials/bot-accounts.ts': [['(owner ? [owner.name', 1, absent]],
  'checks/credentials/imdsv2-required.ts': [
    ["typeof limit === 'number' &&", 1, 'undefined is not >= anything'],
    ['Math.max(...got)', 1, 'an instance with too many hops fails by itself'],
    ['findings.some((f) => f.fact === fact)', 1, 'both facts are asked for: one about the other comes to the same'],
  ],
  'checks/credentials/monitoring-secret-isolated.ts': [
    ["'refused')", 2, 'whatever is not `readable` is refused'],
    ['role.arn === other.arn ||', 1, twice],
  ],
  'checks/credentials/no-static-keys.ts': [
    [
      'findings.filter(({ ok }) => !ok)',
      2,
      'what is wrong has failed before: none is left, and the text is for people',
    ],
  ],
  'checks/credentials/no-plaintext-on-disk.ts': [
    ['undetermined(audit.reason, audit.message, [looked])', 1, shown],
    ["undetermined('conflict', message, [looked])", 1, shown],
  ],
  'checks/credentials/not-in-environment.ts': [
    ['undetermined(helpers.reason, helpers.message, [looked])', 1, shown],
    ["undetermined('access_denied', message, [looked, others])", 1, shown],
    ['undetermined(config.reason, config.message, [looked, others])', 1, shown],
    ["undetermined('conflict', message, [looked, others])", 1, shown],
    ["fact === 'process' ? name", 4, words],
  ],
  'checks/credentials/not-in-logs.ts': [
    [
      'host instanceof ProbeError) return undetermined',
      1,
      'no log is then among those that count, which is unknown too',
    ],
    ['Array.isArray(value) ? value.filter', 3, 'what is no text has no default pattern in it'],
  ],
  'checks/credentials/other-secret-refused.ts': [['monitoringSecret ?? ', 1, absent]],
  'checks/credentials/role-least-privilege.ts': [
    ["!== 'no').map(({ arn }) => arn)", 1, words],
    ['instanceSimulation.find((s) => s.role === role.arn)?.allowed', 1, probed],
  ],
  'checks/credentials/role-reads-one-secret.ts': [["'refused')", 1, 'whatever is not `readable` is refused']],
  'checks/infrastructure/environments-separate.ts': [
    ['secretsmanager:([^:]+)', 2, 'the environment file takes an ARN that begins so, or a name, which has no parts'],
  ],
  'checks/infrastructure/failure-is-replaced.ts': [
    ['age(start) >= 0', 1, moment],
    ['finished[0]?.start', 1, 'where there is none, nothing is filtered'],
    ['latest.every(({ end })', 2, 'is stricter: a failure on record counts sooner'],
    ['< 40 * day', 1, moment],
    ['all.some(({ by, failed })', 1, 'is stricter: unknown where AWS knows of others as well'],
  ],
  'checks/infrastructure/gateway-version.ts': [
    [
      '(now.getTime() - Date.parse(advisoriesAsOf)) / dayMs',
      1,
      'either is above the limit, or below 0, on the same days',
    ],
  ],
  'checks/infrastructure/health-check-is-gateway.ts': [
    ["(group.HealthCheckType ?? '')", 1, absent],
    ["typeof grace === 'number' &&", 1, 'undefined is not <= anything'],
    ['own.some(({ balancers })', 3, `${twice}, or stricter`],
    ['const watched = own.some(', 1, 'is stricter: fails where one of two target groups is enough'],
    ['f.balancers.length > 0 && f.targets.some', 4, `${twice}; a target has an id`],
    ["TargetHealth?.State !== 'draining'", 1, probed],
    ["t.TargetHealth?.State === 'healthy'", 1, probed],
  ],
  'checks/infrastructure/lifecycle-hooks.ts': [["typeof seconds === 'number' &&", 1, 'undefined is not >= anything']],
  'checks/infrastructure/no-inbound-rules.ts': [
    ['parseRange(destination) ?? []', 1, probed],
    ['last - first >= approvedInbound.length', 2, 'ends early what no approved port can come to'],
  ],
  'checks/infrastructure/no-public-ip.ts': [
    ['publicPart([parseRange(a)]', 1, probed],
    ['const without = global.length > 0', 1, words],
    ['data.NetworkInterfaces ?? []', 1, absent],
    ['.map(({ id }) => id)', 1, words],
  ],
  'checks/infrastructure/private-subnets.ts': [["assignsIpv6 ? ['IPv6']", 1, words]],
  'checks/infrastructure/runs-in-asg.ts': [['e.State?.Name', 1, probed]],
  'checks/infrastructure/storage-encrypted.ts': [
    ['data.BlockDeviceMappings ?? []', 1, absent],
    ['id === Ebs?.SnapshotId', 1, 'those without Ebs are filtered out before'],
    ['ok: Ebs?.Encrypted', 1, 'those without Ebs are filtered out before'],
  ],
  'checks/infrastructure/zero-downtime-deploys.ts': [['MinHealthyPercentage ?? -1', 2, 'neither 1 nor -1 is enough']],
  'checks/monitoring/alarm-on-health.ts': [
    ['one.AlarmArn ?? alarm.arn', 1, 'of which alarm it is said'],
    ['by = watcher ?? ringer', 1, 'of which alarm it is said'],
    ["suppressor ? 'another alarm silences it' : 'none'", 1, words],
    ['a.Namespace && a.MetricName ?', 2, 'half a name is not that of the environment file either'],
    ['seconds !== undefined && seconds <= detectWithinSeconds', 1, 'undefined is not <= anything'],
  ],
  'checks/monitoring/alert-in-time.ts': [
    ['changed > oldest ? changed : oldest', 1, 'the two are the same then'],
    ['ringer.AlarmActions ?? []', 1, absent],
    ['drill.raised.at > new Date(record.window.end)', 1, moment],
    ['notifySeconds !== undefined &&', 1, 'undefined is not <= anything'],
    ['replaceSeconds !== undefined &&', 1, 'undefined is not <= anything'],
  ],
  'checks/monitoring/alert-route.ts': [
    ["alertFunction: functionName = ''", 1, shown],
    ['AlarmActions: actions = []', 1, absent],
    ['observed(t), true)', 1, 'it is given to `undetermined`, which does not look at it'],
    [
      "uses.find((tri) => tri === 'no')",
      1,
      'where none is no, the first is maybe or yes as well, and only a yes for all passes',
    ],
  ],
  'checks/monitoring/cost-limits.ts': [
    ["budget: name = ''", 1, shown],
    ["armed.includes(Status ?? '')", 1, absent],
    ['InstanceId ?? []', 1, probed],
    ["({ ProcessName = '' })", 1, absent],
    ['const isUndone = ', 5, words],
    ["isUndone && paused === 'no' ?", 5, words],
    ['automatic.length > 0,', 2, `${twice}: without one, nothing is stopped`],
    ['if (!threshold) return true', 1, 'no threshold is 0, and none of the two lets that through'],
  ],
  'checks/monitoring/kill-switch.ts': [
    ["killSwitch: name = ''", 1, shown],
    ["'neither exists', false)", 1, 'it is given to `fail`, which does not look at it'],
    ["type = ''", 1, absent],
    ["Date.parse(record?.window.end ?? '') < rememberedDays", 2, `${moment}, and neither text is a date`],
    ['if (first) return pass', 1, 'there are two measures, so there is a first'],
  ],
  'checks/network/egress-allowlisted.ts': [['if (wide.length > 0) return', 1, words]],
  'checks/network/gateway-not-exposed.ts': [
    ['const named = proxies !== undefined', 4, 'no proxy has the length 0; a range ends with its length'],
    ["see('trustedProxies'", 1, words],
    ['if (value !== undefined) see(', 1, words],
    ['listeners instanceof ProbeError ? []', 1, 'without the listening sockets it is unknown'],
  ],
  'checks/network/no-public-ingress.ts': [
    ['parseRange(address) ?? []', 1, probed],
    ['if (securityGroups.length === 0)', 1, 'without a finding it is unknown as well'],
  ],
  'checks/network/ssh-not-public.ts': [
    ["rule.peer.kind === 'group' &&", 1, 'no other peer has the id of a group'],
    ['Target?.Port', 1, probed],
    ['ports.includes(p ?? -1)', 1, absent],
    ['publicPart([parseRange(a)]', 1, probed],
    ['if (listeners instanceof ProbeError) {', 2, 'unknown either way, for another reason'],
  ],
  'checks/network/tailscale-admin.ts': [
    ["see('the SSM agent', 'running'", 1, words],
    ["see('tailscale', 'installed and running'", 1, words],
    ['keyExpiry !== undefined &&', 1, 'undefined is not <= anything'],
  ],
  'checks/network/unapproved-host-times-out.ts': [
    ['[...egress.attempts.map(observation)]', 1, shown],
    ['(unclear.length > 0 ? unclear : tried)', 2, shown],
    ["questions.some(({ result }) => result === 'tool-missing')", 1, 'unknown either way, for another reason'],
    ['const shown = (here ?? []).filter(', 1, shown],
    ["questions.filter(({ result }) => result === 'silent')", 2, shown],
  ],
  'checks/skills/all-pass.ts': [['whyUnclear([], configs)', 1, 'no skill is asked about here']],
  'checks/skills/evals-on-pull-request.ts': [
    ['].filter(Boolean)', 1, 'a path with two slashes starts the same workflows'],
  ],
  'checks/skills/inventory-matches.ts': [
    ['/^(.*\\/)?skills\\//', 2, 'takes away the same: what stands before it goes as well'],
    ['reviewed(skill)?.folder === folder', 1, 'each skill there has been found, or the check has failed'],
    ['root in inWorkspace ?', 1, absent],
    ['[...paths].sort()', 1, words],
    ['there.sha256 === undefined', 1, words],
  ],
  'checks/skills/regressions-block-merge.ts': [
    ["whyItCannotFail(job, workflow, 'pull_request') : []", 1, 'only of a job that evaluates is it said'],
    ['if (evaluates)', 1, 'without faults it is one more finding that holds'],
    ['workflow ? evalJobs(workflow) : []', 1, 'without a workflow it fails'],
    ['environment.git?.approvedBypass', 2, 'without a git host no rule is read, and this is not judged'],
    ['environment.git?.api', 1, 'without a git host no rule is read, and this is not judged'],
  ],
  'checks/skills/scheduled-evals.ts': [
    ['gap !== undefined && gap >', 1, 'undefined is not > anything'],
    ['workflow.crons.length > 0 && !seldom', 2, `${twice}: without a schedule no job evaluates on one`],
    ["|| 'none'", 1, words],
    ['history?.onSchedule ?? []', 1, absent],
  ],
  'checks/skills/three-cases-each.ts': [["c.kind ?? ''", 1, absent]],
  'checks/soul-documents/documents-present.ts': [
    ['const below = isWithin(path, workspace)', 3, 'said twice: no folder outside has the documents of the repository'],
    ["? 'workspaces' : 'files'", 6, 'which of two facts is cited'],
    ["if (kind !== 'file') return kind", 1, words],
    ['if (!readable)', 1, words],
  ],
  'checks/soul-documents/encrypted-in-transit.ts': [
    ['instanceRoles.length === 0', 2, 'without a role nothing is found, which is unknown as well'],
  ],
  'checks/soul-documents/matches-git.ts': [
    ["'$1')", 1, 'a slash more or less at the end is taken away after'],
    ['/^\\.\\//', 1, 'differs for a folder whose name ends in a dot'],
    ["path.startsWith('skills/') ?", 1, 'no other path is found below the skills'],
    ['const relative = folder', 2, words],
    ['if (absent.length > 0)', 2, 'a finding of nothing absent is one that holds'],
  ],
  'checks/soul-documents/mounted-read-only.ts': [
    ["? 'root' : 'agent'", 1, words],
    ['if (own instanceof ProbeError)', 1, 'the gatherer makes it unknown: nothing of it can be read'],
    ["!twin.type.startsWith('nfs')) return", 1, 'whatever is not yes or unclear is no'],
    ['if (one && other && sameWay) return', 3, 'the same way needs both; whatever is not yes or unclear is no'],
    ['leadsTo !== fileSystemId) return', 1, 'whatever is not yes or unclear is no'],
    ["isReadOnly(mount) ? 'ro'", 1, words],
    ['name.replaceAll(', 2, words],
  ],
  'checks/soul-documents/no-second-rulebook.ts': [
    ['path !== undefined && path !== configPath(environment)', 1, 'unknown either way where no path is told'],
  ],
  'checks/soul-documents/reviewed-changes.ts': [
    ["from}` : 'possible'", 2, words],
    ['approvedBypass = []', 1, 'without a git host no rule is read, and this is not judged'],
    ['const candidates = rules', 1, 'a rule without reviews fails by itself'],
    ['reviews !== undefined)', 1, 'a rule without reviews fails by itself'],
    [": 'possible'", 1, words],
  ],
  'checks/soul-documents/server-side-read-only.ts': [
    ['instanceRoles.length === 0', 1, 'anybody who may write fails before; without a role nobody mounts'],
    ["workspace?.path ?? '/'", 1, 'without an access point of the workspace every other one counts'],
  ],
  'checks/soul-documents/write-fails.ts': [
    ['an attempt did not get as far as the mount', 1, shown],
    ["'nothing was tried')", 1, 'the environment file names a document, so that something is tried'],
  ],
};
