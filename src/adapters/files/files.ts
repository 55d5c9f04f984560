import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, open, readdir, realpath } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { ProbeError } from '../../model/reason.ts';
import type { FilesPort } from '../../ports/files.ts';

const largest = 32 * 1024 * 1024;
const mostFiles = 20_000;

/**
 * Files below one folder. Paths that lead out of it are refused; links are not followed.
 * @param evaluate promptfoo, where one is named
 */
export function localFiles(root: string, evaluate?: FilesPort['evaluate']): FilesPort {
  const inside = (path: string) => {
    const absolute = resolve(root, path);
    if (absolute !== resolve(root) && !absolute.startsWith(resolve(root) + sep)) {
      throw new ProbeError('access_denied', 'a path of the environment file leads out of its folder', {
        next: 'Put the environment file into the top folder of the repository.',
      });
    }
    return absolute;
  };
  /** Throws ENOENT for what does not exist. No folder on the way may be a link: it could lead anywhere. */
  const demandNoLink = async (folder: string) => {
    const real = await realpath(root);
    if ((await realpath(folder)) !== resolve(real, relative(resolve(root), folder))) {
      throw new ProbeError('access_denied', 'a path of the environment file goes through a link');
    }
  };
  const readBytes = async (path: string): Promise<Buffer | undefined> => {
    const absolute = inside(path);
    try {
      await demandNoLink(dirname(absolute));
      // O_NONBLOCK: opening a named pipe would otherwise wait for somebody to write into it.
      const file = await open(absolute, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
      try {
        const found = await file.stat();
        if (!found.isFile()) throw new ProbeError('access_denied', 'a path of the environment file is not a file');
        if (found.size > largest) throw new ProbeError('truncated', 'a file is too large to read');
        return await file.readFile();
      } finally {
        await file.close();
      }
    } catch (error) {
      if (error instanceof ProbeError) throw error;
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
      throw unreadable('file', code);
    }
  };
  return {
    async read(path) {
      return (await readBytes(path))?.toString('utf8');
    },
    async sha256(path) {
      const bytes = await readBytes(path);
      return bytes && createHash('sha256').update(bytes).digest('hex');
    },
    async glob(pattern) {
      const { default: picomatch } = await import('picomatch');
      const matches = picomatch(pattern, { dot: true });
      const { base } = picomatch.scan(pattern);
      const found: string[] = [];
      const start = inside(base);
      try {
        await demandNoLink(start);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === 'ENOENT' || code === 'ENOTDIR') return [];
        throw error instanceof ProbeError ? error : unreadable('folder', code);
      }
      await walk(start, base === '.' ? '' : base, (path) => {
        if (matches(path)) found.push(path);
        if (found.length > mostFiles)
          throw new ProbeError('truncated', 'a pattern of the environment file matches too many files');
      });
      return found.sort();
    },
    evaluate,
  };
}

function unreadable(what: 'file' | 'folder', code: string | undefined): ProbeError {
  return new ProbeError('access_denied', `a ${what} could not be read (${code ?? 'unknown error'})`);
}

async function walk(directory: string, prefix: string, visit: (path: string) => void): Promise<void> {
  let entries: Awaited<ReturnType<typeof list>>;
  try {
    entries = await list(directory);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return;
    if (code === 'ENOTDIR') {
      if ((await lstat(directory)).isFile()) visit(prefix);
      return;
    }
    throw unreadable('folder', code);
  }
  for (const entry of entries) {
    const path = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
    if (entry.isDirectory() && entry.name !== 'node_modules' && entry.name !== '.git')
      await walk(join(directory, entry.name), path, visit);
    else if (entry.isFile()) visit(path);
  }
}

function list(directory: string) {
  return readdir(directory, { withFileTypes: true });
}
