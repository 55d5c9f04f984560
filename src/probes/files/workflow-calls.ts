import { posix } from 'node:path';
import type { FilesPort } from '../../ports/files.ts';
import { isDict, parseData } from './eval-document.ts';

/** A script that a step starts, and that was read too. */
export interface CalledScript {
  /** The words by which the step calls it. */
  readonly call: string;
  readonly text: string;
  /** Whether the shell that runs it stops at the first command that fails. */
  readonly stops: boolean;
}

export interface Called {
  readonly scripts: readonly CalledScript[];
  /** What is called and could not be read. */
  readonly unread: readonly string[];
}

const packageScript =
  /\b(?:npm\s+(?:run(?:-script)?\s+)?|yarn\s+(?:run\s+)?|pnpm\s+(?:run\s+)?|bun\s+run\s+)([\w:.-]+)/g;
const shellFile = /(?:^|[\s;&|(])((?:(?:ba|da|z)?sh\s+(?:-\w+\s+)*|source\s+|\.\s+)?((?:\.{0,2}\/)?[\w./-]+\.sh))\b/g;
const others =
  /(?:^|[;&|(]|\b(?:do|then)\s)\s*(?:\w+=\S*\s+)*((?:(?:npx|bunx|pnpm exec)\s+)?(?:make|just|task|tox|gradle|\.\/gradlew|python3?|node|ruby|turbo|nx|lerna|moon|mise|bazel|earthly|dagger|uv|poetry|docker|podman|tsx)\s+[\w./:+-]+)/gm;
/** Commands of the package managers themselves, which run nothing of the package but in its life cycle. */
const builtIn = new Set([
  'ci',
  'install',
  'i',
  'add',
  'exec',
  'config',
  'cache',
  'audit',
  'version',
  'dlx',
  'x',
  'init',
]);
const deepest = 4;

/**
 * The scripts that a text of shell starts, as far as they are beside the environment file: scripts of package.json and
 * files of shell, and those that these start.
 *
 * @param folder where it runs, relative to the root of the repository
 */
export async function calledScripts(files: FilesPort, text: string, folder: string, depth = 0): Promise<Called> {
  const scripts: CalledScript[] = [];
  const unread: string[] = [];
  const follow = async (call: string, found: string | undefined, stops: boolean, at: string) => {
    if (found === undefined || depth >= deepest) {
      unread.push(call);
      return;
    }
    const deeper = await calledScripts(files, found, at, depth + 1);
    scripts.push({ call, text: found, stops }, ...deeper.scripts);
    unread.push(...deeper.unread);
  };
  const bare = text.replaceAll(/(^|\s)#.*$/gm, '$1');
  for (const [call, name = ''] of bare.matchAll(packageScript)) {
    if (builtIn.has(name)) continue;
    // A script of package.json is one line of sh.
    await follow(call, await scriptOf(files, folder, name), false, folder);
  }
  for (const [, call = '', path = ''] of bare.matchAll(shellFile)) {
    const found = await files.read(posix.join(folder, path)).catch(() => undefined);
    await follow(call.trim(), found, stopsAtFailure(call, found ?? ''), folder);
  }
  for (const [, call = ''] of bare.matchAll(others)) unread.push(call);
  return { scripts, unread };
}

/** By an option of its own; its first line counts where it is started by itself, and what it is read into is like the caller. */
function stopsAtFailure(call: string, text: string): boolean {
  if (/^\s*set\s+-\w*e|^\s*set\s+-o\s+errexit/m.test(text)) return true;
  if (/^\s*(source|\.)\s/.test(call)) return true;
  return /^\s*(ba|da|z)?sh\s/.test(call) ? /\s-\w*e/.test(call) : /^#!.*\s-\w*e/.test(text);
}

async function scriptOf(files: FilesPort, folder: string, name: string): Promise<string | undefined> {
  const text = await files.read(posix.join(folder, 'package.json')).catch(() => undefined);
  if (text === undefined) return undefined;
  const scripts = (parseData(text, 'package.json') as { scripts?: unknown } | null)?.scripts;
  const found = isDict(scripts) && Object.hasOwn(scripts, name) ? scripts[name] : undefined;
  return typeof found === 'string' ? found : undefined;
}
