import {
  accessSync,
  closeSync,
  constants,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  writeSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Begun, Entry, Journal, Line } from '../../drills/journal.ts';
import { UsageError } from '../../model/reason.ts';

export interface JournalFile extends Journal {
  close(): void;
}

/** Where journals are kept: `--journal`, or the state directory of the XDG specification. */
export function journalFolder(given: string | undefined): string {
  if (given !== undefined) return given;
  const state = process.env['XDG_STATE_HOME'];
  return join(state?.startsWith('/') ? state : join(homedir(), '.local', 'state'), 'clawcheck', 'drills');
}

/** The path of a new journal in a folder, which is made. @throws UsageError when the folder cannot be made */
export function newJournalPath(folder: string, { drill, id }: Begun): string {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.W_OK);
  } catch (error) {
    throw notWritable(folder, error);
  }
  const stamp = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '');
  return join(folder, `${stamp}-${drill}-${id.slice(0, 8)}.jsonl`);
}

/** @throws UsageError when it cannot be written */
export function createJournal(path: string, begun: Begun): JournalFile {
  try {
    const journal = journalOf(path, openSync(path, 'ax', 0o600), []);
    journal.append(begun);
    syncFolder(dirname(path));
    return journal;
  } catch (error) {
    throw notWritable(dirname(path), error);
  }
}

function notWritable(folder: string, error: unknown): UsageError {
  return new UsageError(
    `the journal cannot be written to ${folder} (${(error as NodeJS.ErrnoException).code})`,
    'Name another folder with --journal.',
  );
}

/**
 * Opens a journal to go on with it. A last line without its end was never acted on: it is cut off.
 * @throws UsageError when it cannot be read, or is damaged anywhere else
 */
export function openJournal(path: string): JournalFile {
  const lines = readJournal(path);
  const text = readFileSync(path);
  const file = openSync(path, 'r+');
  ftruncateSync(file, text.lastIndexOf(0x0a) + 1);
  closeSync(file);
  return journalOf(path, openSync(path, 'a'), lines);
}

export function readJournal(path: string): readonly Line[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(`cannot read the journal ${path} (${(error as NodeJS.ErrnoException).code})`);
  }
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  return whole
    .split('\n')
    .slice(0, -1)
    .map((line, i) => {
      try {
        const read = JSON.parse(line) as Line;
        if (read.n !== i || typeof read.type !== 'string') throw new Error();
        return read;
      } catch {
        throw new UsageError(
          `line ${i + 1} of the journal ${path} is damaged`,
          'Put the deployment right by hand; clawcheck drill plan shows the undo of each step.',
        );
      }
    });
}

/** The journals of a folder, oldest first; none where there is no folder. */
export function journalsIn(folder: string): readonly string[] {
  try {
    const files = readdirSync(folder).filter((file) => file.endsWith('.jsonl'));
    return files.sort().map((file) => join(folder, file));
  } catch {
    return [];
  }
}

function journalOf(path: string, file: number, before: readonly Line[]): JournalFile {
  const lines: Line[] = [...before];
  return {
    path,
    lines,
    append(entry: Entry) {
      const line: Line = { ...entry, n: lines.length, at: new Date().toISOString() };
      writeSync(file, `${JSON.stringify(line)}\n`);
      fsyncSync(file);
      lines.push(line);
    },
    close: () => closeSync(file),
  };
}

/** So that the file itself is found after a crash, not only what is in it. */
function syncFolder(folder: string): void {
  for (const one of [folder, dirname(folder)]) {
    const handle = openSync(one, 'r');
    try {
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  }
}
