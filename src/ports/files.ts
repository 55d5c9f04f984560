/** Files beside the environment file (skills, promptfoo configuration and results, documents). Read-only. */
export interface FilesPort {
  /** Text of a file, or undefined if it does not exist. Throws `ProbeError` (`access_denied`, `truncated`). */
  read(path: string): Promise<string | undefined>;
  /** SHA-256 of the bytes of a file in hex, or undefined if it does not exist. Throws like `read`. */
  sha256(path: string): Promise<string | undefined>;
  /** Paths of files below a folder that match a glob, sorted, with `/`, relative to the environment file's folder. */
  glob(pattern: string): Promise<readonly string[]>;
}
