import { stringify } from 'yaml';
import { loadFile } from '../environment/load.ts';
import { exitCodeOf } from '../model/exit-code.ts';
import { UsageError } from '../model/reason.ts';
import { chosenFrom } from './environments.ts';

interface MatrixOptions {
  readonly env: readonly string[];
  readonly config: string;
  readonly shard?: string;
  readonly size: string;
  readonly format: 'github' | 'gitlab' | 'json';
}

/** One job: the environments that it checks, in a form that `run --env` takes. */
interface Job {
  readonly name: string;
  readonly environments: string;
  /** Of the first environment; every one of a job of one. */
  readonly account: string;
  readonly region: string;
}

/** The most jobs that each kind of matrix takes (GitHub: "Usage limits"; GitLab: CI/CD YAML `parallel:matrix`). */
const mostJobs = { github: 256, gitlab: 200, json: Number.POSITIVE_INFINITY } as const;

/** Prints the jobs of a fleet for an engine that starts them. */
export function matrixCommand(options: MatrixOptions): void {
  const size = Number(options.size);
  if (!(Number.isInteger(size) && size >= 1)) {
    throw new UsageError(`--size takes a number of environments, not ${JSON.stringify(options.size)}`);
  }
  const file = loadFile(options.config);
  const { env, shard, format } = options;
  const names = chosenFrom(file, options.config, { env, all: env.length === 0, shard });
  const jobs = Array.from({ length: Math.ceil(names.length / size) }, (_, i): Job => {
    const part = names.slice(i * size, (i + 1) * size);
    const [first = '', last = first] = [part[0], part.at(-1)];
    const { account, region } = file.load(first).environment.aws;
    return { name: first === last ? first : `${first}..${last}`, environments: part.join(','), account, region };
  });
  const most = mostJobs[format];
  if (jobs.length > most) {
    throw new UsageError(
      `${jobs.length} jobs are more than the ${most} that a ${format} matrix takes`,
      `Add --size ${Math.ceil(names.length / most)} for more environments a job, or --shard 1/2 for a part of them.`,
    );
  }
  process.stdout.write(render(jobs, format));
  process.exitCode = exitCodeOf('READY');
}

function render(jobs: readonly Job[], format: MatrixOptions['format']): string {
  switch (format) {
    case 'github':
      // One line: a step puts it into $GITHUB_OUTPUT, and `fromJSON` reads it.
      return `${JSON.stringify({ include: jobs })}\n`;
    case 'gitlab': {
      const matrix = jobs.map(({ name, environments }) => ({
        CLAWCHECK_JOB: name,
        CLAWCHECK_ENVIRONMENTS: environments,
      }));
      return stringify({ clawcheck: { parallel: { matrix } } }, { lineWidth: 0 });
    }
    case 'json':
      return `${JSON.stringify(jobs, null, 2)}\n`;
  }
}
