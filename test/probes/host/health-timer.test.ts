import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { ProbeError } from '../../../src/model/reason.ts';
import { type HealthTimer, healthTimer } from '../../../src/probes/host/health-timer.ts';
import { goodEnvironment } from '../../support/rig.ts';

const declared = goodEnvironment({ 'infrastructure.healthReporterTimer': 'openclaw-health.timer' });
const well = {
  timer: [
    'Unit=openclaw-health.service',
    'LoadState=loaded',
    'ActiveState=active',
    'UnitFileState=enabled',
    // As systemd prints it, in the language and zone that the script sets for all.
    'LastTriggerUSec=$(date -d "40 seconds ago" "+%a %Y-%m-%d %H:%M:%S %Z")',
  ],
  unit: ['Result=success'],
};
const without = (key: string, ...more: string[]) => [...well.timer.filter((line) => !line.startsWith(key)), ...more];

/** Runs the script with a `systemctl` that prints such properties: what runs the tests may have no systemd. */
function ask({ timer, unit }: { timer: readonly string[]; unit: readonly string[] }, code = 0) {
  const program = `need() { :; }
say() { printf '%s\\n' "$*"; }
systemctl() {
  case "$*" in
    *openclaw-health.timer) printf '%s\\n' ${timer.map((line) => `"${line}"`).join(' ')}; return ${code};;
    *openclaw-health.service) printf '%s\\n' ${unit.map((line) => `"${line}"`).join(' ')};;
    *) return 1;;
  esac
}
${healthTimer.script(declared)}`;
  const env = { PATH: process.env['PATH'] ?? '', LC_ALL: 'C', TZ: 'UTC' };
  const { stdout } = spawnSync('sh', ['-c', program], { env, encoding: 'utf8' });
  const records = stdout.trim().split('\n');
  return healthTimer.parse(
    records.map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)] as const),
    { environment: declared } as never,
  );
}

it('a timer that works is seen as it is', () => {
  const seen = ask(well) as HealthTimer;
  expect(seen).toMatchObject({ loaded: true, active: true, enabled: true, succeeded: true });
  expect(seen.triggeredSecondsAgo).toBeGreaterThanOrEqual(40);
  expect(seen.triggeredSecondsAgo).toBeLessThan(200);
});

it.each<[string, readonly string[], readonly string[], Partial<HealthTimer>]>([
  ['is not installed', without('LoadState', 'LoadState=not-found'), well.unit, { loaded: false }],
  ['is stopped', without('ActiveState', 'ActiveState=inactive'), well.unit, { active: false }],
  ['does not come back', without('UnitFileState', 'UnitFileState=disabled'), well.unit, { enabled: false }],
  ['has a unit that fails', well.timer, ['Result=exit-code'], { succeeded: false }],
  ['has no unit', without('Unit=', 'Unit='), well.unit, { succeeded: false }],
  ['never ran', without('LastTrigger', 'LastTriggerUSec=n/a'), well.unit, { triggeredSecondsAgo: undefined }],
  ['says nothing of its state', without('ActiveState'), well.unit, { active: false }],
])('a timer that %s does not work', (_, timer, unit, part) => {
  expect(ask({ timer, unit })).toMatchObject(part);
});

it('a time that cannot be read, or no answer, is an error', () => {
  expect(() => ask({ ...well, timer: without('LastTrigger', 'LastTriggerUSec=tomorrow at tea') })).toThrow(ProbeError);
  expect(() => ask(well, 1)).toThrow(ProbeError);
});
