import { failuresIn, newestRecord } from '../../src/judging/drill-record.ts';
import { replacements } from '../../src/judging/replacements.ts';
import { check, fail, isNonEmpty, type Observation, pass, undetermined } from '../../src/model/check.ts';
import { scalingActivities } from '../../src/probes/aws/scaling-activities.ts';
import { drillRecords } from '../../src/probes/files/drill-records.ts';

const day = 86_400_000;

export default check({
  title: 'A failed instance was replaced in time',
  failureTitle: 'A failed instance was not replaced in time',
  why: 'Only a replacement that happened shows that health check, launch template, image and capacity work together.',
  trap: 'Settings are taken for the event, or the record of a drill counts where AWS launched nothing.',
  remediation:
    'Stop the gateway on an instance, or mark it unhealthy with set-instance-health, and wait until the group has replaced it. If it takes too long, shorten the health check and the start of the image.',
  needs: { scalingActivities, drills: drillRecords },
  judge({ scalingActivities, drills }, { environment, now }) {
    const { replaceWithinSeconds: allowed, replacementMaxAgeDays: days } = environment.infrastructure;
    const age = (at: Date) => now.getTime() - at.getTime();
    const all = replacements(scalingActivities, allowed).filter(({ start }) => age(start) >= 0);
    const recent = all.filter((r) => age(r.end ?? r.start) <= days * day);
    const finished = recent.filter((r) => r.seconds !== undefined || age(r.start) > allowed * 1000);
    const seen = (r: (typeof all)[number]): Observation<'scalingActivities'> => ({
      fact: 'scalingActivities',
      subject: r.failed,
      expected: `replaced within ${allowed} seconds, at most ${days} days ago`,
      observed: r.by
        ? `replaced by ${r.by} after ${r.seconds} seconds, at ${r.end?.toISOString()}`
        : `found unhealthy at ${r.start.toISOString()}, and no launch for it in time`,
    });
    // The newest failure decides, and what failed together with it: an older one may be why something was mended since.
    const latest = finished.filter(({ start }) => age(start) - age(finished[0]?.start ?? start) <= allowed * 1000);
    const bad = latest.filter(({ seconds }) => seconds === undefined || seconds > allowed).map(seen);
    const record = newestRecord(drills, 'instance-failure', days, now);
    // A replacement that AWS knows of since shows that it was mended.
    const since = latest.every(({ end }) => age(end ?? new Date(0)) > age(new Date(record?.window.end ?? 0)));
    const failed = [...bad, ...(since ? failuresIn(record, ['replaced'], now) : [])];
    if (isNonEmpty(failed)) return fail(failed);
    const { replacement } = record?.values ?? {};
    // For about six weeks AWS remembers every launch: a record that it does not know of then is not true.
    if (record && replacement !== undefined && age(new Date(record.window.start)) < 40 * day) {
      if (!all.some(({ by, failed }) => by === replacement && failed === record.values['instance'])) {
        return undetermined(
          'conflict',
          'the record of the drill instance-failure names a replacement that AWS does not',
        );
      }
    }
    const good = latest.map(seen);
    if (isNonEmpty(good)) return pass(good);
    if (all.length > recent.length) return undetermined('stale', `the last replacement is older than ${days} days`);
    return undetermined('not_drilled', 'AWS remembers no instance of this group that failed and was replaced');
  },
});
