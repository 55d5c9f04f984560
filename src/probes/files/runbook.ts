import { filesProbe } from '../../model/probe.ts';

export interface Runbook {
  /** As configured; undefined when the environment file names none. */
  readonly path: string | undefined;
  /** Undefined when the file does not exist. */
  readonly text: string | undefined;
}

/** The recovery runbook beside the environment file. */
export const runbook = filesProbe({
  id: 'files/runbook',
  async gather(files, _facts, { environment }): Promise<Runbook> {
    const path = environment.backup.runbook;
    return { path, text: path === undefined ? undefined : await files.read(path) };
  },
});
