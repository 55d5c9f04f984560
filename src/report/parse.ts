import type { Report } from '../model/report.ts';
import { inert } from '../model/text.ts';
import { renderJson } from './json.ts';
import { reportSchema } from './schema.ts';
import { JsonError, parseStrictJson } from './strict-json.ts';

const largest = 64 * 1024 * 1024;

/** A report, or why the bytes are none; one line each. */
export type Parsed = { readonly report: Report } | { readonly problems: readonly string[] };

/** Reads the JSON report from exactly these bytes: strict JSON, the schema, and the bytes that clawcheck writes. */
export function parseReport(bytes: Uint8Array): Parsed {
  if (bytes.length > largest) return { problems: [`size: it is larger than ${largest} bytes`] };
  const text = Buffer.from(bytes).toString('latin1');
  if (/[^\x20-\x7e\n]/.test(text)) return { problems: ['bytes: it has other characters than printable ASCII'] };
  let value: unknown;
  try {
    value = parseStrictJson(text);
  } catch (error) {
    if (error instanceof JsonError) return { problems: [`json: ${inert(error.message)}`] };
    throw error;
  }
  // Whatever was read is made inert before it stands in a report, so nothing in it is escaped but a second `#`.
  if (/\\u(?!0023)/.test(text.replaceAll('\\\\', ''))) {
    return { problems: ['bytes: a text has characters that no run writes'] };
  }
  const checked = reportSchema.safeParse(value);
  if (!checked.success) {
    const problems = checked.error.issues
      .slice(0, 10)
      .map(({ path, message }) => `schema: ${inert(path.map(String).join('.') || 'the report')}: ${inert(message)}`);
    return { problems };
  }
  // What was parsed has its keys in the order of the schema; JSON has no `undefined` members, so it is a report.
  const report = checked.data as Report;
  if (renderJson(report) !== text) return { problems: ['bytes: it is not laid out as clawcheck writes it'] };
  return { report };
}
