import type { FleetReport } from '../model/fleet.ts';
import { UsageError } from '../model/reason.ts';
import { renderFleetHtml } from '../report/fleet-html.ts';
import { renderFleetMarkdown } from '../report/fleet-markdown.ts';
import { renderFleetText } from '../report/fleet-text.ts';
import { renderJson } from '../report/json.ts';
import { type Format, formatOf } from './formats.ts';
import type { OutboundFilter } from './outbound.ts';
import { checkEndings, checkOutputs, useColor, writeTexts } from './output.ts';

export interface FleetOutput {
  /** Files of the fleet report; none: the standard output. */
  readonly files: readonly string[];
  /** For the standard output, and for files whose name does not say it. Default: text. */
  readonly format?: Format | undefined;
  readonly quiet?: boolean | undefined;
}

const renderers: Readonly<Partial<Record<Format, (fleet: FleetReport, tty: boolean) => string>>> = {
  text: (fleet, tty) => renderFleetText(fleet, { width: (tty && process.stdout.columns) || 100, color: useColor(tty) }),
  json: renderJson,
  html: renderFleetHtml,
  markdown: renderFleetMarkdown,
};

const formatFor = (file: string, format: Format | undefined): Format =>
  (file === '-' ? undefined : formatOf(file)) ?? format ?? 'text';

/** Refuses before the runs what could not be written after them. @throws UsageError */
export function checkFleetOutput({ files, format }: FleetOutput): void {
  checkOutputs({ output: files });
  checkEndings({ output: files, ...(format !== undefined && { format }) });
  for (const file of files.length > 0 ? files : ['-']) {
    const wanted = formatFor(file, format);
    if (renderers[wanted]) continue;
    throw new UsageError(
      `the report of a fleet has no ${wanted} format`,
      `It has: ${Object.keys(renderers).join(', ')}. The reports of the deployments have every format.`,
    );
  }
}

/** @returns whether all was written @throws what `filter` throws, before anything is written */
export async function writeFleetReport(
  fleet: FleetReport,
  { files, format }: FleetOutput,
  filter?: OutboundFilter,
): Promise<boolean> {
  const targets = (files.length > 0 ? files : ['-']).map((target) => {
    const render = renderers[formatFor(target, format)] ?? renderJson;
    return { target, text: render(fleet, target === '-' && Boolean(process.stdout.isTTY)) };
  });
  for (const text of [renderJson(fleet), ...targets.map((t) => t.text)]) filter?.(text);
  return writeTexts(targets);
}
