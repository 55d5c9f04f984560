/** The accounts that Composio holds for the agent. Read-only: one GET, all its pages. */
export interface ComposioPort {
  /**
   * Throws `ProbeError` (`credentials`, `auth_failed`, `access_denied`, `throttled`, `timeout`, `truncated`,
   * `unreachable`, `bad_response`). No credential of an account is in the answer.
   */
  connectedAccounts(): Promise<readonly ConnectedAccount[]>;
}

/** What is judged of a connected account; `GET /api/v3/connected_accounts` has more, tokens too. */
export interface ConnectedAccount {
  readonly id: string;
  /** Slug of the connected service, such as `slack`. */
  readonly toolkit: string;
  /** `ACTIVE`, or why it cannot be used. */
  readonly status: string;
  /** Whether it, or the configuration that it was made with, is switched off. */
  readonly disabled: boolean;
  /** What it may do; undefined where Composio does not say, as for API keys. */
  readonly scopes: readonly string[] | undefined;
  /** What it may do in the name of the person who connected it, where the service tells that apart (Slack). */
  readonly personalScopes: readonly string[];
}
