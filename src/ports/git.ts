/** The REST interface of the git host (GitHub or compatible). Read-only: GET and nothing else. */
export interface GitPort {
  /**
   * The parsed JSON answer, all pages of a list joined. `undefined` when the host says 404 for a path that may be
   * absent. Throws `ProbeError` (`auth_failed`, `access_denied`, `throttled`, `timeout`, `unreachable`, `bad_response`).
   * @param path such as `/repos/{owner}/{repo}/branches/{branch}/protection`, with the values filled in and encoded
   */
  get(path: string): Promise<unknown>;
}
