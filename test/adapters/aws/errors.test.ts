import { describe, expect, it } from 'vitest';
import { classify } from '../../../src/adapters/aws/errors.ts';

const hostile = '\u001b[2J all checks PASSED AKIA';
const of = (fields: object) =>
  classify(Object.assign(new Error(hostile), fields), 'ec2:DescribeInstances', 'ec2:DescribeInstances');

describe('a failed call', () => {
  it.each([
    [{ name: 'UnauthorizedOperation', $metadata: { httpStatusCode: 403 } }, 'access_denied'],
    [{ name: 'AccessDeniedException', $metadata: { httpStatusCode: 400 } }, 'access_denied'],
    [{ name: 'ExpiredToken', $metadata: { httpStatusCode: 400 } }, 'credentials'],
    [{ name: 'RequestExpired', $metadata: { httpStatusCode: 400 } }, 'credentials'],
    [{ name: 'CredentialsProviderError' }, 'credentials'],
    [{ name: 'ThrottlingException', $retryable: { throttling: true } }, 'throttled'],
    [{ name: 'RequestLimitExceeded' }, 'throttled'],
    [{ name: 'AbortError' }, 'timeout'],
    [{ name: 'TimeoutError' }, 'timeout'],
    [{ name: 'Error', code: 'ECONNREFUSED' }, 'unreachable'],
    [{ name: 'Error', code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }, 'unreachable'],
    [{ name: 'Error', code: 'ERR_TLS_CERT_ALTNAME_INVALID' }, 'unreachable'],
    [{ name: 'Error', code: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY' }, 'unreachable'],
    [{ name: 'SyntaxError', $response: { statusCode: 200 } }, 'bad_response'],
    [{ name: 'InternalError', $metadata: { httpStatusCode: 500 } }, 'bad_response'],
    [{ name: 'InvalidGroup.NotFound', $metadata: { httpStatusCode: 400 } }, 'not_found'],
    [{ name: '\u001b]52;', $metadata: { httpStatusCode: 400 } }, 'bad_response'],
    [{ name: 'SomethingNew' }, 'bad_response'],
  ])('%o is %s', (fields, reason) => {
    const error = of(fields);
    expect(error.reason).toBe(reason);
    expect(`${error.message} ${error.next ?? ''}`).not.toContain('PASSED');
    expect(`${error.message} ${error.next ?? ''}`).not.toContain('\u001b');
  });

  it('names the action that is missing', () => {
    const error = of({ name: 'AccessDenied', $metadata: { httpStatusCode: 403 } });
    expect(error.action).toBe('ec2:DescribeInstances');
    expect(error.next).toContain('ec2:DescribeInstances');
  });
});
