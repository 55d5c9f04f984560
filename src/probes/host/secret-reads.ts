import { hostProbe } from '../../model/probe.ts';
import { ProbeError } from '../../model/reason.ts';
import { quote } from '../../ports/host.ts';
import { oneOf, single } from './records.ts';

const readResults = [
  'readable',
  'AccessDeniedException',
  'kms-denied',
  'ResourceNotFoundException',
  'InvalidRequestException',
  'no-credentials',
  'unreachable',
  'timeout',
  'other',
] as const;
export type ReadResult = (typeof readResults)[number];

/** What the instance's role may read, tried on the instance. The values never leave it: they are not even printed. */
export interface SecretReads {
  /** ARN of the identity that the calls were made with. */
  readonly caller: string;
  readonly own: ReadResult;
  readonly foreign: ReadResult;
}

/** Reads the own and the foreign secret with the AWS CLI of the host and the credentials of the instance alone. */
export const secretReads = hostProbe<SecretReads | ProbeError>({
  id: 'host/secret-reads',
  as: 'login',
  seconds: 30,
  lost: (error) => error,
  script: ({ aws, credentials }) => `
foreign=${quote(credentials.foreignSecret ?? credentials.monitoringSecret ?? '')}
[ -n "$foreign" ] || { say state not-configured; exit 0; }
need aws timeout
unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_PROFILE AWS_DEFAULT_PROFILE AWS_ROLE_ARN AWS_WEB_IDENTITY_TOKEN_FILE AWS_CONTAINER_CREDENTIALS_RELATIVE_URI AWS_CONTAINER_CREDENTIALS_FULL_URI AWS_ENDPOINT_URL AWS_ENDPOINT_URL_STS AWS_ENDPOINT_URL_SECRETS_MANAGER AWS_CA_BUNDLE AWS_EC2_METADATA_DISABLED AWS_EC2_METADATA_SERVICE_ENDPOINT
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY all_proxy ALL_PROXY
export AWS_PAGER= AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null AWS_MAX_ATTEMPTS=2
ask() { timeout 25 aws --region ${quote(aws.region)} --cli-connect-timeout 5 --cli-read-timeout 10 --output text "$@"; }
read_secret() {
  err=$(ask secretsmanager get-secret-value --secret-id "$2" --query ARN 2>&1 >/dev/null)
  rc=$?
  case "$rc $err" in
    '0 '*) word=readable;;
    '124 '*) word=timeout;;
    *'(AccessDeniedException)'*KMS*) word=kms-denied;;
    *'(AccessDeniedException)'*) word=AccessDeniedException;;
    *'(ResourceNotFoundException)'*) word=ResourceNotFoundException;;
    *'(InvalidRequestException)'*) word=InvalidRequestException;;
    *'Unable to locate credentials'*) word=no-credentials;;
    *'Could not connect'*|*'onnect timeout'*|*'ead timeout'*) word=unreachable;;
    *) word=other;;
  esac
  say "$1" "$word"
}
read_secret own ${quote(credentials.secret)} &
read_secret foreign "$foreign" &
caller=$(ask sts get-caller-identity --query Arn) || caller=none
case $caller in *[!A-Za-z0-9:/_+=,.@-]*|'') caller=none;; esac
wait
say state tried
say caller "$caller"
`,
  parse(records) {
    if (oneOf(records, 'state', ['tried', 'not-configured']) === 'not-configured') {
      throw new ProbeError('not_configured', 'no other secret is named that must be refused', {
        next: 'Set credentials.foreignSecret to an existing secret that the instance must not read.',
      });
    }
    return {
      caller: single(records, 'caller'),
      own: oneOf(records, 'own', readResults),
      foreign: oneOf(records, 'foreign', readResults),
    };
  },
});
