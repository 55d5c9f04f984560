import { type HostProbe, hostProbe } from '../model/probe.ts';
import { ProbeError } from '../model/reason.ts';
import type { HostProgram, HostRunAs } from '../ports/host.ts';
import { all, oneOf } from '../probes/host/records.ts';

/** The tools that are missing for the parts that one user runs. */
export interface Tools {
  readonly missing: readonly string[];
}

export const runners: readonly HostRunAs[] = ['login', 'agent', 'root'];

/** The tools that the parts of a script say they need, by who runs them. */
export function toolsOf(parts: readonly HostProgram[], as: HostRunAs): string[] {
  const own = parts.filter((part) => part.as === as);
  const needed = own.flatMap(({ script }) =>
    [...script.matchAll(/^need (.+)$/gm)].flatMap(([, list = '']) => list.split(' ')),
  );
  return [...new Set(needed)].filter((tool) => /^[a-z0-9_-]+$/.test(tool)).sort();
}

/** A part that becomes the user and looks for the tools: no more. */
export function toolsProbe(parts: readonly HostProgram[], as: HostRunAs): HostProbe<Tools> {
  const tools = toolsOf(parts, as);
  return hostProbe<Tools>({
    id: `doctor/${as}`,
    as,
    seconds: 5,
    script: `
for tool in ${tools.join(' ')}; do
  command -v "$tool" >/dev/null || say lacks "$tool"
done
say state asked
`,
    parse(records) {
      // The last line of the part: it came to its end, so that what it does not name as missing is there.
      oneOf(records, 'state', ['asked']);
      const missing = all(records, 'lacks');
      if (missing.some((tool) => !tools.includes(tool))) {
        throw new ProbeError('bad_response', 'the host named a tool that it was not asked for');
      }
      return { missing };
    },
  });
}
