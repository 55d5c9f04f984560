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
  /** That of all its environments; empty where they differ. */
  readonly account: string;
  readonly region: string;
}

/** The most jobs that a matrix of GitHub takes ("Usage limits"). */
const mostJobs = 256;

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
    const places = part.map((name) => file.load(name).environment.aws);
    const common = (key: 'account' | 'region') => {
      const [value = '', ...others] = new Set(places.map((place) => place[key]));
      return others.length === 0 ? value : '';
    };
    return {
      name: first === last ? first : `${first}..${last}`,
      environments: part.join(','),
      account: common('account'),
      region: common('region'),
    };
  });
  if (format === 'github' && jobs.length > mostJobs) {
    throw new UsageError(
      `${jobs.length} jobs are more than the ${mostJobs} that a github matrix takes`,
      `Add --size ${Math.ceil(names.length / mostJobs)} for more environments a job, or --shard 1/2 for a part of them.`,
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
      // Not a parallel:matrix: the values would stand in the names of its jobs, which end at 255 characters. And as JSON,
      // which every YAML reads alike: in GitLab's, an environment called no would be a boolean.
      const listed = jobs.map(({ name, environments }) => [
        `clawcheck ${name}`,
        { extends: '.clawcheck', variables: { CLAWCHECK_ENVIRONMENTS: environments } },
      ]);
      return `${JSON.stringify(Object.fromEntries(listed), null, 2)}\n`;
    }
    case 'json':
      return `${JSON.stringify(jobs, null, 2)}\n`;
  }
}
