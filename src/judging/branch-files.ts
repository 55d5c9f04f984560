import { createHash } from 'node:crypto';
import type { TreeEntry } from '../probes/git/tree.ts';

/** A file beside the environment file as it was read, with the name that git gives to its content. */
export interface ReadFile {
  readonly path: string;
  readonly blob: string;
}

/** The name of a content in git: SHA-1 of its length and its bytes. */
export function blobOf(text: string): string {
  const bytes = Buffer.from(text);
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}

/** The first of the files that is not as the branch has it: what is judged here would not be what runs there. */
export function notOnBranch(files: readonly ReadFile[], tree: readonly TreeEntry[]): string | undefined {
  return files.find(({ path, blob }) => !tree.some((entry) => entry.path === path && entry.blob === blob))?.path;
}
