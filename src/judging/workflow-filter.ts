/** The filters of a workflow's trigger, by GitHub's own rules, which are not those of a shell. */

/** `*` stays in a folder, `**` does not; `?` and `+` repeat the character before; `[…]` is a set. */
export function filterPattern(pattern: string): RegExp {
  let source = '';
  for (let i = 0; i < pattern.length; i += 1) {
    const rest = pattern.slice(i);
    const set = /^\[[^\]]+\]/.exec(rest)?.[0];
    if (rest.startsWith('**/')) {
      source += '(?:.*/)?';
      i += 2;
    } else if (rest.startsWith('**')) {
      source += '.*';
      i += 1;
    } else if (rest.startsWith('*')) source += '[^/]*';
    else if (set !== undefined) {
      source += `[${set.slice(1, -1).replaceAll(/[\\\]^]/g, '\\$&')}]`;
      i += set.length - 1;
    } else if ((pattern[i] === '?' || pattern[i] === '+') && /[A-Za-z0-9_.\])/-]$/.test(pattern.slice(0, i))) {
      source += pattern[i];
    } else if (pattern[i] === '\\' && i + 1 < pattern.length) {
      i += 1;
      source += literally(pattern[i] ?? '');
    } else source += literally(pattern[i] ?? '');
  }
  return new RegExp(`^${source}$`);
}

function literally(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

/** In order: a later pattern overrules an earlier one, and `!` takes out again what fitted before. */
export function isIncluded(name: string, patterns: readonly string[]): boolean {
  let included = false;
  for (const pattern of patterns) {
    const negated = pattern.startsWith('!');
    if (filterPattern(negated ? pattern.slice(1) : pattern).test(name)) included = !negated;
  }
  return included;
}

export interface TriggerFilter {
  readonly paths: readonly string[] | undefined;
  readonly pathsIgnore: readonly string[] | undefined;
  readonly branches: readonly string[] | undefined;
  readonly branchesIgnore: readonly string[] | undefined;
  readonly types: readonly string[] | undefined;
}

/** Whether a pull request that changes only this path starts the workflow. */
export function startsForPath(path: string, { paths, pathsIgnore }: TriggerFilter): boolean {
  if (paths) return isIncluded(path, paths);
  return !(pathsIgnore && isIncluded(path, pathsIgnore));
}

/** Whether a pull request into this branch starts the workflow. */
export function startsForBranch(branch: string, { branches, branchesIgnore }: TriggerFilter): boolean {
  if (branches) return isIncluded(branch, branches);
  return !(branchesIgnore && isIncluded(branch, branchesIgnore));
}
