import { posix } from 'node:path';
import { blobOf, type ReadFile } from '../../judging/branch-files.ts';
import type { FilesPort } from '../../ports/files.ts';

/** The same files; what is read of them is noted with its content's name in git. */
export function notingFiles(files: FilesPort, noted: ReadFile[]): FilesPort {
  return {
    ...files,
    async read(path) {
      const text = await files.read(path);
      if (text !== undefined) noted.push({ path: posix.normalize(path), blob: blobOf(text) });
      return text;
    },
  };
}
