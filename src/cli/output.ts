import { randomBytes } from 'node:crypto';
import {
  accessSync,
  closeSync,
  constants,
  fsyncSync,
  lstatSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { isFolder } from '../adapters/files/kind.ts';
import { UsageError } from '../model/reason.ts';
import type { Report } from '../model/report.ts';
import { renderAnnotations } from '../report/annotations.ts';
import { renderHtml } from '../report/html.ts';
import { renderJson } from '../report/json.ts';
import { renderJunit } from '../report/junit.ts';
import { renderMarkdown } from '../report/markdown.ts';
import { renderAlerts, renderSarif } from '../report/sarif.ts';
import { renderText } from '../report/text.ts';
import { type Format, formatOf } from './formats.ts';
import type { OutboundFilter } from './outbound.ts';

export interface OutputOptions {
  /** For the standard output, and for files whose name does not say it. Default: text. */
  readonly format?: Format;
  /** Files; `-` is the standard output. */
  readonly output: readonly string[];
  readonly verbose?: boolean;
  readonly quiet?: boolean;
}

type Renderer = (report: Report, options: OutputOptions, tty: boolean) => string;

/** How each format is made. */
const renderers = {
  text: (report, { verbose = false }, tty) =>
    renderText(report, { width: (tty && process.stdout.columns) || 100, color: useColor(tty), verbose }),
  json: renderJson,
  html: renderHtml,
  markdown: renderMarkdown,
  junit: renderJunit,
  sarif: renderSarif,
  'github-alerts': renderAlerts,
  'github-annotations': renderAnnotations,
} satisfies Record<Format, Renderer>;

/** NO_COLOR wins over everything; FORCE_COLOR over the absence of a terminal. */
export function useColor(tty: boolean): boolean {
  if (process.env['NO_COLOR']) return false;
  const force = process.env['FORCE_COLOR'];
  if (force !== undefined && force !== '0') return true;
  return tty && process.env['TERM'] !== 'dumb';
}

/** Refuses a file whose ending is that of no format, before a run that would fill it with text. @throws UsageError */
export function checkEndings({ output, format }: OutputOptions): void {
  if (format !== undefined) return;
  const other = output.find((file) => file !== '-' && formatOf(file) === undefined && /^\.[a-z]/i.test(extname(file)));
  if (other === undefined) return;
  throw new UsageError(
    `${other}: no format has the ending ${extname(other)}`,
    'Known are .txt .json .html .md .xml .sarif; --format names one for any file.',
  );
}

/** Refuses before the run what could not be written after it. @throws UsageError */
export function checkOutputs({ output }: OutputOptions): void {
  for (const file of output) {
    if (file === '-') continue;
    const folder = dirname(file);
    if (!isFolder(folder)) throw new UsageError(`the folder of ${file} does not exist`, 'Create it first.');
    try {
      accessSync(folder, constants.W_OK);
    } catch {
      throw new UsageError(`the folder of ${file} cannot be written`, 'Look at who may write it.');
    }
    const there = lstatSync(file, { throwIfNoEntry: false });
    if (there && !there.isFile())
      throw new UsageError(`${file} is there already and is not a plain file`, 'Name another file.');
  }
}

/**
 * Writes every report; says on stderr what could not be written. @returns whether all were
 * @throws what `filter` throws, before anything is written
 */
export async function writeReport(report: Report, options: OutputOptions, filter?: OutboundFilter): Promise<boolean> {
  const json = renderJson(report);
  const targets = options.output.map((target) => {
    const format = (target === '-' ? undefined : formatOf(target)) ?? options.format ?? 'text';
    const isTerminal = target === '-' && Boolean(process.stdout.isTTY);
    return { target, text: format === 'json' ? json : render(report, options, format, isTerminal) };
  });
  // Renderers wrap and escape; the JSON has every text as it is.
  for (const text of new Set([json, ...targets.map((t) => t.text)])) filter?.(text);
  return writeTexts(targets);
}

/** Writes each text to its file, or the standard output for `-`; says what could not be. @returns whether all were */
export async function writeTexts(
  targets: readonly { readonly target: string; readonly text: string }[],
): Promise<boolean> {
  let complete = true;
  for (const { target, text } of targets) {
    try {
      if (target === '-') await writeStandardOutput(text);
      else writeFile(target, text);
    } catch (error) {
      complete = false;
      const { code = 'unknown error' } = error as NodeJS.ErrnoException;
      process.stderr.write(
        `clawcheck: the report could not be written to ${target === '-' ? 'the standard output' : target} (${code})\n`,
      );
    }
  }
  return complete;
}

function render(report: Report, options: OutputOptions, format: Format, tty: boolean): string {
  const renderer: Renderer = renderers[format];
  return renderer(report, options, tty);
}

/** The files that get the JSON report. */
export function jsonFiles({ output, format = 'text' }: OutputOptions): string[] {
  return output.filter((file) => file !== '-' && (formatOf(file) ?? format) === 'json');
}

/** A reader that has seen enough (a closed pipe) is no failure; a full disk is. */
function writeStandardOutput(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (error?: Error | null) => {
      process.stdout.off('error', done);
      if (error && (error as NodeJS.ErrnoException).code !== 'EPIPE') reject(error);
      else resolve();
    };
    process.stdout.on('error', done);
    process.stdout.write(text, done);
  });
}

/** All or nothing: a complete, synced and read-back copy gets the final name, or nothing does. */
export function writeFile(file: string, text: string): void {
  const temporary = join(dirname(file), `.${basename(file)}.${randomBytes(8).toString('hex')}.tmp`);
  const bytes = Buffer.from(text);
  try {
    const handle = openSync(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o644);
    try {
      for (let written = 0; written < bytes.length; ) {
        const more = writeSync(handle, bytes, written);
        if (more === 0) throw Object.assign(new Error(), { code: 'EIO' });
        written += more;
      }
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    if (!readFileSync(temporary).equals(bytes)) throw Object.assign(new Error(), { code: 'EIO' });
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
