import { DefaultRenderer, Listr, ListrLogger, ProcessOutput } from 'listr2';
import type { PlannedArea, RunEvent } from '../model/event.ts';
import type { Progress } from './progress.ts';

/** listr2 looks at the standard output to decide whether it may draw; ours draws on stderr, which is a terminal here. */
class StderrRenderer extends DefaultRenderer {
  static override nonTTY = true;
}

/** One line of the view. It exists from the start of the run: listr2 starts its tasks later than the first events. */
class Line {
  readonly done: Promise<void>;
  readonly #resolve: () => void;
  readonly #reject: (error: Error) => void;
  #title: string;
  #draw: (title: string) => void = () => {};

  constructor(title: string) {
    this.#title = title;
    const { promise, resolve, reject } = withResolvers();
    this.done = promise;
    this.#resolve = resolve;
    this.#reject = reject;
    this.done.catch(() => {});
  }

  set title(title: string) {
    this.#title = title;
    this.#draw(title);
  }

  /** What listr2 runs for this line. */
  task(draw: (title: string) => void): Promise<void> {
    this.#draw = draw;
    draw(this.#title);
    return this.done;
  }

  finish(good = true): void {
    if (good) this.#resolve();
    else this.#reject(new Error(''));
  }
}

/** A probe that is being looked at. Times are of the monotonic clock, in milliseconds. */
interface Awaited {
  readonly since: number;
  /** The longest that it may take; undefined where that is not known. */
  readonly seconds: number | undefined;
}

/** Below this, a probe is not worth telling how long it takes. */
const slowSeconds = 2;

/** `host/egress (at most 7 s more)`, `gateway/agent-turn (12 s)`. */
export function waitOf(probe: string, { since, seconds }: Awaited, now: number): string {
  const passed = Math.floor((now - since) / 1000);
  if (passed < slowSeconds) return probe;
  const left = seconds === undefined ? 0 : seconds - passed;
  return left > 0 ? `${probe} (at most ${Math.ceil(left)} s more)` : `${probe} (${passed} s)`;
}

interface AreaLine extends PlannedArea {
  readonly line: Line;
  judged: number;
  bad: number;
}

/**
 * Progress on a terminal: one line an area, and one for what is still being looked at; cleared when the report comes.
 * Titles are our own words and probe ids only; nothing of the target gets here.
 */
export function liveProgress(stream: NodeJS.WriteStream): Progress {
  const looking = new Line('Looking');
  const areas = new Map<string, AreaLine>();
  const waiting = new Map<string, Awaited>();
  let done = 0;
  let total = 0;
  let drawing: Promise<unknown> = Promise.resolve();
  let ticking: NodeJS.Timeout | undefined;

  const showLooking = () => {
    const now = performance.now();
    const slow = [...waiting]
      .slice(0, 3)
      .map(([probe, awaited]) => waitOf(probe, awaited, now))
      .join(', ');
    looking.title = `Looking ${done} of ${Math.max(total, done + waiting.size)}${slow ? `: ${slow}` : ''}`;
  };

  const start = (planned: readonly PlannedArea[]) => {
    for (const area of planned) areas.set(area.id, { ...area, line: new Line(area.title), judged: 0, bad: 0 });
    const logger = new ListrLogger({ processOutput: new ProcessOutput(stream, stream) });
    const list = new Listr(
      [looking, ...[...areas.values()].map(({ line }) => line)].map((line) => ({
        title: ' ',
        task: (_: unknown, task: { title: string }) =>
          line.task((title) => {
            task.title = title;
          }),
      })),
      {
        concurrent: true,
        exitOnError: false,
        renderer: StderrRenderer,
        rendererOptions: { logger, showErrorMessage: false, clearOutput: true },
      },
    );
    drawing = list.run().catch(() => {});
  };

  const emit = (event: RunEvent) => {
    switch (event.type) {
      case 'run-started':
        total = event.probes;
        start(event.areas);
        ticking = setInterval(showLooking, 1000);
        ticking.unref();
        return;
      case 'probe-started':
        waiting.set(event.probe, { since: performance.now(), seconds: event.seconds });
        showLooking();
        return;
      case 'probe-finished':
        waiting.delete(event.probe);
        done += 1;
        showLooking();
        return;
      case 'check-judged': {
        const area = areas.get(event.area);
        if (!area) return;
        area.judged += 1;
        if (event.status === 'fail' || event.status === 'unknown') area.bad += 1;
        const todo = area.bad > 0 ? `, ${area.bad} to do` : '';
        area.line.title = `${area.title} ${area.judged}/${area.checks.length}${todo}`;
        if (area.judged === area.checks.length) area.line.finish(area.bad === 0);
        return;
      }
      case 'run-finished':
        looking.finish();
        return;
      default:
        event satisfies never;
    }
  };

  const finish = async () => {
    clearInterval(ticking);
    for (const line of [looking, ...[...areas.values()].map((area) => area.line)]) line.finish();
    await drawing;
  };
  return { emit, finish };
}

/** Promise.withResolvers, which Node has from 22 on. */
function withResolvers() {
  let resolve = () => {};
  let reject = (_: Error) => {};
  const promise = new Promise<void>((res, rej) => {
    resolve = res;
    reject = rej;
  });
  return { promise, resolve, reject };
}
