import { ProbeError, type Reason } from '../../model/reason.ts';

const denied = [
  'AccessDenied',
  'AccessDeniedException',
  'UnauthorizedOperation',
  'AuthorizationError',
  'AuthorizationErrorException',
  'NotAuthorized',
];
const badCredentials = [
  'AuthFailure',
  'CredentialsProviderError',
  'ExpiredToken',
  'ExpiredTokenException',
  'IncompleteSignature',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'MissingAuthenticationToken',
  'OptInRequired',
  'RequestExpired',
  'SignatureDoesNotMatch',
  'TokenRefreshRequired',
  'UnrecognizedClientException',
];
const network = ['ECONNREFUSED', 'ECONNRESET', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EPIPE'];

/** Codes of OpenSSL and Node for a certificate that does not prove the name (tls, "X509 certificate error codes"). */
const certificate = /CERT|^(UNABLE_TO_|DEPTH_ZERO_|HOSTNAME_MISMATCH|INVALID_(CA|PURPOSE)$|PATH_LENGTH_EXCEEDED$)/;

interface SdkError {
  readonly name?: string;
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $response?: { readonly statusCode?: number };
  readonly $retryable?: { readonly throttling?: boolean };
}

/** The error code of the service, as its API reference names it; empty if the failure was not an answer of the service. */
export function codeOf(thrown: unknown): string {
  const { name = '' } = (thrown ?? {}) as SdkError;
  // EC2 and IAM answer with codes such as InvalidGroup.NotFound; the SDK uses them as names as they are.
  return name;
}

/** Whether the service refused the call because there were too many. */
export function isThrottling(thrown: unknown): boolean {
  const { name = '', $retryable } = (thrown ?? {}) as SdkError;
  return (
    $retryable?.throttling === true ||
    /^(Throttl|TooManyRequests|RequestLimitExceeded|SlowDown|LimitExceeded|ProvisionedThroughput)/.test(name)
  );
}

/** Says why a call could not be answered. The service's own message is never repeated: it may quote the target. */
export function classify(thrown: unknown, operation: string, action: string | null): ProbeError {
  if (thrown instanceof ProbeError) return thrown;
  const { name = '', code = '', $metadata, $response } = (thrown ?? {}) as SdkError;
  const status = $metadata?.httpStatusCode ?? $response?.statusCode;
  const failed = (reason: Reason, what: string, next?: string) =>
    new ProbeError(reason, `${operation} ${what}`, {
      ...(next && { next }),
      ...(reason === 'access_denied' && action && { action }),
    });

  if (denied.includes(name) || (status === 403 && /Denied|Unauthorized|NotAuthorized/.test(name))) {
    const next = action
      ? `Allow ${action} to the credentials of this run; clawcheck permissions prints the policy.`
      : undefined;
    return failed('access_denied', 'was refused', next);
  }
  if (badCredentials.includes(name)) {
    const what =
      name === 'CredentialsProviderError'
        ? 'had no credentials to use'
        : 'was refused: the credentials are invalid or expired';
    return failed('credentials', what, 'Sign in again (aws sso login), or set AWS_PROFILE or aws.profile.');
  }
  if (isThrottling(thrown)) {
    return failed('throttled', 'was throttled until the attempts ran out', 'Run again when the account is quieter.');
  }
  if (name === 'AbortError' || name === 'TimeoutError' || code === 'ETIMEDOUT')
    return failed('timeout', 'did not answer in time');
  if (network.includes(code) || network.includes(name)) {
    return failed(
      'unreachable',
      `could not connect (${network.includes(code) ? code : name})`,
      'Check the network, the region and the proxy settings.',
    );
  }
  if (certificate.test(code)) {
    return failed(
      'unreachable',
      'was not sent: what answers there does not prove with its certificate that it is AWS',
      'Look for a proxy that opens TLS, a name that is resolved elsewhere, or a wrong clock.',
    );
  }
  if (name === 'AnswerTooLarge') return failed('truncated', 'was answered with more than a page can have');
  if (status !== undefined && status >= 500)
    return failed('bad_response', `was answered with status ${status}`, 'Run again later.');
  if (
    name === 'SyntaxError' ||
    /deserializ|parse/i.test(name) ||
    (thrown instanceof Error && /parse error|Deserialization/i.test(thrown.message))
  ) {
    return failed('bad_response', 'was answered with something that is not of the documented form');
  }
  if (isNotFound(name))
    return failed(
      'not_found',
      'names something that does not exist',
      'Compare the environment file with the deployment.',
    );
  const plain = /^[A-Za-z0-9.]{1,80}$/.test(name) ? name : 'an unknown error';
  return failed('bad_response', `failed with ${plain}`);
}

function isNotFound(name: string): boolean {
  return /(NotFound|NoSuchEntity|DoesNotExist)/.test(name) || name === 'InvalidDocument';
}
