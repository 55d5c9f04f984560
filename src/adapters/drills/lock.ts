import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '../../model/reason.ts';
import { inert } from '../../model/text.ts';

/** Who holds the lock, and for which journal. */
export interface Holder {
  readonly pid: number;
  /** Start time of the process, by the kernel; empty where there is no /proc. */
  readonly started: string;
  readonly host: string;
  readonly journal: string;
}

const name = 'lock';

/**
 * Takes the lock of a folder: one drill at a time. It stays when the process dies, and leads to the journal.
 * @throws UsageError when another drill runs, or was never undone
 */
export function takeLock(folder: string, journal: string): void {
  const path = join(folder, name);
  const own = `${path}.${process.pid}`;
  writeFileSync(own, JSON.stringify(holder(journal)), { mode: 0o600 });
  try {
    linkSync(own, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const other = readLock(folder);
    if (other && isAlive(other)) throw running(other);
    throw new UsageError(
      `a drill was interrupted and is not undone${other ? ` (${inert(other.journal)})` : ''}`,
      'Run clawcheck drill undo first.',
    );
  } finally {
    rmSync(own, { force: true });
  }
}

/** Takes the lock of a drill that died, to undo it. @throws UsageError while its process, or another undo, runs */
export function takeOverLock(folder: string, journal: string): void {
  const path = join(folder, name);
  const other = readLock(folder);
  if (other && other.pid !== process.pid && isAlive(other)) throw running(other);
  const own = `${path}.${process.pid}`;
  writeFileSync(own, JSON.stringify(holder(journal)), { mode: 0o600 });
  renameSync(own, path);
}

export function releaseLock(folder: string): void {
  if (readLock(folder)?.pid === process.pid) rmSync(join(folder, name), { force: true });
}

/** Undefined where there is no lock, or none that can be read. */
export function readLock(folder: string): Holder | undefined {
  try {
    const read = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Partial<Holder>;
    const { pid, started, host, journal } = read;
    if (typeof pid !== 'number' || typeof host !== 'string' || typeof journal !== 'string') return undefined;
    return { pid, started: started ?? '', host, journal };
  } catch {
    return undefined;
  }
}

/** A process of another machine counts as alive: it cannot be asked. */
export function isAlive({ pid, started, host }: Holder): boolean {
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return started === startOf(pid);
}

function running({ pid, host, journal }: Holder): UsageError {
  return new UsageError(
    `another drill is running: process ${pid} on ${inert(host)}, journal ${inert(journal)}`,
    'Wait for its end, or stop it with Ctrl-C.',
  );
}

function holder(journal: string): Holder {
  return { pid: process.pid, started: startOf(process.pid), host: hostname(), journal };
}

/** Tells a process from a later one with the same id. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}
