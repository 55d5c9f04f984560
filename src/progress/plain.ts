import type { EventSink } from '../model/event.ts';

/** Progress as lines, for pipes and CI: one line when an area is done, and one for each probe that could not look. */
export function plainProgress(write: (line: string) => void): EventSink {
  const left = new Map<string, number>();
  const titles = new Map<string, string>();
  const tally = new Map<string, number>();
  return (event) => {
    switch (event.type) {
      case 'run-started':
        for (const { id, title, checks } of event.areas) {
          left.set(id, checks.length);
          titles.set(id, title);
        }
        write(
          `clawcheck: ${event.environment}: ${event.probes} probes for ${event.areas.length} ${event.areas.length === 1 ? 'area' : 'areas'}`,
        );
        return;
      case 'probe-started':
        return;
      case 'probe-finished':
        if (event.reason)
          write(`clawcheck: could not look: ${event.probe}${event.host ? ` on ${event.host}` : ''} (${event.reason})`);
        return;
      case 'check-judged': {
        const remaining = (left.get(event.area) ?? 1) - 1;
        left.set(event.area, remaining);
        const bad = event.status === 'fail' || event.status === 'unknown' ? 1 : 0;
        tally.set(event.area, (tally.get(event.area) ?? 0) + bad);
        if (remaining === 0) write(`clawcheck: ${titles.get(event.area)}: ${tally.get(event.area) || 'nothing'} to do`);
        return;
      }
      case 'run-finished':
        write(`clawcheck: ${event.verdict} after ${event.seconds.toFixed(1)} s`);
        return;
      default:
        event satisfies never;
    }
  };
}
