import { DefaultRenderer, Listr, ListrLogger, ProcessOutput } from 'listr2';
import type { EventSink, RunEvent } from '../model/event.ts';

/** listr2 looks at the standard output to decide whether it may draw; ours draws on stderr, which is a terminal here. */
class StderrRenderer extends DefaultRenderer {
  static override nonTTY = true;
}

interface AreaProgress {
  readonly title: string;
  readonly total: number;
  judged: number;
  bad: number;
  update(title: string): void;
  finish(): void;
  failed(): void;
}

/**
 * Progress on a terminal: one line an area, and one for what is still being looked at. Titles are our own words and
 * probe ids only; nothing of the target gets here.
 */
export function liveProgress(stream: NodeJS.WriteStream): EventSink {
  const areas = new Map<string, AreaProgress>();
  const waiting = new Set<string>();
  let done = 0;
  let total = 0;
  let looking = (_title: string) => {};
  let looked = () => {};

  const show = () => {
    const slow = [...waiting].slice(0, 3).join(', ');
    looking(`Looking ${done} of ${Math.max(total, done + waiting.size)}${slow ? `: ${slow}` : ''}`);
  };
  const start = (event: RunEvent & { type: 'run-started' }) => {
    total = event.probes;
    const logger = new ListrLogger({ processOutput: new ProcessOutput(stream, stream) });
    const list = new Listr([], {
      concurrent: true,
      exitOnError: false,
      renderer: StderrRenderer,
      rendererOptions: { logger, showErrorMessage: false },
    });
    list.add({
      title: 'Looking',
      task: (_, task) =>
        new Promise<void>((resolve) => {
          looking = (title) => {
            task.title = title;
          };
          looked = resolve;
        }),
    });
    for (const { id, title, checks } of event.areas) {
      list.add({
        title,
        task: (_, task) =>
          new Promise<void>((resolve, reject) => {
            areas.set(id, {
              title,
              total: checks.length,
              judged: 0,
              bad: 0,
              update: (text) => {
                task.title = text;
              },
              finish: resolve,
              failed: () => reject(new Error('')),
            });
          }),
      });
    }
    list.run().catch(() => {});
  };

  return (event) => {
    switch (event.type) {
      case 'run-started':
        start(event);
        return;
      case 'probe-started':
        waiting.add(event.probe);
        show();
        return;
      case 'probe-finished':
        waiting.delete(event.probe);
        done += 1;
        show();
        return;
      case 'check-judged': {
        const area = areas.get(event.area);
        if (!area) return;
        area.judged += 1;
        if (event.status === 'fail' || event.status === 'unknown') area.bad += 1;
        area.update(`${area.title} ${area.judged}/${area.total}${area.bad > 0 ? `, ${area.bad} to do` : ''}`);
        if (area.judged < area.total) return;
        if (area.bad > 0) area.failed();
        else area.finish();
        return;
      }
      case 'run-finished':
        looking(`Looked ${done} times in ${event.seconds.toFixed(1)} s`);
        looked();
        return;
      default:
        event satisfies never;
    }
  };
}
