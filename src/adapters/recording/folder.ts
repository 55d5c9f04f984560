import { randomBytes } from 'node:crypto';
import { lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { UsageError } from '../../model/reason.ts';
import { isFolder } from '../files/kind.ts';
import { digest, type Manifest, manifest, type PartName, type Parts, parts, type Recording, toJson } from './format.ts';
import type { Redactor } from './redact.ts';

const largest = 256 * 1024 * 1024;

/** Refuses before the run where no recording could be written after it. @throws UsageError */
export function checkRecordingFolder(folder: string): void {
  if (!isFolder(dirname(resolve(folder))))
    throw new UsageError(`the folder above --record ${folder} does not exist`, 'Create it first.');
  const there = lstatSync(folder, { throwIfNoEntry: false });
  if (there && !(there.isDirectory() && readdirSync(folder).length === 0)) {
    throw new UsageError(`--record ${folder} is there already`, 'Name a folder that does not exist yet.');
  }
}

/**
 * Writes a recording, readable by its owner only: all of it under the final name, or nothing.
 * @throws Error when a secret of this run would be in it, or for the file system's reasons
 */
export function writeRecording(recording: Recording, folder: string, redactor: Redactor): void {
  const texts = new Map<string, string>();
  const digests: Partial<Record<PartName, string>> = {};
  for (const name of Object.keys(parts) as PartName[]) {
    const text = toJson(recording.parts[name]);
    texts.set(name, text);
    digests[name] = digest(text);
  }
  texts.set('recording.json', toJson({ ...recording.manifest, files: digests }));
  for (const [name, text] of texts) {
    if (redactor.holds(text)) throw new Error(`a secret of this run would be in ${name}; no recording was written`);
  }
  const final = resolve(folder);
  const temporary = join(dirname(final), `.${basename(final)}.${randomBytes(8).toString('hex')}.tmp`);
  try {
    mkdirSync(temporary, { mode: 0o700 });
    for (const [name, text] of texts)
      writeFileSync(join(temporary, name), text, { mode: 0o600, flag: 'wx', flush: true });
    for (const [name, text] of texts)
      if (readFileSync(join(temporary, name), 'utf8') !== text) throw Object.assign(new Error(), { code: 'EIO' });
    renameSync(temporary, final);
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    throw error;
  }
}

/** Reads a recording whole. @throws UsageError for anything that is not one, or not as it was written */
export function readRecording(folder: string): Recording {
  const read = <T>(
    name: string,
    schema: { safeParse(value: unknown): { success: boolean; data?: T } },
    sha256?: string,
  ): T => {
    const text = readText(join(folder, name), name);
    if (sha256 !== undefined && digest(text) !== sha256) {
      throw new UsageError(`${name} of the recording was changed after it was made`, 'Record again.');
    }
    const parsed = schema.safeParse(parseJson(text));
    if (!parsed.success) throw new UsageError(`${name} of the recording is not of the form that this version writes`);
    return parsed.data as T;
  };
  const head = read<Manifest>('recording.json', manifest);
  const found = Object.fromEntries(
    (Object.keys(parts) as PartName[]).map((name) => [name, read(name, parts[name] as never, head.files[name])]),
  ) as unknown as Parts;
  return { manifest: head, parts: found };
}

function readText(path: string, name: string): string {
  try {
    if (statSync(path).size > largest) throw new UsageError(`${name} of the recording is too large`);
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(
      `there is no ${name} that can be read (${(error as NodeJS.ErrnoException).code})`,
      'Name the folder of a recording.',
    );
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
