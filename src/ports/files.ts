/** Files beside the environment file (skills, promptfoo configuration and results, documents). Read-only. */
export interface FilesPort {
  /** Text of a file, or undefined if it does not exist. Throws `ProbeError` (`access_denied`, `truncated`). */
  read(path: string): Promise<string | undefined>;
  /** SHA-256 of the bytes of a file in hex, or undefined if it does not exist. Throws like `read`. */
  sha256(path: string): Promise<string | undefined>;
  /** Paths of files below a folder that match a glob, sorted, with `/`, relative to the environment file's folder. */
  glob(pattern: string): Promise<readonly string[]>;
  /**
   * What the installed promptfoo makes of a configuration, as the text of its results: with `cases` no model is asked,
   * with `run` the configured ones are. Both run what the configuration says on this machine. Undefined where
   * `skills.promptfoo` names no program.
   */
  readonly evaluate?: ((config: string, mode: 'cases' | 'run') => Promise<string>) | undefined;
}
