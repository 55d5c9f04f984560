// One process of `npm run torture`: does the jobs that it is sent, one after the other.
import { type Job, runJob } from '../test/torture/jobs.ts';

process.on('message', (job: Job) => {
  runJob(job).then(
    (done) => process.send?.(done),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
