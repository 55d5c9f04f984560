import { type Stats, statSync } from 'node:fs';

/** Whether there is such a plain file, or a link to one. */
export function isFile(path: string): boolean {
  return kindOf(path)?.isFile() ?? false;
}

/** Whether there is such a folder, or a link to one. */
export function isFolder(path: string): boolean {
  return kindOf(path)?.isDirectory() ?? false;
}

/** Below a file there is nothing, either. */
function kindOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}
